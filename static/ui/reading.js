/** The way back has two readings: how a gradient is gathered, and what it scatters. A button in the window view chooses. */
import { isBackward } from '../state/objective.js';
import { nodeOf } from '../state/select.js';
import { changes, h } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */

const READINGS = /** @type {const} */ ([['gather', 'what it collects', 'From all that read it, how its gradient adds up (G)'], ['scatter', 'what it gives', 'To all that it read, what its gradient adds (G)']]);

/**
 * @param {HTMLElement} stage
 * @param {Context} context
 * @returns {Part}
 */
export function mountReading(stage, { actions }) {
  const buttons = READINGS.map(([reading, name, what]) => h('button', { title: what, on: { click: () => actions.setReading(reading) } }, name));
  const root = h('div', { class: 'reading', role: 'group', 'aria-label': 'Reading of the way back', hidden: true }, buttons);
  stage.append(root);
  const moved = changes();
  return {
    update(state, scene) {
      const e = scene?.explanation;
      root.hidden = !(state.view === 'window' && scene?.gradients && isBackward(state) && !state.weight && e && e.node === state.node && nodeOf(scene, e.node)?.inputs.length);
      if (moved(state.reading)) READINGS.forEach(([reading], k) => buttons[k].setAttribute('aria-pressed', String(reading === state.reading)));
    },
  };
}
