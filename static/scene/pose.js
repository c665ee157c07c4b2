/** Poses: where a volume stands, made and mixed. Pure. */

import { lerp } from '../anim/ease.js';

/** @import { Box, Pose } from '../stage.d.ts' */

/** @type {Pose} */
export const STILL = {
  x: 0, y: 0, w: 1, h: 1, ax: 1, ay: 0, dx: 0, dy: 0, u: 0, gx: 0, gy: 0, gw: 1, gh: 1, gc: 1, gpx: 0, gpy: 0, alpha: 1, front: 0,
};

/** @param {Partial<Pose>} parts what is not said is a flat map at the origin, its grid where its stack is @returns {Pose} */
export function pose(parts) {
  const p = { ...STILL, ...parts };
  return { ...p, gx: parts.gx ?? p.x, gy: parts.gy ?? p.y, gw: parts.gw ?? p.w, gh: parts.gh ?? p.h };
}

/** A map seen face on. @param {Box} box @param {number} [front] @returns {Pose} */
export const faceOn = (box, front = 0) => pose({ x: box.x, y: box.y, w: box.w, h: box.h, front });

const MOVING = /** @type {const} */ ([
  'x', 'y', 'w', 'h', 'ax', 'ay', 'dx', 'dy', 'u', 'gx', 'gy', 'gw', 'gh', 'gpx', 'gpy', 'alpha',
]);

/** A share f of the way; what cannot be halved (front, columns, channels drawn) is the goal's. @param {Pose} from @param {Pose} to @param {number} f @returns {Pose} */
export function mixPose(from, to, f) {
  if (f >= 1) return to;
  const mixed = { ...to };
  for (const key of MOVING) mixed[key] = lerp(from[key], to[key], f);
  return mixed;
}
