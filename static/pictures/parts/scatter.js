/**
 * The way back as a scattering: what one output gives to everything that it read. A convolution's gradient times its
 * filter is added into the window; a max pool's goes to the largest, an average pool's in equal shares. Nothing is
 * computed here: the given number is the engine's, the filter is the filter. Pure.
 */

import { attention, curve, line, rect, shape } from '../../scene/marks.js';
import { blockOn } from '../../scene/matrix.js';
import { mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { acrossOf, cellOutline, magnified, peak, plate, reachOver } from './plate.js';
import { block, explode, numbers, SEEN } from './stack.js';
import { measures, output, overhang } from './stack_sum.js';
import { cellsOf, sizeOf, tileMarks, tileTargets } from './tiles.js';
import { LONG, single } from '../../lens/digits.js';
import { CAPTION, WEDGE, caption, indexed, label, printer } from './words.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput, Point, Volume } from '../../stage.d.ts' */

const TO_TILES = 34, BETWEEN = 34;
/** Tiles closer than this (px) carry no numbers. */
const NUMBERED = 44;
/** Shares of the box across of a pool's picture. */
const SHARES = { input: 0.43, window: 0.22, output: 0.25 };

/** Whether what it gives can be shown: a window of maps. @param {PictureInput['explanation']} e */
export const scatters = (e) => e.operands[0]?.cells.length === 3 && (/^(max|average)_pool2d$/.test(e.kind) || (e.kind === 'conv2d' && e.operands.length === 2));

/** @param {PictureInput} input explanation: of the output, forward @param {number} given its gradient @returns {PictureFrame} */
export function scatter(input, given) {
  const from = input.stage.graph.volumes.get(input.source.name), to = input.stage.graph.volumes.get(input.node.name);
  if (!from || !to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  return input.explanation.kind === 'conv2d' ? throughFilter(input, given, from, to) : throughPool(input, given, from, to);
}

/** @param {PictureInput} input @param {number} given @param {Volume} from @param {Volume} to @returns {PictureFrame} */
function throughFilter(input, given, from, to) {
  const { stage, explanation: e, node, source, box } = input, m = measures(box), [x, w] = e.operands, [channels, rows, columns] = x.cells;
  const size = rows.length * columns.length, at = (/** @type {number} */ channel) => channels.indexOf(channel) * size;
  const weights = (/** @type {number} */ channel) => w.values.slice(at(channel), at(channel) + size);
  const out = output(input, m), high = Math.min(m.tallest, box.h * m.stack), over = overhang(input, from, high);
  const room = { x: box.x + m.label, y: box.y + over, w: out.x0 - m.gap - box.x - m.label, h: high - over };
  const plan = explode(from, room, channels, channels.map((channel) => sizeOf(weights(channel))), 0, m.closest);
  const range = sizeOf(w.values), filter = block(from, plan, { rows, columns }, weights, range, stage.look.weight);
  const outline = cellOutline(node, to, out.pose, e.at), colour = stage.look.scale.css(given, stage.look.range(node.name)), print = printer([given]);
  const parts = m.capped ? { marks: [], labels: [], y: 0 } : below(input, plan, filter.feet, weights, { given, colour, range, print, y: box.y + high + TO_TILES, tile: m.tile });
  const [, right] = [outline[0], outline[3]], end = filter.end;
  return {
    poses: new Map([[source.name, plan.pose], [node.name, out.pose]]), under: [],
    over: [
      ...filter.marks, ...parts.marks,
      curve([[outline[0][0] - 6, (outline[0][1] + right[1]) / 2], [outline[0][0] - 60, outline[0][1]], [end[0] + 70, end[1]], [end[0] + 6, end[1]]], { width: 1.7, alpha: 0.9, head: true }),
      shape(outline, { fill: colour }), ...attention(outline),
    ],
    labels: [
      caption('from', source, m.capped ? '' : 'here it is added, into the window that was read', plan.pose.x - 2, box.y - CAPTION),
      caption('to', node, `${m.digits > 3 ? 'gives, channel' : 'ch'} ${placeOf(node.shape, e.at)[0]}`, out.x0, box.y - CAPTION),
      ...numbers(plan), ...parts.labels,
      label('result', out.middle, out.bottom + 20, 'n', 'result', { text: single(given, LONG), look: 'value' }, { text: `∂${indexed(node.name, e.at)}`, look: 'place' }),
    ],
    targets: [],
    spans: [
      { node: source.name, x0: plan.pose.x, x1: plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax, y: box.y - WEDGE },
      { node: node.name, x0: out.x0, x1: out.x1, y: box.y - WEDGE },
    ],
  };
}

/**
 * Under each slice: the given number, times the filter's part for this channel.
 * @param {PictureInput} input @param {import('./stack.js').Plan} plan @param {[Point, Point][]} feet @param {(channel: number) => number[]} weights
 * @param {{ given: number, colour: string, range: number, print: ReturnType<typeof printer>, y: number, tile: number }} look
 */
function below({ stage, explanation: e, node }, plan, feet, weights, { given, colour, range, print, y, tile }) {
  const [, rows, columns] = e.operands[0].cells, wide = Math.min(tile * (plan.pitch > 90 ? 1.5 : 1), plan.pitch - 10), cell = wide / Math.max(rows.length, columns.length);
  const [w, h] = [cell * columns.length, cell * rows.length], low = y + h + BETWEEN;
  /** @type {Mark[]} */
  const marks = [];
  /** @type {Label[]} */
  const labels = [];
  plan.shown.forEach((channel, k) => {
    const x = plan.middle(k) - w / 2;
    marks.push(
      line([[feet[k][0][0], feet[k][0][1] + 2], [x, y - 2]], { width: 0.8, alpha: 0.3 }), line([[feet[k][1][0], feet[k][1][1] + 2], [x + w, y - 2]], { width: 0.8, alpha: 0.3 }),
      ...tileMarks({ box: { x, y, w, h }, rows: rows.length, columns: columns.length, values: weights(channel), range, scale: stage.look.weight }),
      rect({ x: plan.middle(k) - cell / 2, y: low, w: cell, h: cell }, { fill: colour, stroke: 'ink', width: 1 }),
    );
    if (plan.pitch >= NUMBERED) labels.push(label(`given ${k}`, plan.middle(k), low + cell + 3, 'n', 'number', print.signed(given)));
  });
  const left = plan.middle(0) - w / 2 - 14;
  labels.push(
    label('row filter', left, y + h / 2, 'e', 'row', `filter ${placeOf(node.shape, e.at)[0]}`),
    label('row given', left, low + cell / 2, 'e', 'row', '× what it', 'is given'),
    label('says', left, low + cell + 42, 'nw', 'direction', `Each of the ${rows.length * columns.length * e.operands[0].cells[0].length} numbers of the window gets this, times its weight.`),
  );
  return { marks, labels };
}

/** @param {PictureInput} input @param {number} given @param {Volume} from @param {Volume} to @returns {PictureFrame} */
function throughPool({ stage, explanation: e, node, source, box }, given, from, to) {
  const [x] = e.operands, [[channel], rows, columns] = x.cells, tall = Math.min(box.h - 60, box.w * 0.46), top = box.y + Math.max(0, (box.h - tall - 40) / 2);
  const read = plate(from, { x: box.x, y: top, w: box.w * SHARES.input, h: tall }, channel);
  const gave = plate(to, { x: box.x + box.w * (1 - SHARES.output), y: top + tall * 0.18, w: box.w * SHARES.output, h: tall * 0.6 }, placeOf(node.shape, e.at)[0]);
  const window = blockOn(mapQuad(from, read, channel).m, from.rows, from.columns, [Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const side = Math.min(96, (box.w * SHARES.window) / columns.length, (tall * 0.7) / rows.length), [w, h] = [side * columns.length, side * rows.length];
  const open = { x: box.x + box.w * (SHARES.input + 0.06) + (box.w * SHARES.window - w) / 2, y: read.y + (read.h - h) / 2, w, h };
  const cells = cellsOf(x, source.shape), winner = e.marks.winner?.join(), inside = cells.filter((cell) => cell !== null).length;
  const outline = cellOutline(node, to, gave, e.at), print = printer([given]), { scale } = stage.look, range = stage.look.range(source.name);
  const all = (/** @type {number} */ k) => (winner === undefined ? false : cells[k]?.join() === winner);
  const values = cells.map((_, k) => (all(k) ? given : 0));
  const padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[r * columns.length + c] === null;
  return {
    poses: new Map([[source.name, read], [node.name, gave]]), under: [],
    over: [
      ...magnified(window, open), ...tileMarks({ box: open, rows: rows.length, columns: columns.length, values, range, scale, padding }),
      reachOver([outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2], [open.x + open.w + 8, open.y + open.h / 2], 1.7), ...attention(window), ...attention(outline),
    ],
    labels: [
      caption('from', source, `channel ${channel}`, box.x, top - CAPTION), caption('to', node, `gives, channel ${placeOf(node.shape, e.at)[0]}`, acrossOf(to, gave).x0, peak(to, gave) - CAPTION),
      label('what', open.x + open.w / 2, open.y - 12, 's', 'direction', winner === undefined ? 'to each an equal share' : 'all of it to the largest'),
      ...shares(open, side, columns.length, cells.map((cell, k) => (cell === null ? 'padding' : winner === undefined ? `1/${inside} of it` : all(k) ? print.signed(given) : '0')), (k) => scale.ink(values[k], range)),
      label('result', (acrossOf(to, gave).x0 + gave.x + gave.w) / 2, gave.y + gave.h + 12, 'n', 'result', { text: single(given, LONG), look: 'value' }, { text: `∂${indexed(node.name, e.at)}`, look: 'place' }),
    ],
    targets: tileTargets(open, source.name, cells, columns.length),
    spans: [{ node: source.name, ...acrossOf(from, read), y: top - WEDGE }, { node: node.name, ...acrossOf(to, gave), y: peak(to, gave) - WEDGE }],
  };
}

/** What each cell gets, where there is room for it. @param {Box} open @param {number} side @param {number} columns @param {string[]} texts @param {(k: number) => string} ink @returns {Label[]} */
const shares = (open, side, columns, texts, ink) =>
  side < 40 ? [] : texts.map((text, k) => ({ ...label(`share ${k}`, open.x + ((k % columns) + 0.5) * side, open.y + (Math.floor(k / columns) + 0.5) * side, 'o', 'cell', text), ink: ink(k) }));
