/** Cameras over a graph that may be larger than the screen. Pure. */

import { apply } from '../scene/matrix.js';
import { cameraMatrix, HOME } from '../scene/camera.js';

/** @import { State } from '../types.d.ts' */
/** @import { Box, Pose } from '../stage.d.ts' */
/** @typedef {State['camera']} Camera */
/** @typedef {{ width: number, height: number }} Size */

/** Of the screen, so much at either side may be empty. */
const EMPTY = 0.5;
/** From afar volumes are so large that a handle's words fit, px on the screen for one of the layout. */
const NEAR = 0.8;
/** From farther away than this names and volumes cannot be read. */
const READABLE = 0.6;
/** px of the screen to the left of what is come to, and around what is fitted. */
const INSET = 48;

/** The zoom at which all of it is on the screen. @param {Box | undefined} world @param {Size} size */
export const leastZoom = (world, { width, height }) => (world ? Math.min(1, width / world.w, height / world.h) : 1);

/** Whether there is more of it than the screen shows at home. @param {Box | undefined} world @param {Size} size */
export const isWide = (world, { width, height }) => world !== undefined && (world.w > width + 1 || world.h > height + 1);

/** The camera of some zoom that has a point of the layout in the middle of the screen. @param {number} x @param {number} y @param {number} zoom @param {Size} size @returns {Camera} */
export const cameraOn = (x, y, zoom, { width, height }) => ({ x: (zoom * (width / 2 - x)) / width, y: (zoom * (height / 2 - y)) / height, zoom });

/** All of it on the screen. @param {Box | undefined} world @param {Size} size @returns {Camera} */
export const fitted = (world, size) => (world && isWide(world, size) ? cameraOn(world.x + world.w / 2, world.y + world.h / 2, leastZoom(world, size), size) : HOME);

/** The first look at it: all of it, where that can be read; null where it is on the screen anyway, or would be too small. @param {Box | undefined} world @param {Size} size @returns {Camera | null} */
export const firstLook = (world, size) => (isWide(world, size) && leastZoom(world, size) >= READABLE ? fitted(world, size) : null);

/** A box of the layout in the middle of the screen, as near as it is, but not so far that nothing can be read. @param {Box} box @param {Camera} camera @param {Box} world @param {Size} size @returns {Camera} */
export const cameraTo = (box, camera, world, size) => held(cameraOn(box.x + box.w / 2, box.y + box.h / 2, Math.max(NEAR, camera.zoom), size), world, size);

/**
 * The camera that leaves a group where it is on the screen while it opens or folds; one that would then not be seen whole
 * moves to the left as far as it has to.
 * @param {Camera} camera @param {Box} before @param {Box} after the group's place in the layout @param {Box} world after it @param {Size} size
 * @returns {Camera}
 */
export function anchored(camera, before, after, world, size) {
  const m = cameraMatrix(camera, size.width, size.height);
  const [left, top] = apply(m, before.x, before.y + before.h / 2);
  const room = Math.max(INSET, size.width - INSET - after.w * camera.zoom);
  const [x, y] = [Math.min(left, room), top];
  const [now, mid] = apply(m, after.x, after.y + after.h / 2);
  return held({ ...camera, x: camera.x + (x - now) / size.width, y: camera.y + (y - mid) / size.height }, world, size);
}

/** The camera, moved back as far as it has to for the world not to leave the screen. @param {Camera} camera @param {Box | undefined} world @param {Size} size @returns {Camera} */
export function held(camera, world, size) {
  if (!world) return camera;
  const { width, height } = size;
  const m = cameraMatrix(camera, width, height);
  const [x0, y0] = apply(m, world.x, world.y);
  const [x1, y1] = apply(m, world.x + world.w, world.y + world.h);
  const back = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ room) => {
    if (high - low <= room + 1) return (room - high - low) / 2;
    if (low > room * EMPTY * 0.2) return room * EMPTY * 0.2 - low;
    return high < room * (1 - EMPTY * 0.2) ? room * (1 - EMPTY * 0.2) - high : 0;
  };
  return { ...camera, x: camera.x + back(x0, x1, width) / width, y: camera.y + back(y0, y1, height) / height };
}

/** The part of the layout that is on the screen. @param {Camera} camera @param {Size} size @returns {Box} */
export function screenIn(camera, { width, height }) {
  const m = cameraMatrix(camera, width, height);
  return { x: -m[4] / m[0], y: -m[5] / m[3], w: width / m[0], h: height / m[3] };
}

/**
 * Where things were, as the camera of now sees them there, so that they move from where they were seen.
 * @param {Map<string, Pose>} from @param {Box | null} photo @param {Camera} before @param {Camera} now @param {Size} size
 * @returns {{ from: Map<string, Pose>, photo: Box | null }}
 */
export function shifted(from, photo, before, now, { width, height }) {
  if (before.zoom !== now.zoom || (before.x === now.x && before.y === now.y)) return { from, photo };
  const [dx, dy] = [((before.x - now.x) * width) / now.zoom, ((before.y - now.y) * height) / now.zoom];
  const moved = [...from].map(([name, p]) => /** @type {[string, Pose]} */ ([name, { ...p, x: p.x + dx, y: p.y + dy, gx: p.gx + dx, gy: p.gy + dy }]));
  return { from: new Map(moved), photo: photo && { ...photo, x: photo.x + dx, y: photo.y + dy } };
}
