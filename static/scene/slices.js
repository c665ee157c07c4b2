/**
 * One pure function from (volume, pose) to slice quads: a volume is a stack of slices, and to unravel it is one
 * interpolation from stack to grid. Pure.
 */

import { clamp01, lerp, smooth } from '../anim/ease.js';
import { apply, bounds, corners } from './matrix.js';

/** @import { Box, Matrix, Pose, Quad, Volume } from '../stage.d.ts' */

/** The share of the unravelling over which the slices start one after the other. */
const CASCADE = 0.35;
/** A stack whose slices stand further apart than this (px) shows gaps, so its slices are drawn one by one. */
const CLOSED_STEP = 7;

/** Whether the volume can be drawn as a closed block of three faces. @param {Pose} pose */
export const isClosed = (pose) => pose.u < 0.004 && Math.abs(pose.dx) < CLOSED_STEP;

/** The channels in the order they stand, front to back. @param {Volume} volume @param {Pose} pose @returns {number[]} */
export const deck = (volume, pose) =>
  pose.only ?? Array.from({ length: volume.channels }, (_, rank) => (rank + Math.round(pose.front)) % volume.channels);

/**
 * Where one channel's map lies.
 * @param {Volume} volume @param {Pose} pose @param {number} channel @param {number} rank its place in the deck
 * @returns {Quad}
 */
function sliceOf(volume, pose, channel, rank) {
  const late = volume.channels > 1 ? channel / (volume.channels - 1) : 0;
  const open = smooth(clamp01(pose.u * (1 + CASCADE) - CASCADE * late));
  const w = lerp(pose.w, pose.gw, open);
  const h = lerp(pose.h, pose.gh, open);
  const column = channel % Math.max(1, Math.round(pose.gc));
  const row = Math.floor(channel / Math.max(1, Math.round(pose.gc)));
  const x = lerp(pose.x + rank * pose.dx, pose.gx + column * pose.gpx, open);
  const y = lerp(pose.y + rank * pose.dy, pose.gy + row * pose.gpy, open);
  const m = /** @type {Matrix} */ ([w * lerp(pose.ax, 1, open), w * lerp(pose.ay, 0, open), 0, h, x, y]);
  return { channel, depth: rank, m, open };
}

/**
 * All maps of a volume as they are drawn, the deepest first.
 * @param {Volume} volume @param {Pose} pose @param {number} [every] draw only every so many-th of the hidden ones
 * @returns {Quad[]}
 */
export function slicesOf(volume, pose, every = 1) {
  return deck(volume, pose)
    .map((channel, rank) => sliceOf(volume, pose, channel, rank))
    .filter((quad) => quad.depth % every === 0)
    .reverse();
}

/** The map of one channel, wherever it lies. @param {Volume} volume @param {Pose} pose @param {number} channel @returns {Quad} */
export const mapQuad = (volume, pose, channel) =>
  sliceOf(volume, pose, channel, Math.max(0, deck(volume, pose).indexOf(channel)));

/** The three faces of a closed block: the front map, the lid of top rows, the side of right columns. @param {Volume} volume @param {Pose} pose */
export function facesOf(volume, pose) {
  const [X, Y] = [pose.w * pose.ax, pose.w * pose.ay];
  const [DX, DY] = [volume.channels * pose.dx, volume.channels * pose.dy];
  return {
    front: /** @type {Matrix} */ ([X, Y, 0, pose.h, pose.x, pose.y]),
    lid: /** @type {Matrix} */ ([X, Y, DX, DY, pose.x, pose.y]),
    side: /** @type {Matrix} */ ([DX, DY, 0, pose.h, pose.x + X, pose.y + Y]),
  };
}

/** The room that a volume takes on the stage. @param {Volume} volume @param {Pose} pose @returns {Box} */
export function extentOf(volume, pose) {
  if (isClosed(pose)) {
    const { front, lid, side } = facesOf(volume, pose);
    return bounds([...corners(front), apply(lid, 0, 1), ...corners(side)]);
  }
  return bounds(slicesOf(volume, pose).flatMap((quad) => corners(quad.m)));
}
