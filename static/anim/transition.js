/** From one set of poses to the next: every volume moves on its own time, one after the other along the flow. Pure. */

import { mixPose } from '../scene/pose.js';
import { clamp01, cubicInOut, lerp } from './ease.js';

/** @import { Box, Pose } from '../stage.d.ts' */

/** One volume's move, and how much later the next one starts, ms. */
export const MOVE = { ms: 820, stagger: 13 };
/** Of many volumes the last starts at most so much later than the first, ms. */
const SPREAD = 500;
/** What is no volume fades in over the last part of the move. */
const FADE_FROM = 0.55;

/**
 * @typedef {object} Transition
 * @property {Map<string, Pose>} from
 * @property {Box | null} photo where the photograph was
 * @property {number} start ms
 * @property {number} count how many volumes move, or may
 */

/** How much later one volume starts than the one before it, ms. @param {number} count */
const staggerOf = (count) => Math.min(MOVE.stagger, SPREAD / Math.max(1, count));

/** How long a move of so many takes, ms. @param {number} count */
export const lasting = (count) => MOVE.ms + count * staggerOf(count);

/** How far the volume at place `index` has come, 0 to 1. @param {Transition | null} move @param {number} index @param {number} now */
export const progress = (move, index, now) =>
  move ? cubicInOut(clamp01((now - move.start - index * staggerOf(move.count)) / MOVE.ms)) : 1;

/** Whether all have arrived. @param {Transition | null} move @param {number} now */
export const arrived = (move, now) => !move || now - move.start >= lasting(move.count);

/** How much of what stands still is there yet. @param {Transition | null} move @param {number} now */
export const faded = (move, now) => clamp01((progress(move, move?.count ?? 0, now) - FADE_FROM) / (1 - FADE_FROM));

/**
 * The poses on the way at `now`. A volume that was not there fades in, in its place.
 * @param {Transition | null} move @param {Map<string, Pose>} goal @param {Map<string, number>} index @param {number} now
 * @returns {Map<string, Pose>}
 */
export function posesAt(move, goal, index, now) {
  if (!move) return goal;
  /** @type {Map<string, Pose>} */
  const mixed = new Map();
  for (const [name, to] of goal) {
    const from = move.from.get(name) ?? { ...to, alpha: 0 };
    mixed.set(name, mixPose(from, to, progress(move, index.get(name) ?? 0, now)));
  }
  return mixed;
}

/** @param {Transition | null} move @param {Box | null} goal @param {number} now @returns {Box | null} */
export function photoAt(move, goal, now) {
  if (!move?.photo || !goal) return goal;
  const f = progress(move, 0, now);
  const { photo } = move;
  return { x: lerp(photo.x, goal.x, f), y: lerp(photo.y, goal.y, f), w: lerp(photo.w, goal.w, f), h: lerp(photo.h, goal.h, f) };
}
