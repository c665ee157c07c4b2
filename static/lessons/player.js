/** Plays a control that counts steps: a few slowly, then faster. At most one at a time. */

/** @typedef {import('../types.d.ts').Clock} Clock */
/** @typedef {import('./types.d.ts').Player} Player */

const FIRST = 480, FASTER = 0.9, LEAST = 90; // ms between steps at pace 1
const PACES = [1, 2, 4, 0.25, 0.5];

/**
 * @param {Clock} clock
 * @returns {Player}
 */
export function mountPlayer(clock) {
  let name = '', due = 0, wait = FIRST, pace = 1;
  /** @type {() => boolean} */
  let step = () => false;

  clock.add((now) => {
    if (!name) return false;
    if (!due) due = now + wait / pace;
    if (now < due) return true;
    wait = Math.max(LEAST, wait * FASTER);
    due = now + wait / pace;
    if (!step()) name = '';
    return name !== '';
  });

  return {
    toggle(next, run) {
      name = name === next ? '' : next;
      [step, due, wait] = [run, 0, FIRST];
      clock.wake();
      return name !== '';
    },
    stop() {
      name = '';
    },
    playing: () => name,
    pace: () => pace,
    faster() {
      pace = PACES[(PACES.indexOf(pace) + 1) % PACES.length];
    },
  };
}
