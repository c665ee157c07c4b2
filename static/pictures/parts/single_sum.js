/**
 * A window of one channel, as a depthwise convolution has it: the window and its filter laid open between two maps, their
 * products, and the one number that they add up to. Pure.
 */

import { attention, hatch, rect, shape } from '../../scene/marks.js';
import { blockOn } from '../../scene/matrix.js';
import { mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { acrossOf, cellOutline, magnified, peak, plate, reachOver } from './plate.js';
import { cellsOf, sizeOf, tileMarks, tileTargets } from './tiles.js';
import { groupsOf } from '../../lens/groups.js';
import { CELL, styleFor, text as textOf } from '../../lens/digits.js';
import { adding, CAPTION, WEDGE, caption, drawn, indexed, label, weightsOf } from './words.js';

/** @import { Box, Label, PictureFrame, PictureInput, Scale } from '../../stage.d.ts' */

/** Shares of the box across: each map, and what is laid open between them; px from tile to tile; a cell with a number. */
const SHARES = { map: 0.34, tiles: 0.17 };
const TILES = { between: 34, most: 54, written: 32 };
/** px of a digit in a cell, and beside a number there. */
const DIGIT = 6.2;
const PADDING = 4;

/** @param {PictureInput} input @returns {PictureFrame} */
export function singleSum(input) {
  const { stage, explanation: e, node, source, box, added } = input, [x, w] = e.operands, [[channel], rows, columns] = x.cells;
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  if (!from || !to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const tall = Math.min(box.h - 60, box.w * 0.42), top = box.y + Math.max(0, (box.h - tall - 60) / 2);
  const read = plate(from, { x: box.x, y: top, w: box.w * SHARES.map, h: tall }, channel);
  const made = plate(to, { x: box.x + box.w * (1 - SHARES.map), y: top, w: box.w * SHARES.map, h: tall }, placeOf(node.shape, e.at)[0]);
  const seen = blockOn(mapQuad(from, read, channel).m, from.rows, from.columns, [Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const cell = Math.min(TILES.most, (box.w * SHARES.tiles) / columns.length, (tall + 30 - 3 * TILES.between) / (3 * rows.length));
  const [tw, th] = [cell * columns.length, cell * rows.length], left = box.x + (box.w - tw) / 2, first = top + (tall - 3 * th - 2 * TILES.between) / 2;
  const at = [0, 1, 2].map((k) => ({ x: left, y: first + k * (th + TILES.between), w: tw, h: th }));
  const cells = cellsOf(x, source.shape), padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[r * columns.length + c] === null;
  const { scale, weight } = stage.look, range = stage.look.range(source.name), wide = sizeOf(w.values);
  const products = (e.products ?? []).map((product, k) => (added !== null && k >= added ? 0 : product)), most = sizeOf(e.products ?? []);
  const tile = { rows: rows.length, columns: columns.length, padding }, outline = cellOutline(node, to, made, e.at);
  const steps = drawn(e.steps), print = adding(e), groups = groupsOf(e).length, extras = steps.slice(groups);
  const whole = added === null || added >= products.length + extras.length, past = Math.max(0, (added ?? 0) - products.length);
  const total = whole ? e.value : past ? steps[groups - 1 + past].total : e.product_totals?.[added - 1] ?? 0;
  return {
    poses: new Map([[source.name, read], [node.name, made]]), under: [],
    over: [
      ...cells.flatMap((place, k) => (place ? [] : outside(from, read, channel, rows[Math.floor(k / columns.length)], columns[k % columns.length]))),
      ...magnified(seen, at[0]),
      ...tileMarks({ ...tile, box: at[0], values: x.values, range, scale }), ...tileMarks({ ...tile, box: at[1], values: w.values, range: wide, scale: weight, padding: () => false }),
      ...(products.length ? tileMarks({ ...tile, box: at[2], values: products, range: most, scale, padding: () => false }) : []),
      ...(added !== null && added <= products.length ? at.map((b) => rect({ x: b.x + ((added - 1) % columns.length) * cell, y: b.y + Math.floor((added - 1) / columns.length) * cell, w: cell, h: cell }, { stroke: 'ink', width: 2.6 })) : []),
      reachOver([left + tw + 8, at[2].y + th / 2], [outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2], 1.7), ...attention(seen), ...attention(outline),
    ],
    labels: [
      caption('from', source, `channel ${channel}`, acrossOf(from, read).x0, peak(from, read) - CAPTION), caption('to', node, `channel ${placeOf(node.shape, e.at)[0]}`, acrossOf(to, made).x0, peak(to, made) - CAPTION),
      ...['window', `× ${weightsOf(e)}`, products.length ? (box.w < 720 ? '= products' : '= products, which add up to') : ''].map((text, k) => label(`row ${k}`, left + tw / 2, at[k].y - 7, 's', 'direction', text)),
      ...written(at[0], x.values.map((value, k) => (cells[k] ? value : null)), columns.length, cell, scale, range), ...written(at[1], w.values, columns.length, cell, weight, wide),
      ...written(at[2], products.map((value, k) => (added !== null && k >= added ? null : value)), columns.length, cell, scale, most),
      ...(extras.length ? [label('step 0', left + tw / 2, at[2].y + th + 8, 'n', 'number', print.signed(steps[groups - 1].total))] : []),
      ...extras.map((step, k) => label(`extra ${k}`, left + tw / 2, at[2].y + th + 24 + k * 16, 'n', 'row', `+ ${step.label} ${print.signed(step.value)}`)),
      label('result', made.x + made.w / 2, made.y + made.h + 12, 'n', 'result', { text: print.total(total), look: 'value' }, { text: whole ? indexed(node.name, e.at) : 'so far', look: 'place' }, ...(whole && print.rest && extras.length ? [{ text: `${print.rest} by rounding`, look: 'place' }] : [])),
      label('slice 0', read.x - 4, read.y + 8, 'e', 'channel', String(channel)),
    ].filter(({ key }) => added === null || whole || !/^(step|extra)/.test(key)),
    targets: tileTargets(at[0], source.name, cells, columns.length),
    spans: [{ node: source.name, ...acrossOf(from, read), y: peak(from, read) - WEDGE }, { node: node.name, ...acrossOf(to, made), y: peak(to, made) - WEDGE }],
  };
}

/** A cell of padding, beside the map. @param {import('../../stage.d.ts').Volume} volume @param {import('../../stage.d.ts').Pose} read @param {number} channel @param {number} r @param {number} c */
export function outside(volume, read, channel, r, c) {
  const cell = blockOn(mapQuad(volume, read, channel).m, volume.rows, volume.columns, [r, r + 1, c, c + 1]);
  return [shape(cell, { fill: 'sheet', stroke: 'rule' }), hatch(cell)];
}

/** Numbers of a tile's cells, where they have room; null has none. @param {Box} box @param {(number | null)[]} values @param {number} columns @param {number} cell @param {Scale} scale @param {number} range @returns {Label[]} */
export function written(box, values, columns, cell, scale, range) {
  if (cell < TILES.written) return [];
  const style = styleFor(sizeOf(values.map((value) => value ?? 0)), CELL), room = Math.max(1, Math.floor((cell - PADDING) / DIGIT) - 3);
  const print = { plain: (/** @type {number} */ value) => textOf(value, { ...style, decimals: Math.min(style.decimals, room) }) };
  return values.flatMap((value, k) => (value === null ? [] : [{ ...label(`${box.x} ${box.y} ${k}`, box.x + ((k % columns) + 0.5) * cell, box.y + (Math.floor(k / columns) + 0.5) * cell, 'o', 'cell near', print.plain(value)), ink: scale.ink(value, range) }]));
}
