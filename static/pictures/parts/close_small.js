/**
 * The same as the close-up where there is little room, as on a phone: the channel at work with its window, and beside it
 * window, filter and products in a row, the product in numbers under them; the sums of the channels are in the lens. Pure.
 */

import { attention, rect } from '../../scene/marks.js';
import { blockOn } from '../../scene/matrix.js';
import { mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { valueText } from '../../lens/digits.js';
import { acrossOf, cellOutline, magnified, peak, plate, reachOver } from './plate.js';
import { outside, written } from './single_sum.js';
import { cellsOf, sizeOf, tileMarks, tileTargets } from './tiles.js';
import { soFar } from './adding.js';
import { CAPTION, WEDGE, caption, drawn, label } from './words.js';

/** @import { Box, PictureFrame, PictureInput, Volume } from '../../stage.d.ts' */

/** Shares of the box: the map that is read, the output under the tiles; px between tiles, the largest cell, above the tiles for their names. */
const SHARES = { read: 0.32, made: 0.24 };
const TILES = { between: 17, most: 34, names: 4 };
/** px across of a digit of the result. */
const DIGIT = 11;
const NAMES = ['window', '× filter', '= products'];

/** @param {PictureInput} input @param {{ size: number, k: number, place: number | null, product: string | null }} now the channel at work and its product @returns {PictureFrame} */
export function closeSmall(input, { size, k, place, product }) {
  const { stage, explanation: e, node, source, box, added } = input, [x, w] = e.operands, [channels, rows, columns] = x.cells, channel = channels[k];
  const from = /** @type {Volume} */ (stage.graph.volumes.get(source.name)), to = /** @type {Volume} */ (stage.graph.volumes.get(node.name)), part = (/** @type {number[]} */ all) => all.slice(k * size, (k + 1) * size);
  const read = plate(from, { x: box.x, y: box.y, w: box.w * SHARES.read, h: box.h - 12 }, channel), made = plate(to, { x: box.x + box.w * (1 - SHARES.made), y: box.y + box.h * 0.6, w: box.w * SHARES.made, h: box.h * 0.4 - 4 }, placeOf(node.shape, e.at)[0]);
  const seen = blockOn(mapQuad(from, read, channel).m, from.rows, from.columns, [Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const left = box.x + box.w * (SHARES.read + 0.07), wide = box.x + box.w - left, cell = Math.min(TILES.most, (wide - 2 * TILES.between) / (3 * columns.length), (box.h * 0.46) / rows.length);
  const at = NAMES.map((_, n) => ({ x: left + n * (cell * columns.length + TILES.between), y: box.y + TILES.names, w: cell * columns.length, h: cell * rows.length })), foot = at[0].y + at[0].h;
  const cells = part(/** @type {any} */ (cellsOf(x, source.shape))), padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[r * columns.length + c] === null;
  const done = place === null ? size : place + 1, { scale, weight } = stage.look, look = { rows: rows.length, columns: columns.length }, products = part(e.products ?? []), ranges = { read: stage.look.range(source.name), weight: sizeOf(w.values), product: sizeOf(e.products ?? []) };
  const steps = added === null ? drawn(e.steps) : soFar(e, added, size, channels.length), whole = steps.length === drawn(e.steps).length && place === null, outline = cellOutline(node, to, made, e.at), said = valueText(e, whole ? e.value : steps[steps.length - 1]?.total ?? 0);
  const square = (/** @type {Box} */ b) => rect({ x: b.x + (Number(place) % columns.length) * cell, y: b.y + Math.floor(Number(place) / columns.length) * cell, w: cell, h: cell }, { stroke: 'ink', width: 2.4 });
  return {
    key: 'close', poses: new Map([[source.name, read], [node.name, made]]), under: [],
    over: [
      ...cells.flatMap((inside, n) => (inside ? [] : outside(from, read, channel, rows[Math.floor(n / columns.length)], columns[n % columns.length]))), ...magnified(seen, at[0]),
      ...tileMarks({ ...look, box: at[0], values: part(x.values), range: ranges.read, scale, padding }), ...tileMarks({ ...look, box: at[1], values: part(w.values), range: ranges.weight, scale: weight }),
      ...tileMarks({ ...look, box: at[2], values: products.map((value, n) => (n < done ? value : 0)), range: ranges.product, scale }), ...(place === null ? [] : at.map(square)), ...attention(seen), ...attention(outline),
      ...(whole ? [reachOver([left + said.length * DIGIT + 6, foot + 43], [outline[0][0] - 5, (outline[0][1] + outline[3][1]) / 2])] : []),
    ],
    labels: [
      caption('from', source, `ch ${channel}`, acrossOf(from, read).x0, peak(from, read) - CAPTION), caption('to', node, `ch ${placeOf(node.shape, e.at)[0]}`, acrossOf(to, made).x0, peak(to, made) - 5),
      ...NAMES.map((text, n) => label(`row ${n}`, at[n].x + at[n].w / 2, at[n].y - 6, 's', 'caption small', text)), ...written(at[0], part(x.values), columns.length, cell, scale, ranges.read),
      ...(product === null ? [] : [label('product', left, foot + 8, 'nw', 'number product', product)]),
      label('result', left, foot + 30, 'nw', 'result', { text: said, look: 'value' }, { text: whole ? node.name : 'so far', look: 'place' }),
    ],
    targets: tileTargets(at[0], source.name, /** @type {any} */ (cells), columns.length),
    spans: [{ node: source.name, ...acrossOf(from, read), y: peak(from, read) - WEDGE }],
  };
}
