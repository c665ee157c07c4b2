/** A window of numbers, seen face on: a tile of coloured cells. Pure. */

import { cellTarget } from '../../scene/hit.js';
import { gridlines, hatch, image, rect } from '../../scene/marks.js';
import { ofBox } from '../../scene/matrix.js';

/** @import { Cell, OperandView } from '../../types.d.ts' */
/** @import { Box, Mark, Scale, Target } from '../../stage.d.ts' */

/** More cells than this are drawn as one bitmap. */
const MANY = 144;

/**
 * @typedef {object} Tile
 * @property {Box} box
 * @property {number} rows
 * @property {number} columns
 * @property {ArrayLike<number>} values in reading order
 * @property {number} range
 * @property {Scale} scale
 * @property {(row: number, column: number) => boolean} [padding] whether a cell lies outside of the input
 */

/** @param {Tile} tile @returns {Mark[]} */
export function tileMarks({ box, rows, columns, values, range, scale, padding = () => false }) {
  const [w, h] = [box.w / columns, box.h / rows];
  const at = (/** @type {number} */ k) => ({ x: box.x + (k % columns) * w, y: box.y + Math.floor(k / columns) * h, w, h });
  const all = Array.from({ length: rows * columns }, (_, k) => k);
  const cells = all.length > MANY
    ? [image(strip(values, rows, columns, range, scale), ofBox(box))]
    : all.map((k) => rect(at(k), { fill: padding(Math.floor(k / columns), k % columns) ? 'sheet' : scale.css(values[k], range) }));
  const outside = all.filter((k) => padding(Math.floor(k / columns), k % columns)).map(at)
    .map(({ x, y }) => hatch([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]));
  const lines = w >= 4 && h >= 4 ? gridlines(ofBox(box), rows, columns) : [];
  return [...cells, ...outside, ...lines, rect(box, { stroke: 'ink', width: 1, alpha: 0.7 })];
}

/** Numbers as a bitmap that is known by its content. @param {ArrayLike<number>} values @param {number} rows @param {number} columns @param {number} range @param {Scale} scale */
function strip(values, rows, columns, range, scale) {
  let hash = 0;
  for (let k = 0; k < values.length; k++) hash = (hash * 31 + Math.fround(values[k]) * 8191 + k) % 9007199254740881;
  return {
    key: `tile ${rows}x${columns} ${hash} ${range} ${scale.name} ${scale.table[4]}`,
    pixels: () => ({ width: columns, height: rows, data: scale.paint(values, range) }),
  };
}

/** The places of a tile as cells of the node that they were read from. @param {Box} box @param {string} node @param {(Cell | null)[]} cells in reading order @param {number} columns @returns {Target[]} */
export function tileTargets(box, node, cells, columns) {
  const rows = Math.ceil(cells.length / columns);
  const [w, h] = [box.w / columns, box.h / rows];
  return cells.flatMap((at, k) =>
    at ? [cellTarget(node, at, ofBox({ x: box.x + (k % columns) * w, y: box.y + Math.floor(k / columns) * h, w, h }))] : [],
  );
}

/** The cells of an operand in reading order, null where one is padding. @param {OperandView} operand @param {number[]} shape of the source @returns {(Cell | null)[]} */
export function cellsOf(operand, shape) {
  /** @type {Cell[]} */
  let cells = [[]];
  for (const axis of operand.cells) cells = cells.flatMap((at) => axis.map((i) => [...at, i]));
  return cells.map((at) => (at.every((i, axis) => i >= 0 && i < shape[axis]) ? at : null));
}

/** The largest size of finite numbers: a range of colours. @param {ArrayLike<number>} values */
export function sizeOf(values) {
  let most = 0;
  for (let k = 0; k < values.length; k++) if (Number.isFinite(values[k])) most = Math.max(most, Math.abs(values[k]));
  return most || 1;
}
