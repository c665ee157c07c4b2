/**
 * Where products are added one by one, the picture moves in: the channel at work face on with its window, the window, the
 * filter and their products laid open with their numbers, and the sums of all channels as they grow. Pure.
 */

import { attention, line, rect } from '../../scene/marks.js';
import { blockOn } from '../../scene/matrix.js';
import { mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { soFar, summed } from './adding.js';
import { acrossOf, cellOutline, magnified, peak, plate, reachOver } from './plate.js';
import { outside, written } from './single_sum.js';
import { cellsOf, sizeOf, tileMarks, tileTargets } from './tiles.js';
import { SHORT, single } from '../../lens/digits.js';
import { closeSmall } from './close_small.js';
import { adding, CAPTION, WEDGE, caption, drawn, indexed, label, weightsOf } from './words.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput, Volume } from '../../stage.d.ts' */

/** Shares of the box across: the map that is read, the tiles; px from tile to tile, the largest cell. */
const SHARES = { read: 0.36, tiles: 0.2, sums: 0.36 };
const TILES = { between: 34, most: 62 };
/** px from bar to bar at least; the part of the height that the output has. */
const BAR = 26;
const OUTPUT = 0.4;

/** A box less wide (px) has the close-up in a small form. */
const SMALL = 480;

/** Whether the picture moves in: a sum looked at product by product; of one channel where there is no room for it as it is. @param {PictureInput} input */
export const movesIn = ({ stage, box, explanation: e }) => stage.state.grain === 'term' && Boolean(e.products) && (box.w < SMALL || e.operands[0].cells[0].length > 1);

/** Which channel is at work, by its place in the window: while what follows the products is added, the last one; the heaviest where all are. @param {PictureInput} input */
function atWork({ added, explanation: e, heavy }) {
  const [channels, rows, columns] = e.operands[0].cells, size = rows.length * columns.length;
  if (added === null) return { size, k: heaviest(heavy.slice(0, channels.length)), place: null };
  const term = Math.min(added - 1, channels.length * size - 1);
  return { size, k: Math.floor(term / size), place: added > channels.length * size ? null : term % size };
}

/** @param {PictureInput} input @returns {PictureFrame} */
export function closeUp(input) {
  const { stage, explanation: e, node, source, box } = input, [x, w] = e.operands, [channels, rows, columns] = x.cells;
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  if (!from || !to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const { size, k, place } = atWork(input), channel = channels[k], part = (/** @type {number[]} */ all) => all.slice(k * size, (k + 1) * size);
  if (box.w < SMALL) return closeSmall(input, { size, k, place, product: place === null ? null : inWords(part(x.values)[place], part(w.values)[place], part(e.products ?? [])[place]) });
  const tall = Math.min(box.h - 40, box.w * 0.46), edge = Math.min(0.16, Math.max(0, -Math.min(...columns, ...rows)) / Math.max(from.rows, from.columns)) * box.w * SHARES.read;
  const read = plate(from, { x: box.x + edge, y: box.y + edge, w: box.w * SHARES.read - edge, h: tall - edge }, channel);
  const seen = blockOn(mapQuad(from, read, channel).m, from.rows, from.columns, [Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const middle = box.x + box.w * (SHARES.read + 0.03 + SHARES.tiles / 2);
  const open = tiles(input, { middle, y: box.y + 4, w: box.w * SHARES.tiles, h: box.h - 48 }, { x: part(x.values), w: part(w.values), products: part(e.products ?? []), cells: part0(cellsOf(x, source.shape), k, size), wide: sizeOf(w.values), place });
  const right = { x: box.x + box.w * (1 - SHARES.sums) + 12, y: box.y, w: box.w * SHARES.sums - 12, h: box.h };
  const sums = growing(input, to, right, size, k);
  return {
    key: 'close', poses: new Map([[source.name, read], [node.name, sums.made]]), under: [],
    over: [
      ...open.cells.flatMap((cell, n) => (cell ? [] : outside(from, read, channel, rows[Math.floor(n / columns.length)], columns[n % columns.length]))),
      ...magnified(seen, open.first), ...open.marks, ...sums.marks, ...attention(seen),
    ],
    labels: [
      caption('from', source, `channel ${channel}, number ${k + 1} of ${channels.length}`, acrossOf(from, read).x0, peak(from, read) - CAPTION),
      ...open.labels, ...sums.labels,
    ],
    targets: tileTargets(open.first, source.name, open.cells, columns.length),
    spans: [{ node: source.name, ...acrossOf(from, read), y: peak(from, read) - WEDGE }, { node: node.name, ...acrossOf(to, sums.made), y: peak(to, sums.made) - WEDGE }],
  };
}

/** @param {number[]} sums */
const heaviest = (sums) => sums.reduce((most, value, k) => (Math.abs(value) > Math.abs(sums[most]) ? k : most), 0);

/** @template T @param {T[]} all @param {number} k @param {number} size */
const part0 = (all, k, size) => all.slice(k * size, (k + 1) * size);

/**
 * Window, filter and products of the channel at work, one below the other, with the product that is being added in words.
 * @param {PictureInput} input @param {{ middle: number, y: number, w: number, h: number }} room
 * @param {{ x: number[], w: number[], products: number[], cells: (import('../../types.d.ts').Cell | null)[], wide: number, place: number | null }} of
 */
function tiles({ stage, explanation: e, source }, room, { x, w, products, cells, wide, place }) {
  const [, rows, columns] = e.operands[0].cells, { scale, weight } = stage.look, range = stage.look.range(source.name), most = sizeOf(e.products ?? []);
  const cell = Math.min(TILES.most, room.w / columns.length, (room.h - 3 * TILES.between - 20) / (3 * rows.length));
  const [tw, th] = [cell * columns.length, cell * rows.length], left = room.middle - tw / 2;
  const at = [0, 1, 2].map((n) => ({ x: left, y: room.y + n * (th + TILES.between), w: tw, h: th }));
  const done = place === null ? products.length : place + 1;
  const tile = { rows: rows.length, columns: columns.length }, box = (/** @type {Box} */ b, /** @type {number} */ n) => ({ x: b.x + (n % columns.length) * cell, y: b.y + Math.floor(n / columns.length) * cell, w: cell, h: cell });
  const padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[r * columns.length + c] === null;
  const said = place === null ? null : inWords(x[place], w[place], products[place]);
  return {
    first: at[0], cells,
    marks: [
      ...tileMarks({ ...tile, box: at[0], values: x, range, scale, padding }), ...tileMarks({ ...tile, box: at[1], values: w, range: wide, scale: weight }),
      ...tileMarks({ ...tile, box: at[2], values: products.map((value, n) => (n < done ? value : 0)), range: most, scale }),
      ...(place === null ? [] : at.flatMap((b) => attention(cornersOf(box(b, place)), 2.6))),
    ],
    labels: [
      ...['window', `× ${/locally/.test(e.kind) ? 'its filter' : weightsOf(e)}`, '= products'].map((text, n) => label(`row ${n}`, room.middle, at[n].y - 7, 's', 'direction', text)),
      ...written(at[0], x.map((value, n) => (cells[n] ? value : null)), columns.length, cell, scale, range), ...written(at[1], w, columns.length, cell, weight, wide),
      ...written(at[2], products.map((value, n) => (n < done ? value : null)), columns.length, cell, scale, most),
      ...(said ? [label('product', room.middle, at[2].y + th + 9, 'n', 'number product', said)] : []),
    ],
  };
}

/** One product in numbers. @param {number} x @param {number} w @param {number} product */
const inWords = (x, w, product) => `${single(x, SHORT)} × ${single(w, SHORT)} = ${single(product, SHORT)}`;

/** @param {Box} box @returns {import('../../stage.d.ts').Point[]} */
const cornersOf = ({ x, y, w, h }) => [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];

/**
 * The output's map over the sums of the channels so far, of as many as there is room for, the one at work among them.
 * @param {PictureInput} input @param {Volume} to @param {Box} room @param {number} size @param {number} now the place of the channel at work
 * @returns {{ made: import('../../stage.d.ts').Pose, marks: Mark[], labels: Label[] }}
 */
function growing(input, to, room, size, now) {
  const { stage, explanation: e, node, added } = input, steps = drawn(e.steps), count = e.operands[0].cells[0].length, extras = steps.length - count;
  const made = plate(to, { x: room.x + room.w * 0.34, y: room.y, w: room.w * 0.66, h: room.h * OUTPUT }, placeOf(node.shape, e.at)[0]);
  const most = Math.max(1, Math.floor(room.w / BAR) - extras), first = Math.max(0, Math.min(count - most, now - most + 2)), shown = Math.min(count, most);
  const pitch = Math.min(54, room.w / (shown + extras)), print = adding(e);
  const places = Array.from({ length: shown + extras }, (_, n) => ({ x: room.x + (n + 0.5) * pitch, index: n < shown ? first + n : count + n - shown }));
  const under = room.y + room.h * OUTPUT + 8, y0 = under + 92, area = { y0, y1: room.y + room.h - 20, bar: Math.min(30, pitch - 8), end: room.x + (shown + extras) * pitch, scale: stage.look.scale, print: pitch >= 40 ? print : null };
  const fall = summed(input, places, area, size, print), outline = cellOutline(node, to, made, e.at), total = fall.said;
  const last = added === null ? now : soFar(e, added, size, count).length - 1, at = places.findLast(({ index }) => index <= last) ?? places[0];
  return {
    made,
    marks: [
      ...fall.marks, ...(added === null ? [] : [rect({ x: at.x - area.bar / 2 - 4, y: room.y + room.h - 17, w: area.bar + 8, h: 17 }, { stroke: 'ink', width: 1.6 })]),
      ...(fall.whole ? [reachOver([room.x + 40, under - 4], [outline[0][0] - 5, (outline[0][1] + outline[3][1]) / 2])] : [line([[room.x, y0 - 30], [room.x + room.w, y0 - 30]], { width: 0.6, alpha: 0.3 })]),
      ...attention(outline),
    ],
    labels: [
      caption('to', node, `channel ${placeOf(node.shape, e.at)[0]}`, acrossOf(to, made).x0, peak(to, made) - CAPTION), ...fall.labels,
      ...places.map(({ x, index }) => label(`channel ${index}`, x, room.y + room.h - 2, 's', 'channel', index < count ? String(e.operands[0].cells[0][index]) : `+ ${steps[index].label}`)),
      label('result', room.x, under, 'nw', 'result', { text: total, look: 'value' }, { text: fall.whole ? indexed(node.name, e.at) : 'so far', look: 'place' }, ...(fall.rest ? [{ text: `${fall.rest} by rounding`, look: 'place' }] : [])),
      label('sums', room.x, y0 - 10, 'sw', 'direction', 'the sum, channel by channel'),
    ],
  };
}
