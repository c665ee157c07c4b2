/** A pool: one window of one channel, laid open, and the one number that is made of it. Pure. */

import { attention, hatch, line, rect, shape } from '../scene/marks.js';
import { blockOn } from '../scene/matrix.js';
import { mapQuad } from '../scene/slices.js';
import { placeOf } from '../model/tensor.js';
import { acrossOf, cellOutline, magnified, peak, plate, reachOver } from './parts/plate.js';
import { cellsOf, tileMarks, tileTargets } from './parts/tiles.js';
import { valueText } from '../lens/digits.js';
import { CAPTION, WEDGE, caption, drawn, indexed, label, inCells, printer } from './parts/words.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput } from '../stage.d.ts' */

/** Cells of the opened window: at most so large; numbers are written in those that are at least so large, and the word padding, px. */
const CELL = { most: 96, written: 40, worded: 62 };
/** Where an arrow leaves a cell, in shares of its height: below its number. */
const LOW = 0.84;
/** Shares of the box across: the input, the window, the output. */
const SHARES = { input: 0.43, window: 0.22, output: 0.25 };

/** @param {PictureInput} input @returns {PictureFrame} */
export function reduce(input) {
  const { stage, explanation: e, node, source, box } = input;
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  const x = e.operands[0];
  if (!from || !to || !x || x.cells.length !== 3) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const [, rows, columns] = x.cells;
  const channel = x.cells[0][0];
  const tall = Math.min(box.h - 60, box.w * 0.46);
  const top = box.y + Math.max(0, (box.h - tall - 40) / 2);
  const over = Math.min(box.w * 0.06, Math.max(0, -Math.min(...columns, ...rows)) * (box.w * SHARES.input) / Math.max(from.columns, from.rows));
  const read = plate(from, { x: box.x + over, y: top + over, w: box.w * SHARES.input - over, h: tall - over }, channel);
  const made = plate(to, { x: box.x + box.w * (1 - SHARES.output), y: top + tall * 0.18, w: box.w * SHARES.output, h: tall * 0.6 }, placeOf(node.shape, e.at)[0]);
  const around = /** @type {[number, number, number, number]} */ ([Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const window = blockOn(mapQuad(from, read, channel).m, from.rows, from.columns, around);
  const open = opened(box, read, tall, rows.length, columns.length);
  const cells = cellsOf(x, source.shape);
  const padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[r * columns.length + c] === null;
  const outline = cellOutline(node, to, made, e.at);
  const print = inCells(x.values.filter(Number.isFinite));
  const winner = winnerBox(input, open, rows, columns);
  const start = winner ? [open.x + open.w + 8, winner.y + winner.h * LOW] : [open.x + open.w + 8, open.y + open.h / 2];
  const tip = [outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2];
  const range = stage.look.range(source.name);
  return {
    poses: new Map([[source.name, read], [node.name, made]]),
    under: [],
    over: [
      ...outside(rows, columns, from, mapQuad(from, read, channel).m),
      ...magnified(window, open),
      ...tileMarks({ box: open, rows: rows.length, columns: columns.length, values: x.values, range, scale: stage.look.scale, padding }),
      ...(winner ? [rect({ x: winner.x + 1.5, y: winner.y + 1.5, w: winner.w - 3, h: winner.h - 3 }, { stroke: 'ink', width: 3.4 })] : []),
      ...(winner && winner.x + winner.w < open.x + open.w - 1 ? [line([[winner.x + winner.w, start[1]], [open.x + open.w, start[1]]], { width: 1.2, alpha: 0.35, dash: [2, 3] })] : []),
      reachOver([start[0], start[1]], [tip[0], tip[1]], 1.7),
      ...attention(window), ...attention(outline),
    ],
    labels: [
      caption('from', source, `channel ${channel}, ${from.rows}×${from.columns}`, box.x, top - CAPTION),
      caption('to', node, `channel ${placeOf(node.shape, e.at)[0]}, ${to.rows}×${to.columns}`, acrossOf(to, made).x0, peak(to, made) - CAPTION),
      label('what', open.x + open.w / 2, open.y - 12, 's', 'direction', WHAT[e.kind] ?? `${node.summary}: one number for the window`),
      ...(open.w / columns.length >= CELL.written ? written(input, open, rows.length, columns.length, winner, print) : []),
      ...stepLabels(input, open),
      label('result', (acrossOf(to, made).x0 + made.x + made.w) / 2, made.y + made.h + 12, 'n', 'result', { text: valueText(e), look: 'value' }, { text: indexed(node.name, e.at), look: 'place' }),
    ],
    targets: tileTargets(open, source.name, cells, columns.length),
    spans: [
      { node: source.name, ...acrossOf(from, read), y: top - WEDGE },
      { node: node.name, ...acrossOf(to, made), y: peak(to, made) - WEDGE },
    ],
  };
}

/** @type {Record<string, string>} */
const WHAT = { max_pool2d: 'keep the largest', global_max_pool: 'the largest of the map', average_pool2d: 'the mean of the window', global_average_pool: 'the mean of the map' };

/** Where the window is laid open: between the two maps, its cells as large as there is room. @param {Box} box @param {{ x: number, y: number, w: number, h: number, dx: number }} read @param {number} tall @param {number} rows @param {number} columns @returns {Box} */
function opened(box, read, tall, rows, columns) {
  const room = box.w * SHARES.window;
  const cell = Math.min(CELL.most, room / columns, (tall * 0.7) / rows);
  const [w, h] = [cell * columns, cell * rows];
  return { x: box.x + box.w * (SHARES.input + 0.06) + (room - w) / 2, y: read.y + (read.h - h) / 2, w, h };
}

/** The cell of the largest number in the opened window. @param {PictureInput} input @param {Box} open @param {number[]} rows @param {number[]} columns @returns {Box | null} */
function winnerBox({ explanation: { marks } }, open, rows, columns) {
  const at = marks.winner;
  if (!at) return null;
  const [w, h] = [open.w / columns.length, open.h / rows.length];
  return { x: open.x + columns.indexOf(at[2]) * w, y: open.y + rows.indexOf(at[1]) * h, w, h };
}

/** Padding around the input is drawn as what it is: cells of no number. @param {number[]} rows @param {number[]} columns @param {import('../stage.d.ts').Volume} volume @param {import('../stage.d.ts').Matrix} m @returns {Mark[]} */
const outside = (rows, columns, volume, m) =>
  rows.flatMap((r) => columns.filter((c) => r < 0 || c < 0 || r >= volume.rows || c >= volume.columns)
    .flatMap((c) => {
      const cell = blockOn(m, volume.rows, volume.columns, [r, r + 1, c, c + 1]);
      return [shape(cell, { fill: 'sheet', stroke: 'rule' }), hatch(cell)];
    }));

/** The numbers in the cells. @param {PictureInput} input @param {Box} open @param {number} rows @param {number} columns @param {Box | null} winner @param {ReturnType<typeof printer>} print @returns {Label[]} */
function written({ stage, explanation: e, source }, open, rows, columns, winner, print) {
  const cells = cellsOf(e.operands[0], source.shape);
  const [w, h] = [open.w / columns, open.h / rows];
  const range = stage.look.range(source.name);
  return e.operands[0].values.flatMap((value, k) => {
    if (!cells[k] && w < CELL.worded) return [];
    const [x, y] = [open.x + ((k % columns) + 0.5) * w, open.y + (Math.floor(k / columns) + 0.5) * h];
    const won = winner !== null && Math.abs(winner.x + w / 2 - x) < 1 && Math.abs(winner.y + h / 2 - y) < 1;
    const text = cells[k] ? print.plain(value) : 'padding';
    return { ...label(`cell ${k}`, x, y, 'o', won ? 'cell won' : 'cell', text), ink: stage.look.scale.ink(cells[k] ? value : 0, range) };
  });
}

/** The steps, where there is more to say than which was the largest. @param {PictureInput} input @param {Box} open @returns {Label[]} */
function stepLabels({ explanation: e }, open) {
  const steps = drawn(e.steps);
  if (steps.length < 2) return [];
  const print = printer(steps.map((s) => s.value));
  return [label('steps', open.x + open.w / 2, open.y + open.h + 12, 'n', 'row', ...steps.map((s) => `${s.label} = ${print.plain(s.value)}`))];
}
