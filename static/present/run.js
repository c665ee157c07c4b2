/** The pass runs on to a time, before the eyes of who looks. */

import { LAYER_MS } from '../anim/player.js';

/** The longest step of one frame, ms: who was away is not thrown ahead. */
const LONGEST = 60;

/**
 * @param {Pick<import('../types.d.ts').Context, 'clock' | 'store' | 'seek'>} context
 * @param {number} calm how much longer a layer takes than in play
 */
export function createRun({ clock, store, seek }, calm) {
  let [goal, last] = [0, 0];
  clock.add((now) => {
    const { t } = store.get(), ms = last ? Math.min(LONGEST, now - last) : 0;
    if (goal === 0 || t >= goal) {
      [goal, last] = [0, 0];
      return false;
    }
    last = now;
    seek(Math.min(goal, t + ms / (calm * LAYER_MS)));
    return true;
  });
  return {
    /** Where it runs to, 0 where it rests. */
    goal: () => goal,
    /** @param {number} t */
    to(t) {
      goal = t;
      clock.wake();
    },
    stop() {
      goal = 0;
    },
  };
}
