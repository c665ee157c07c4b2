/** Routes as marks: level through layers, a swing between them, an arrow's head at the end. Pure. */

import { curve, line } from '../scene/marks.js';

/** @import { Box, Mark, Point } from '../stage.d.ts' */
/** @typedef {{ box: Box, marks: Mark[] }} Tile marks that are drawn only where their box is on the screen */

const STYLE = { width: 1.1, alpha: 0.6 };
/** px from a volume to a line's end. */
const AWAY = 2;

/** Only the points where a line changes its way. @param {Point[]} points @returns {Point[]} */
export const corners = (points) =>
  points.filter(([x, y], k) => {
    const [before, after] = [points[k - 1], points[k + 1]];
    return !before || !after || !(Math.abs(before[1] - y) < 0.5 && Math.abs(after[1] - y) < 0.5) || (x === before[0] && x === after[0]);
  });

/**
 * One edge, piece by piece.
 * @param {Point[]} points from the volume that is read to the one that reads @param {boolean} back it points to what was read
 * @returns {Tile[]}
 */
export function edgeTiles(points, back) {
  const way = corners(points.map(([x, y], k) => /** @type {Point} */ ([x + (k === 0 ? AWAY : k === points.length - 1 ? -AWAY : 0), y])));
  return way.slice(1).map((q, k) => {
    const p = way[k];
    const head = back ? k === 0 : k === way.length - 2;
    const [from, to] = back ? [q, p] : [p, q];
    const middle = (p[0] + q[0]) / 2;
    const mark = Math.abs(p[1] - q[1]) < 0.5 ? line([from, to], { ...STYLE, head }) : curve([from, [middle, from[1]], [middle, to[1]], to], { ...STYLE, head });
    return { box: { x: p[0], y: Math.min(p[1], q[1]) - 4, w: q[0] - p[0], h: Math.abs(p[1] - q[1]) + 8 }, marks: [mark] };
  });
}
