/** 2x3 affine maps, in a canvas's order: x' = a·x + c·y + e, y' = b·x + d·y + f. Pure. */

/** @import { Box, Matrix, Point } from '../stage.d.ts' */

/** @type {Matrix} */
export const IDENTITY = [1, 0, 0, 1, 0, 0];

/** @param {Matrix} m @param {number} x @param {number} y @returns {Point} */
export const apply = (m, x, y) => [m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]];

/** First `inner`, then `outer`. @param {Matrix} outer @param {Matrix} inner @returns {Matrix} */
export const compose = (outer, inner) => [
  outer[0] * inner[0] + outer[2] * inner[1],
  outer[1] * inner[0] + outer[3] * inner[1],
  outer[0] * inner[2] + outer[2] * inner[3],
  outer[1] * inner[2] + outer[3] * inner[3],
  ...apply(outer, inner[4], inner[5]),
];

/** Where (x, y) came from, null when the map is flat. @param {Matrix} m @param {Point} point @returns {Point | null} */
export function invert(m, [x, y]) {
  const det = m[0] * m[3] - m[1] * m[2];
  if (Math.abs(det) < 1e-9) return null;
  const [dx, dy] = [x - m[4], y - m[5]];
  return [(m[3] * dx - m[2] * dy) / det, (m[0] * dy - m[1] * dx) / det];
}

/** The unit square's corners under m, around. @param {Matrix} m @returns {Point[]} */
export const corners = (m) => [apply(m, 0, 0), apply(m, 1, 0), apply(m, 1, 1), apply(m, 0, 1)];

/**
 * The outline of a block of cells on a map of rows x columns: rows r0..r1 and columns c0..c1, ends not included.
 * @param {Matrix} m @param {number} rows @param {number} columns @param {[number, number, number, number]} block
 * @returns {Point[]}
 */
export const blockOn = (m, rows, columns, [r0, r1, c0, c1]) => [
  apply(m, c0 / columns, r0 / rows),
  apply(m, c1 / columns, r0 / rows),
  apply(m, c1 / columns, r1 / rows),
  apply(m, c0 / columns, r1 / rows),
];

/** The smallest box around points. @param {Point[]} points @returns {Box} */
export function bounds(points) {
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
}

/** A box as the map of the unit square onto it. @param {Box} box @returns {Matrix} */
export const ofBox = (box) => [box.w, 0, 0, box.h, box.x, box.y];
