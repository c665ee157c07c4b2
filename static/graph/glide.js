/** The camera on its way from one place to another. */

import { cubicInOut, lerp } from '../anim/ease.js';

/** @import { Clock, State } from '../types.d.ts' */
/** @typedef {State['camera']} Camera */

const MS = 520;

/** Between two cameras: the zoom by equal factors in equal times, so that it feels even. @param {Camera} from @param {Camera} to @param {number} f @returns {Camera} */
export const between = (from, to, f) => ({ x: lerp(from.x, to.x, f), y: lerp(from.y, to.y, f), zoom: f >= 1 ? to.zoom : from.zoom * (to.zoom / from.zoom) ** f });

/** @param {Clock} clock @param {() => Camera} camera @param {(camera: Camera) => void} set @param {() => boolean} [still] whether it jumps */
export function createGlide(clock, camera, set, still = () => matchMedia('(prefers-reduced-motion: reduce)').matches) {
  /** @type {{ from: Camera, to: Camera, start: number, last: Camera } | null} */
  let way = null;
  clock.add((now) => {
    if (!way) return false;
    if (camera() !== way.last) way = null; // somebody has taken the camera
    else {
      const f = Math.min(1, (now - way.start) / MS);
      set(between(way.from, way.to, cubicInOut(Math.max(0, f))));
      way.last = camera(); // the store keeps an object that says the same
      if (f >= 1) way = null;
    }
    return way !== null;
  });
  return (/** @type {Camera} */ to) => {
    if (still()) return set(to);
    way = { from: camera(), to, start: performance.now(), last: camera() };
    clock.wake();
  };
}
