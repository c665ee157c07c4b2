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
import { adding, CAPTION, WEDGE, caption, drawn, fitting, indexed, label, weightsOf } from './words.js';
import { LEAD } from './waterfall.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput, Volume } from '../../stage.d.ts' */

/** Shares of the box across: the map that is read, the tiles; px from tile to tile, the largest cell. */
const SHARES = { read: 0.36, tiles: 0.2, sums: 0.36 };
const TILES = { between: 34, most: 62 };
/** Where cells one below the other were too small for their numbers, window and filter stand side by side: px between them, px of such a cell, the shares then. */
const PAIR = { between: 20, cell: 32, read: 0.27, tiles: 0.37, sums: 0.335 };
/** px from bar to bar at least, with the numbers of the channels under them; closer than the other, what follows them has one letter. The part of the height that the output has. */
const BAR = { least: 16, named: 26 };
const OUTPUT = 0.4;
/** px that the sum's title takes. */
const LONG = 232;

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
  const pair = inPairs(box, rows.length, columns.length), shares = pair ? PAIR : SHARES;
  const tall = Math.min(box.h - 40, box.w * 0.46), edge = Math.min(0.16, Math.max(0, -Math.min(...columns, ...rows)) / Math.max(from.rows, from.columns)) * box.w * shares.read;
  const read = plate(from, { x: box.x + edge, y: box.y + edge, w: box.w * shares.read - edge, h: tall - edge }, channel);
  const seen = blockOn(mapQuad(from, read, channel).m, from.rows, from.columns, [Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const middle = box.x + box.w * (shares.read + 0.03 + shares.tiles / 2);
  const open = tiles(input, { middle, y: box.y + 4, w: box.w * shares.tiles, h: box.h - 48 }, { x: part(x.values), w: part(w.values), products: part(e.products ?? []), cells: part0(cellsOf(x, source.shape), k, size), wide: sizeOf(w.values), place, pair });
  const right = { x: box.x + box.w * (1 - shares.sums) + 12, y: box.y, w: box.w * shares.sums - 12, h: box.h };
  const sums = growing(input, to, right, size, k);
  return {
    key: 'close', poses: new Map([[source.name, read], [node.name, sums.made]]), under: [],
    over: [
      ...open.cells.flatMap((cell, n) => (cell ? [] : outside(from, read, channel, rows[Math.floor(n / columns.length)], columns[n % columns.length]))),
      ...magnified(seen, open.first), ...open.marks, ...sums.marks, ...attention(seen),
    ],
    labels: [
      caption('from', source, fitting(source.name, open.first.x - acrossOf(from, read).x0 - 10, `channel ${channel}, number ${k + 1} of ${channels.length}`, `channel ${channel}`, `ch ${channel}`), acrossOf(from, read).x0, peak(from, read) - CAPTION),
      ...open.labels, ...sums.labels,
    ],
    targets: tileTargets(open.first, source.name, open.cells, columns.length),
    spans: [{ node: source.name, ...acrossOf(from, read), y: peak(from, read) - WEDGE }, { node: node.name, ...acrossOf(to, sums.made), y: peak(to, sums.made) - WEDGE }],
  };
}

/** px of a cell, window, filter and products one below the other or the products below the others. @param {{ w: number, h: number }} room @param {number} rows @param {number} columns @param {boolean} pair */
const cellIn = ({ w, h }, rows, columns, pair) => (pair ? Math.min(TILES.most, (w - PAIR.between) / (2 * columns), (h - 2 * TILES.between - 20) / (2 * rows)) : Math.min(TILES.most, w / columns, (h - 3 * TILES.between - 20) / (3 * rows)));

/** Whether only side by side the cells are large enough for their numbers. @param {Box} box @param {number} rows @param {number} columns */
const inPairs = ({ w, h }, rows, columns) => cellIn({ w: w * SHARES.tiles, h: h - 48 }, rows, columns, false) < PAIR.cell && cellIn({ w: w * PAIR.tiles, h: h - 48 }, rows, columns, true) >= PAIR.cell;

/** @param {number[]} sums */
const heaviest = (sums) => sums.reduce((most, value, k) => (Math.abs(value) > Math.abs(sums[most]) ? k : most), 0);

/** @template T @param {T[]} all @param {number} k @param {number} size */
const part0 = (all, k, size) => all.slice(k * size, (k + 1) * size);

/**
 * Window, filter and products of the channel at work, with the product that is being added in words.
 * @param {PictureInput} input @param {{ middle: number, y: number, w: number, h: number }} room
 * @param {{ x: number[], w: number[], products: number[], cells: (import('../../types.d.ts').Cell | null)[], wide: number, place: number | null, pair: boolean }} of
 */
function tiles({ stage, explanation: e, source }, room, { x, w, products, cells, wide, place, pair }) {
  const [, rows, columns] = e.operands[0].cells, { scale, weight } = stage.look, range = stage.look.range(source.name), most = sizeOf(e.products ?? []);
  const cell = cellIn(room, rows.length, columns.length, pair), [tw, th] = [cell * columns.length, cell * rows.length], aside = (tw + PAIR.between) / 2;
  const at = [0, 1, 2].map((n) => ({ x: room.middle - tw / 2 + (pair ? [-aside, aside, 0][n] : 0), y: room.y + (pair ? Math.floor(n / 2) : n) * (th + TILES.between), w: tw, h: th }));
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
      ...['window', `× ${/locally/.test(e.kind) ? 'its filter' : weightsOf(e)}`, '= products'].map((text, n) => label(`row ${n}`, at[n].x + tw / 2, at[n].y - 7, 's', 'direction', text)),
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
  const slots = Math.floor(room.w / BAR.least), all = count + extras <= slots, shown = all ? count : Math.max(1, slots - extras - 2), first = all ? 0 : Math.max(0, Math.min(count - shown, now - shown + 2));
  const pitch = all ? Math.min(54, room.w / (count + extras)) : BAR.least, print = adding(e), left = room.x + (first > 0 ? LEAD : 0), jump = first + shown < count ? LEAD : 0;
  const places = Array.from({ length: shown + extras }, (_, n) => ({ x: left + (n + 0.5) * pitch + (n < shown ? 0 : jump), index: n < shown ? first + n : count + n - shown }));
  const under = room.y + room.h * OUTPUT + 8, y0 = under + 92, area = { y0, y1: room.y + room.h - 20, bar: Math.min(30, pitch - (pitch < BAR.named ? 6 : 8)), end: places[places.length - 1].x + pitch / 2, scale: stage.look.scale, print: pitch >= 40 ? print : null, lead: true };
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
      ...places.map(({ x, index }) => label(`channel ${index}`, x, room.y + room.h - 2, 's', 'channel', index < count ? String(e.operands[0].cells[0][index]) : `+ ${pitch < BAR.named ? steps[index].label.slice(0, 1) : steps[index].label}`)),
      label('result', room.x, under, 'nw', 'result', { text: total, look: 'value' }, { text: fall.whole ? indexed(node.name, e.at) : 'so far', look: 'place' }, ...(fall.rest ? [{ text: `${fall.rest} by rounding`, look: 'place' }] : [])),
      label('sums', room.x, y0 - 10, 'sw', 'direction', room.w < LONG ? 'the sum by channel' : 'the sum, channel by channel'),
    ],
  };
}
