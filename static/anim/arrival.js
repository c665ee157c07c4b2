/** Where volumes are unravelled, one that the clock comes to opens as it is made: before, it is closed and empty. Pure. */

import { cubicInOut } from './ease.js';

/** @import { Pose } from '../stage.d.ts' */

/** A volume is open when this share of it is made: then it is seen to fill. */
const OPEN = 0.6;

/**
 * @param {Map<string, Pose>} poses @param {(node: string) => number} share how much of a node is made, 0 to 1
 * @returns {Map<string, Pose>}
 */
export function arriving(poses, share) {
  /** @type {Map<string, Pose>} */
  const placed = new Map();
  for (const [name, pose] of poses) placed.set(name, pose.u > 0 && share(name) < OPEN ? { ...pose, u: pose.u * cubicInOut(share(name) / OPEN) } : pose);
  return placed;
}
