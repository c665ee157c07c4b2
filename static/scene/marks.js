/** Constructors of marks: plain data that a painter can draw. Attention is ink on a halo and never a hue. Pure. */

import { apply, corners } from './matrix.js';

/** @import { Box, Ink, Mark, Matrix, Picture, Point } from '../stage.d.ts' */

/** @typedef {{ fill?: Ink | null, fillAlpha?: number, stroke?: Ink | null, width?: number, alpha?: number, dash?: number[] | null, head?: boolean }} Style */

/** @param {Point[]} points @param {Style} style @param {boolean} closed @returns {Mark} */
const path = (points, style, closed) => ({
  kind: 'path', points, closed, fill: style.fill ?? null, fillAlpha: style.fillAlpha ?? 1, stroke: style.stroke ?? null,
  width: style.width ?? 1, alpha: style.alpha ?? 1, dash: style.dash ?? null, head: style.head ?? false,
});

/** A closed shape. @param {Point[]} points @param {Style} style @returns {Mark} */
export const shape = (points, style) => path(points, style, true);

/** A line through points; `head` puts an arrow's head on its end. @param {Point[]} points @param {Style} [style] @returns {Mark} */
export const line = (points, style = {}) => path(points, { stroke: 'ink', ...style }, false);

/** A cubic curve through four control points. @param {Point[]} points @param {Style} [style] @returns {Mark} */
export const curve = (points, style = {}) => ({
  kind: 'curve', points, stroke: style.stroke ?? 'ink', width: style.width ?? 1, alpha: style.alpha ?? 1,
  dash: style.dash ?? null, head: style.head ?? false,
});

/** A rectangle. @param {Box} box @param {Style} style @returns {Mark} */
export const rect = ({ x, y, w, h }, style) => shape([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], style);

/** A quad. @param {Matrix} m @param {Style} style @returns {Mark} */
export const quad = (m, style) => shape(corners(m), style);

/** A picture on a quad; `rows` is the share of its rows that is there yet. @param {Picture} picture @param {Matrix} m @param {{ rows?: number, alpha?: number, smooth?: boolean }} [style] @returns {Mark} */
export const image = (picture, m, { rows = 1, alpha = 1, smooth = false } = {}) => ({
  kind: 'image', picture, m, alpha, rows, smooth,
});

/** What is attended to: ink on a halo. @param {Point[]} points @param {number} [width] @returns {Mark[]} */
export const attention = (points, width = 2.2) => [
  shape(points, { stroke: 'halo', width: width + 2.8, alpha: 0.95 }),
  shape(points, { stroke: 'ink', width }),
];

/** Hairlines between the cells of a map. @param {Matrix} m @param {number} rows @param {number} columns @returns {Mark[]} */
export function gridlines(m, rows, columns) {
  const style = { width: 0.6, alpha: 0.16 };
  const across = Array.from({ length: rows - 1 }, (_, i) => line([apply(m, 0, (i + 1) / rows), apply(m, 1, (i + 1) / rows)], style));
  const down = Array.from({ length: columns - 1 }, (_, j) => line([apply(m, (j + 1) / columns, 0), apply(m, (j + 1) / columns, 1)], style));
  return [...across, ...down];
}

/** Cells that are no number of the array: padding. @param {Point[]} points @param {number} [alpha] @returns {Mark} */
export const hatch = (points, alpha = 1) => ({ kind: 'hatch', points, alpha });

/** Marks that fade together. @param {Mark[]} marks @param {number} alpha @returns {Mark} */
export const group = (marks, alpha) => ({ kind: 'group', alpha, marks });
