/** Shapes and cells: where a number stands in an array, and how an activation is drawn as maps. Pure. */

/** @import { Cell, Shape, Tensor } from '../types.d.ts' */
/** @import { Volume } from '../stage.d.ts' */

/** How many numbers a shape holds. @param {Shape} shape */
export const count = (shape) => shape.reduce((product, n) => product * n, 1);

/** The place of `at` in reading order. @param {Shape} shape @param {Cell} at */
export const flatIndex = (shape, at) => shape.reduce((index, n, axis) => index * n + at[axis], 0);

/** The cell at a place in reading order. @param {Shape} shape @param {number} index @returns {Cell} */
export function cellAt(shape, index) {
  const at = new Array(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}

/** Whether `at` is a cell of the shape. @param {Shape} shape @param {Cell | null} at */
export const isCell = (shape, at) =>
  at !== null && at.length === shape.length && at.every((i, axis) => Number.isInteger(i) && i >= 0 && i < shape[axis]);

/** The number at `at`. @param {Tensor} tensor @param {Cell} at */
export const valueAt = (tensor, at) => tensor.data[flatIndex(tensor.shape, at)];

/** `conv1@3,5,7`. @param {string} node @param {Cell} at */
export const address = (node, at) => `${node}@${at.join(',')}`;

/** Longest column of a row of numbers; a longer row goes on in the next column. */
const LONGEST_COLUMN = 250;

/**
 * How an activation of this shape is drawn: (C, H, W) as C maps, (H, W) as one map, (D) as one thin map of D cells.
 * @param {Shape} shape
 * @returns {Volume}
 */
export function volumeOf(shape) {
  if (shape.length <= 1) {
    const cells = count(shape);
    const columns = Math.max(1, Math.ceil(cells / LONGEST_COLUMN));
    return { channels: 1, rows: Math.ceil(cells / columns), columns, vector: true, cells };
  }
  const [rows, columns] = shape.slice(-2);
  const channels = count(shape.slice(0, -2));
  return { channels, rows, columns, vector: false, cells: channels * rows * columns };
}

/**
 * The cell drawn at (channel, row, column) of a volume, null where a row of numbers has ended.
 * @param {Shape} shape @param {number} channel @param {number} row @param {number} column
 * @returns {Cell | null}
 */
export function cellOf(shape, channel, row, column) {
  const volume = volumeOf(shape);
  if (!volume.vector) return [...cellAt(shape.slice(0, -2), channel), row, column];
  const index = column * volume.rows + row;
  return index < volume.cells ? shape.map(() => index) : null;
}

/**
 * Where a cell is drawn: [channel, row, column].
 * @param {Shape} shape @param {Cell} at
 * @returns {[number, number, number]}
 */
export function placeOf(shape, at) {
  const volume = volumeOf(shape);
  if (volume.vector) return [0, (at[0] ?? 0) % volume.rows, Math.floor((at[0] ?? 0) / volume.rows)];
  return [flatIndex(shape.slice(0, -2), at.slice(0, -2)), at[at.length - 2], at[at.length - 1]];
}

/**
 * The numbers of one map in reading order, as it is drawn; NaN-free padding is left out by `cells`.
 * @param {Tensor} tensor @param {number} channel
 * @returns {Float32Array}
 */
export function mapOf(tensor, channel) {
  const { rows, columns, vector, cells } = volumeOf(tensor.shape);
  if (!vector) return tensor.data.subarray(channel * rows * columns, (channel + 1) * rows * columns);
  if (columns === 1) return tensor.data;
  const map = new Float32Array(rows * columns);
  for (let index = 0; index < cells; index++) map[(index % rows) * columns + Math.floor(index / rows)] = tensor.data[index];
  return map;
}
