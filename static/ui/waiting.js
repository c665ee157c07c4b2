/** What is being computed, once it takes longer than a moment: the old picture stays meanwhile. */
import { h, fill } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const MOMENT = 300; // ms that need no words
const SECOND = 1000; // ms; large networks take several

/**
 * What the state asks for and the scene does not have yet, null when all is here.
 * @param {State} state
 * @param {Scene | null} scene
 */
export function awaited(state, scene) {
  if (!scene) return state.network ? 'the first picture' : null;
  if (state.network !== scene.network.id) return 'every layer of the other network';
  if (state.image !== scene.image.id) return 'every layer for the other picture';
  if (state.objective && state.objective !== scene.objective?.name) return 'the gradients of every layer';
  return null;
}

/**
 * @param {HTMLElement} root
 * @returns {Part}
 */
export function mountWaiting(root) {
  let timer = 0, ticking = 0, shown = '';
  return {
    update(state, scene) {
      const what = awaited(state, scene) ?? '';
      if (what === shown) return;
      shown = what;
      clearTimeout(timer);
      clearInterval(ticking);
      root.hidden = true;
      if (!what) return;
      const since = performance.now();
      timer = setTimeout(() => {
        const seconds = h('span', { class: 'seconds', 'aria-hidden': 'true' });
        fill(root, h('span', null, `Computing ${what} …`), h('progress', { 'aria-label': 'Computing' }), seconds);
        root.hidden = false;
        ticking = setInterval(() => (seconds.textContent = `${Math.round((performance.now() - since) / 1000)} s`), SECOND);
      }, MOMENT);
    },
  };
}
