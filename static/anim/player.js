/** While the state says `playing`, moves t on by its grain, around the loop where there is one; at the end of the pass it stops. */

import { endOf } from '../scene/back.js';
import { isWindowed, termsOf } from '../state/moment.js';
import { termsLater, windowsLater } from './windows.js';

/** @import { Clock, Scene, State } from '../types.d.ts' */

/** One layer at speed 1, ms. */
export const LAYER_MS = 420;
/** A pause of the page (a tab in the background) does not become a leap. */
const LONGEST_STEP = 60;

/** t after `ms` of playing, Infinity at the end. @param {number} t @param {number} ms @param {number} speed @param {number} end layers */
export function later(t, ms, speed, end) {
  const next = Math.min(t, end) + (Math.min(LONGEST_STEP, ms) * speed) / LAYER_MS;
  return next >= end ? Infinity : next;
}

/**
 * t after `ms` of playing, by the state's grain; where a part is played over and over, its beginning after its end.
 * @param {State} state @param {Scene} scene @param {number} ms
 */
export function onward(state, scene, ms) {
  const { speed, loop } = state, end = endOf(state, scene), t = Math.min(state.t, end), step = Math.min(LONGEST_STEP, ms);
  const next = !isWindowed(state) ? later(t, step, speed, end)
    : state.grain === 'term' ? termsLater(scene.network, t, step, speed, termsOf(state, scene), state.reading) : windowsLater(scene.network, t, step, speed, state.reading);
  if (loop && (next >= loop[1] || next < loop[0])) return loop[0];
  return next >= end ? Infinity : next;
}

/**
 * @param {{ clock: Clock, state: () => State, scene: () => Scene | null, seek: (t: number) => void, setPlaying: (on: boolean) => void }} page
 * @returns {{ wake(): void, stop(): void }} `wake` when playing may have begun
 */
export function createPlayer({ clock, state, scene, seek, setPlaying }) {
  let last = 0;
  const stop = clock.add((now) => {
    const { playing } = state();
    const shown = scene();
    if (!playing || !shown) {
      last = 0;
      return false;
    }
    if (last > 0) {
      const next = onward(state(), shown, now - last);
      seek(next);
      if (next === Infinity) setPlaying(false);
    }
    last = now;
    return true;
  });
  return { wake: clock.wake, stop };
}
