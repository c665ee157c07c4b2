/** From a point of the stage to the cell that is drawn there. Pure. */

import { cellOf, placeOf } from '../model/tensor.js';
import { invert } from './matrix.js';

/** @import { Cell, Shape } from '../types.d.ts' */
/** @import { Matrix, Point, Target, Volume } from '../stage.d.ts' */

/** The last target drawn under the point, with its cell. @param {Target[]} targets @param {Point} point @returns {{ node: string, at: Cell } | null} */
export function hit(targets, point) {
  for (let k = targets.length - 1; k >= 0; k--) {
    const place = invert(targets[k].m, point);
    if (!place || place.some((p) => p < 0 || p >= 1)) continue;
    const at = targets[k].cell(...place);
    if (at) return { node: targets[k].node, at };
  }
  return null;
}

/** A share of n as one of n. @param {number} share @param {number} n */
const nth = (share, n) => Math.min(n - 1, Math.floor(share * n));

/** One map of a volume. @param {string} node @param {Shape} shape @param {Volume} volume @param {number} channel @param {Matrix} m @returns {Target} */
export const mapTarget = (node, shape, volume, channel, m) => ({
  node,
  m,
  cell: (u, v) => cellOf(shape, channel, nth(v, volume.rows), nth(u, volume.columns)),
});

/** The lid of a closed block: channel by channel, the top row. @param {string} node @param {Shape} shape @param {Volume} volume @param {number[]} order @param {Matrix} m @returns {Target} */
export const lidTarget = (node, shape, volume, order, m) => ({
  node,
  m,
  cell: (u, v) => cellOf(shape, order[nth(v, volume.channels)], 0, nth(u, volume.columns)),
});

/** The side of a closed block: channel by channel, the right column. @param {string} node @param {Shape} shape @param {Volume} volume @param {number[]} order @param {Matrix} m @returns {Target} */
export const sideTarget = (node, shape, volume, order, m) => ({
  node,
  m,
  cell: (u, v) => cellOf(shape, order[nth(u, volume.channels)], nth(v, volume.rows), volume.columns - 1),
});

/** One cell, wherever it is drawn large. @param {string} node @param {Cell} at @param {Matrix} m @returns {Target} */
export const cellTarget = (node, at, m) => ({ node, m, cell: () => at });

/** Where a cell lies on the map that shows it, as [row, row end, column, column end]. @param {Shape} shape @param {Cell} at @returns {[number, number, number, number]} */
export function cellBlock(shape, at) {
  const [, row, column] = placeOf(shape, at);
  return [row, row + 1, column, column + 1];
}
