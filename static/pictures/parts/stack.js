/** The exploded stack: the channels that a window reads side by side, and the window as a block through all of them. Pure. */

import { label } from './words.js';
import { line, shape } from '../../scene/marks.js';
import { apply, blockOn } from '../../scene/matrix.js';
import { pose } from '../../scene/pose.js';
import { mapQuad } from '../../scene/slices.js';

/** @import { Box, Label, Mark, Matrix, Point, Pose, Scale, Volume } from '../../stage.d.ts' */

/** How slices and closed blocks are seen in the close views. */
export const SEEN = { ax: 0.44, ay: 0.22 };
/** Slices closer than this (px) cannot be told apart; further from one another they fall apart. */
const CLOSEST = 22;
const FURTHEST = 190;

/**
 * @typedef {object} Plan
 * @property {Pose} pose of the source, opened along its channels
 * @property {number[]} shown channels, in order
 * @property {number} pitch px from slice to slice
 * @property {(k: number) => number} middle of the k-th slice, where everything below it stands
 */

/**
 * The source's channels `channels` in a box, as many of them as can be told apart; `extra` more columns are kept free
 * at the right. Where not all fit, those of the largest `weight` are shown.
 * @param {Volume} volume @param {Box} box @param {number[]} channels @param {number[]} weight @param {number} extra
 * @param {number} [closest] px from one to the next at least
 * @returns {Plan}
 */
export function explode(volume, box, channels, weight, extra, closest = CLOSEST) {
  const longest = Math.max(volume.rows, volume.columns);
  const side = box.h / (1 + (SEEN.ay * volume.columns) / longest);
  const [w, h] = [(side * volume.columns) / longest, (side * volume.rows) / longest];
  const room = box.w - w * SEEN.ax;
  const most = Math.max(1, Math.floor(room / closest - extra) + 1);
  const shown = largest(channels, weight, most);
  const pitch = Math.min(FURTHEST, room / Math.max(1, shown.length - 1 + extra));
  return {
    shown, pitch,
    pose: pose({ x: box.x, y: box.y, w, h, ...SEEN, dx: pitch, dy: 0, front: 0, only: shown }),
    middle: (k) => box.x + k * pitch + (w * SEEN.ax) / 2,
  };
}

/** The `most` heaviest, in their own order. @param {number[]} channels @param {number[]} weight @param {number} most */
function largest(channels, weight, most) {
  if (channels.length <= most) return channels;
  const order = channels.map((_, k) => k).sort((a, b) => Math.abs(weight[b]) - Math.abs(weight[a]) || a - b).slice(0, most);
  return order.sort((a, b) => a - b).map((k) => channels[k]);
}

/**
 * The block of a filter through the slices: its weights on each, its edges between them.
 * @param {Volume} volume @param {Plan} plan @param {{ rows: number[], columns: number[] }} window cells, padding included
 * @param {(channel: number) => ArrayLike<number>} weights of a channel, in reading order @param {number} range @param {Scale} scale
 * @returns {{ marks: Mark[], feet: [Point, Point][], end: Point }} feet: the lower corners of the window on each slice
 */
export function block(volume, plan, { rows, columns }, weights, range, scale) {
  const around = /** @type {[number, number, number, number]} */ ([Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
  const quads = plan.shown.map((channel) => mapQuad(volume, plan.pose, channel).m);
  const outlines = quads.map((m) => blockOn(m, volume.rows, volume.columns, around));
  const [first, last] = [outlines[0], outlines[outlines.length - 1]];
  const sides = plan.shown.length > 1
    ? [
        shape([first[0], last[0], last[1], first[1]], { fill: 'sheet', fillAlpha: 0.72 }),
        shape([first[1], last[1], last[2], first[2]], { fill: 'sheet', fillAlpha: 0.55 }),
        ...[0, 1, 2].map((k) => line([first[k], last[k]], { width: 1.3, alpha: 0.85 })),
        line([first[3], last[3]], { width: 0.8, alpha: 0.25, dash: [3, 3] }),
      ]
    : [];
  const windows = quads.map((m, k) => [
    ...cellMarks(m, volume, rows, columns, weights(plan.shown[k]), range, scale),
    shape(outlines[k], { stroke: 'halo', width: 3.4, alpha: 0.9 }),
    shape(outlines[k], { stroke: 'ink', width: 1.7 }),
  ]);
  return {
    marks: [...sides, ...windows.reverse().flat()],
    feet: outlines.map((o) => [o[3], o[2]]),
    end: apply(quads[quads.length - 1], around[3] / volume.columns, (around[0] + around[1]) / 2 / volume.rows),
  };
}

/** The weights where they meet the input. @param {Matrix} m @param {Volume} volume @param {number[]} rows @param {number[]} columns @param {ArrayLike<number>} values @param {number} range @param {Scale} scale @returns {Mark[]} */
const cellMarks = (m, volume, rows, columns, values, range, scale) =>
  rows.flatMap((row, u) =>
    columns.map((column, v) =>
      shape(blockOn(m, volume.rows, volume.columns, [row, row + 1, column, column + 1]), { fill: scale.css(values[u * columns.length + v], range) }),
    ),
  );

/** The numbers of the channels at the corners of their slices, where no window comes. @param {Plan} plan @returns {Label[]} */
export const numbers = (plan) =>
  plan.shown.map((channel, k) => label(`slice ${k}`, plan.pose.x + k * plan.pitch - 2, plan.pose.y + 6, 'se', 'channel', String(channel)));
