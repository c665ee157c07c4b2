/**
 * Presenting: big type and no controls; one key goes on by a beat, one goes back, one blanks the screen; the pointer is a
 * dot of light. Who leaves is where they were in the pass when they began.
 */

import { layerStep } from '../state/moment.js';
import { changes, h } from '../ui/h.js';
import { createRun } from './run.js';

/** @import { Context, Part } from '../types.d.ts' */
/** @typedef {'on' | 'back' | 'start' | 'blank' | 'leave'} Beat */

/** A clicker's keys are those of a keyboard. @type {Record<string, Beat>} */
const KEYS = {
  ' ': 'on', PageDown: 'on', ArrowRight: 'on', Enter: 'on', PageUp: 'back', ArrowLeft: 'back', Backspace: 'back', Home: 'start',
  b: 'blank', B: 'blank', '.': 'blank', Escape: 'leave', p: 'leave', P: 'leave', F5: 'leave',
};
/** A layer takes so much longer than in play. */
const CALM = 2;
/** The dot, and the button to leave with, go out after so long, ms. */
const SHINES = 2500;

/** What a key means to who presents. @param {string} key @returns {Beat | undefined} */
export const beatOf = (key) => KEYS[key];

/**
 * @param {HTMLElement} body @param {Context} context
 * @param {(by: number) => boolean} tell goes on by a beat of the lesson that is told; false where none is
 * @returns {Part}
 */
export function mountPresent(body, { actions, clock, store, seek }, tell) {
  const blank = h('div', { class: 'blank', hidden: true, 'aria-label': 'The screen is blank; any key shows it' });
  const dot = h('i', { class: 'laser', hidden: true, 'aria-hidden': 'true' });
  const leave = h('button', { class: 'leave', hidden: true, title: 'Leave the presentation (Esc)', 'aria-label': 'Leave the presentation', on: { click: () => actions.present(false) } }, '×');
  body.append(blank, dot, leave);
  const moved = changes();
  const run = createRun({ clock, store, seek }, CALM);
  let out = 0;
  /** Whether the pass that is shown is one that was begun here: the first beat begins it. */
  let begun = false;
  /** @type {Pick<import('../types.d.ts').State, 't' | 'objective' | 'show'> | null} */
  let before = null;

  /** A layer is computed before the eyes of the room. */
  function on() {
    const { t, view, objective } = store.get(), first = !begun;
    begun = true;
    if (tell(1)) return undefined;
    if (view === 'window') return actions.step(1);
    if (run.goal() > 0) seek(run.goal()); // who is faster than the beat gets its end
    else if (t === Infinity && (first || objective !== '')) seek(0);
    else if (t === Infinity) actions.step(1);
    else run.to(layerStep(t, 1, Infinity));
    return undefined;
  }

  function back() {
    run.stop();
    if (!tell(-1)) actions.step(-1);
  }

  function start() {
    run.stop();
    seek(0);
  }

  /** @type {Record<Beat, () => void>} */
  const DO = { on, back, start, blank: () => (blank.hidden = false), leave: () => actions.present(false) };

  addEventListener('keydown', (event) => {
    if (!store.get().present || event.ctrlKey || event.metaKey || event.altKey) return;
    const beat = beatOf(event.key);
    if (!beat && blank.hidden) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!blank.hidden) blank.hidden = true;
    else if (beat) DO[beat]();
  }, { capture: true });

  addEventListener('pointermove', ({ clientX, clientY }) => {
    if (!store.get().present) return;
    dot.hidden = leave.hidden = false;
    dot.style.left = `${clientX}px`;
    dot.style.top = `${clientY}px`;
    clearTimeout(out);
    out = setTimeout(() => (dot.hidden = leave.hidden = true), SHINES);
  });

  /** @param {import('../types.d.ts').State} state */
  function enter({ t, objective, show }) {
    begun = false;
    before = { t, objective, show };
  }

  function exit() {
    if (before) store.set({ ...before, playing: false });
    before = null;
    run.stop();
  }

  return {
    update(state) {
      if (!moved(state.present)) return;
      document.documentElement.toggleAttribute('data-present', state.present);
      blank.hidden = dot.hidden = leave.hidden = true;
      if (state.present) enter(state);
      else exit();
    },
  };
}
