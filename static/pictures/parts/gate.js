/**
 * The way back through what has no filter: the outputs that read the cell, each with what it let through, and what goes to
 * the left. A relu is a gate, a max pool a switch, an average pool spreads. The mirror of the forward picture. Pure.
 */

import { attention, rect } from '../../scene/marks.js';
import { blockOn } from '../../scene/matrix.js';
import { mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { acrossOf, cellOutline, peak, plate, reachOver } from './plate.js';
import { tileMarks, tileTargets } from './tiles.js';
import { CAPTION, WEDGE, caption, indexed, label, inCells } from './words.js';
import { factor, valueText } from '../../lens/digits.js';

/** @import { Cell } from '../../types.d.ts' */
/** @import { Box, Label, PictureFrame, PictureInput, Scale, Volume } from '../../stage.d.ts' */

/** Shares of the box across: each map, and the tiles between; px between the tiles; the largest cell, px, and the least with a number. */
const SHARES = { map: 0.35, tiles: 0.2 };
const TILES = { between: 46, most: 84, written: 34 };

/** @type {Record<string, (local: number[]) => string>} */
const SAYS = {
  relu: ([local]) => (local ? 'the gate is open: it goes through' : 'the gate is shut: nothing goes back'),
  max_pool2d: (local) => (local.some((x) => x) ? 'this was the largest: all of it goes here' : 'this was not the largest: nothing goes here'),
  average_pool2d: () => 'each gets an equal share',
  global_average_pool: () => 'each gets an equal share',
};

/**
 * @param {PictureInput} input source: the layer that gave
 * @param {{ channels: number[], rows: number[], columns: number[], cells: Map<number, (Cell | null)[]>, given: Map<number, number[]>, local: Map<number, number[]> }} readers
 * @returns {PictureFrame}
 */
export function gate(input, { channels: [channel], rows, columns, cells, given, local }) {
  const { stage, explanation: e, node, source, box } = input;
  const from = /** @type {Volume} */ (stage.graph.volumes.get(source.name)), to = /** @type {Volume} */ (stage.graph.volumes.get(node.name));
  const tall = Math.min(box.h - 60, box.w * 0.42), top = box.y + Math.max(0, (box.h - tall - 60) / 2);
  const made = plate(to, { x: box.x, y: top, w: box.w * SHARES.map, h: tall }, placeOf(node.shape, e.at)[0]);
  const gave = plate(from, { x: box.x + box.w * (1 - SHARES.map), y: top, w: box.w * SHARES.map, h: tall }, channel);
  const seen = blockOn(mapQuad(from, gave, channel).m, from.rows, from.columns, [rows[0], rows[rows.length - 1] + 1, columns[0], columns[columns.length - 1] + 1]);
  const outline = cellOutline(node, to, made, e.at);
  const cell = Math.min(TILES.most, (box.w * SHARES.tiles) / columns.length, (tall - 2 * TILES.between) / (2 * rows.length + 1));
  const [w, h] = [cell * columns.length, cell * rows.length], x = box.x + (box.w - w) / 2;
  const y = top + Math.max(0, (tall - 2 * h - cell - 2 * TILES.between) / 2);
  const at = { given: { x, y, w, h }, local: { x, y: y + h + TILES.between, w, h }, sum: { x: x + (w - cell) / 2, y: y + 2 * (h + TILES.between), w: cell, h: cell } };
  const values = { given: given.get(channel) ?? [], local: local.get(channel) ?? [] };
  const read = cells.get(channel) ?? [], padding = (/** @type {number} */ r, /** @type {number} */ c) => read[r * columns.length + c] === null;
  const { scale, weight } = stage.look, range = stage.look.range(source.name), own = stage.look.range(node.name);
  const tile = { rows: rows.length, columns: columns.length, padding };
  const few = inCells([...values.given, e.value]);
  return {
    poses: new Map([[node.name, made], [source.name, gave]]), under: [],
    over: [
      ...tileMarks({ ...tile, box: at.given, values: values.given, range, scale }),
      ...tileMarks({ ...tile, box: at.local, values: values.local, range: 1, scale: weight }),
      rect(at.sum, { fill: scale.css(e.value, own), stroke: 'ink', width: 2 }),
      reachOver([seen[0][0] - 5, (seen[0][1] + seen[3][1]) / 2], [x + w + 6, y + h / 2], 1.3),
      reachOver([at.sum.x - 6, at.sum.y + cell / 2], [outline[1][0] + 5, (outline[1][1] + outline[2][1]) / 2], 1.7),
      ...attention(seen), ...attention(outline),
    ],
    labels: [
      caption('to', node, `to the left, channel ${placeOf(node.shape, e.at)[0]}`, acrossOf(to, made).x0, peak(to, made) - CAPTION),
      caption('from', source, `given from the right, channel ${channel}`, acrossOf(from, gave).x0, peak(from, gave) - CAPTION),
      label('given', x + w / 2, y - 8, 's', 'direction', values.given.length > 1 ? 'what those that read it are given' : 'given'),
      label('local', x + w / 2, at.local.y - 8, 's', 'direction', `× local ${e.operands[1].name}`),
      label('sum', x + w / 2, at.sum.y - 8, 's', 'direction', values.given.length > 1 ? '= their sum' : '= to the left'),
      ...written(at.given, values.given, tile.columns, cell, scale, range, few.signed),
      ...written(at.local, values.local, tile.columns, cell, weight, 1, factor),
      ...written(at.sum, [e.value], 1, cell, scale, own, few.signed),
      label('says', x + w / 2, at.sum.y + cell + 10, 'n', 'caption small', SAYS[source.kind]?.(values.local) ?? source.summary),
      label('result', made.x + made.w / 2, made.y + made.h + 12, 'n', 'result', { text: valueText(e), look: 'value' }, { text: `∂${indexed(node.name, e.at)}`, look: 'place' }),
    ],
    targets: tileTargets(at.given, source.name, read, tile.columns),
    spans: [{ node: node.name, ...acrossOf(to, made), y: peak(to, made) - WEDGE }, { node: source.name, ...acrossOf(from, gave), y: peak(from, gave) - WEDGE }],
  };
}

/** The numbers of a tile, where its cells have room. @param {Box} box @param {number[]} values @param {number} columns @param {number} cell @param {Scale} scale @param {number} range @param {(value: number) => string} print @returns {Label[]} */
const written = (box, values, columns, cell, scale, range, print) =>
  cell < TILES.written ? [] : values.map((value, k) => ({
    ...label(`${box.y} ${k}`, box.x + ((k % columns) + 0.5) * cell, box.y + (Math.floor(k / columns) + 0.5) * cell, 'o', cell < 60 ? 'cell near' : 'cell', print(value)), ink: scale.ink(value, range),
  }));
