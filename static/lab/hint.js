/** Where a key of the laboratory has nothing to work on: one line that says why, and what to select. */
import { h } from '../ui/h.js';
import { nodeOf } from '../state/select.js';
import { targetOf } from './target.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').State} State */

const SHOWN = 6000; // ms
const WHERE = 'Click a pixel of the input; or, in the lens of a convolution or a dense layer, the second factor of a product: that is the weight.';

/**
 * Why E or X has nothing to do here; null where it has. Pure.
 * @param {'e' | 'x'} key @param {State} state @param {Scene} scene
 * @returns {string | null}
 */
export function whyNot(key, state, scene) {
  const target = targetOf(state, scene), node = state.node ? nodeOf(scene, state.node) : undefined;
  if (key === 'e') {
    if (target?.given) return null;
    return target ? `${state.node}@${state.at?.join(',')} is computed, it cannot be set. ${WHERE}` : `E sets a number. ${WHERE}`;
  }
  if (target?.maker) return null;
  if (!target) return 'X switches a map off. Select a number of a map first.';
  return node?.inputs.length ? `No one filter makes ${state.node}@${state.at?.join(',')}, so there is none to switch off. Select a number of a convolution, or of what follows it.` : 'The input has no filter to switch off. Select a number of a convolution, or of what follows it.';
}

/** @type {HTMLElement | null} */
let shown = null;
let timer = 0;

/** Says it at the foot of the stage, for a while. @param {string} text */
export function hint(text) {
  shown ??= document.body.appendChild(h('p', { class: 'hint', role: 'status' }));
  shown.textContent = text;
  shown.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => shown && (shown.hidden = true), SHOWN);
}
