/** A volume seen face on, its other channels a little behind it; and the output of every picture at its right. Pure. */

import { cellBlock } from '../../scene/hit.js';
import { curve, line, shape } from '../../scene/marks.js';
import { blockOn, corners } from '../../scene/matrix.js';
import { pose } from '../../scene/pose.js';
import { facesOf, isClosed, mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';

/** @import { Cell, NodeView } from '../../types.d.ts' */
/** @import { Box, Mark, Point, Pose, Volume } from '../../stage.d.ts' */

/** The channels behind step back by this (px), all of them by no more than the other. */
const STEP = 3.2;
const DEEPEST = 30;
/** In a small box the deck takes no more than this share. */
const DECK = 0.2;
/** Strips: px across one column of cells, and the tallest cell. */
const STRIP = { across: 22, cell: 27 };
/** How much of what is not written yet is hidden. */
const VEIL = 0.93;

/**
 * The largest face-on pose of a volume in a box, centred; behind a map there is room for its deck.
 * @param {Volume} volume @param {Box} box @param {number} front
 * @returns {Pose}
 */
export function plate(volume, box, front) {
  if (volume.vector) {
    const h = Math.min(box.h, STRIP.cell * volume.rows);
    const w = Math.min(box.w, STRIP.across * volume.columns);
    return pose({ x: box.x + (box.w - w) / 2, y: box.y + (box.h - h) / 2, w, h });
  }
  const deep = Math.min(DEEPEST, STEP * (volume.channels - 1), DECK * Math.min(box.w, box.h));
  const step = volume.channels > 1 ? deep / volume.channels : 0;
  const scale = Math.min((box.w - deep) / volume.columns, (box.h - deep) / volume.rows);
  const [w, h] = [volume.columns * scale, volume.rows * scale];
  return pose({ x: box.x + (box.w - deep - w) / 2, y: box.y + deep + (box.h - deep - h) / 2, w, h, dx: step, dy: -step, front });
}

/** The outline of one cell of a volume, where it is drawn. @param {NodeView} node @param {Volume} volume @param {Pose} at @param {Cell} cell @returns {Point[]} */
export const cellOutline = (node, volume, at, cell) =>
  blockOn(mapQuad(volume, at, placeOf(node.shape, cell)[0]).m, volume.rows, volume.columns, cellBlock(node.shape, cell));

/** The room a pose takes across: its front and its deck. @param {Volume} volume @param {Pose} p */
export const acrossOf = (volume, p) => ({ x0: p.x, x1: p.x + p.w * p.ax + volume.channels * p.dx });

/** The top of a plate, its deck included. @param {Volume} volume @param {Pose} p */
export const peak = (volume, p) => p.y + volume.channels * p.dy;

/** The writing head: what comes after a cell in reading order is not written yet, in its map and in those behind it. @param {NodeView} node @param {Volume} volume @param {Pose} at @param {Cell} cell @returns {Mark[]} */
export function veil(node, volume, at, cell) {
  const [channel, row, column] = placeOf(node.shape, cell);
  const { m } = mapQuad(volume, at, channel);
  const [rows, columns] = [volume.rows, volume.columns];
  const rest = volume.vector
    ? [[row + 1, rows, column, column + 1], [0, rows, column + 1, columns]]
    : [[row, row + 1, column + 1, columns], [row + 1, rows, 0, columns]];
  return [
    ...hidden(m, rows, columns, rest),
    ...(volume.vector || !isClosed(at) ? [] : behind(volume, at, channel)),
    shape(corners(m), { stroke: 'ink', width: 0.9, alpha: 0.55 }),
  ];
}

/** @param {import('../../stage.d.ts').Matrix} m @param {number} rows @param {number} columns @param {number[][]} blocks @returns {Mark[]} */
const hidden = (m, rows, columns, blocks) =>
  blocks.filter(([r0, r1, c0, c1]) => r1 > r0 && c1 > c0)
    .map(([r0, r1, c0, c1]) => shape(blockOn(m, rows, columns, [r0, r1, c0, c1]), { fill: 'sheet', fillAlpha: VEIL }));

/** The later channels on the lid and the side of the block: they follow the one in front. @param {Volume} volume @param {Pose} at @param {number} channel */
function behind(volume, at, channel) {
  const { lid, side } = facesOf(volume, at), later = volume.channels - channel;
  return [
    ...hidden(lid, volume.channels, 1, [[1, later, 0, 1]]),
    ...hidden(side, 1, volume.channels, [[0, 1, 1, later]]),
  ];
}

/**
 * An arrow that leaves to one side and comes in level.
 * @param {Point} from @param {Point} to @param {number} [width]
 * @returns {Mark}
 */
export function reachOver(from, to, width = 1.5) {
  const way = to[0] < from[0] ? -1 : 1, bend = way * Math.max(8, Math.min(70, Math.abs(to[0] - from[0]) / 2));
  return curve([from, [from[0] + bend, from[1]], [to[0] - bend, to[1]], to], { width, alpha: 0.9, head: true });
}

/** Two lines from the corners of one outline to the corners of a box: it is the same thing, larger. @param {Point[]} small its right side is used @param {Box} large @returns {Mark[]} */
export const magnified = (small, large) => [
  line([small[1], [large.x, large.y]], { width: 0.9, alpha: 0.4 }),
  line([small[2], [large.x, large.y + large.h]], { width: 0.9, alpha: 0.4 }),
];
