/** What is being computed, once it takes longer than a moment: the old picture stays meanwhile. */
import { h, fill } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const MOMENT = 300; // ms that need no words
const SECOND = 1000; // ms; large networks take several
const ASKED = 400; // ms between two questions how far it is

/** What a trace and gradients are called, of which the server says how far they are. */
const TRACE = 'every layer', GRADIENTS = 'the gradients of every layer';

/**
 * What the state asks for and the scene does not have yet, null when all is here.
 * @param {State} state
 * @param {Scene | null} scene
 */
export function awaited(state, scene) {
  if (!scene) return state.network ? `${TRACE} for the first picture` : null;
  if (state.network !== scene.network.id) return `${TRACE} of the other network`;
  if (state.image !== scene.image.id) return `${TRACE} for the other picture`;
  if (state.objective && state.objective !== scene.objective?.name) return GRADIENTS;
  return null;
}

/**
 * @param {HTMLElement} root
 * @param {Pick<import('../types.d.ts').Resources, 'progress'>} resources
 * @returns {Part}
 */
export function mountWaiting(root, resources) {
  let timer = 0, ticking = 0, asking = 0, shown = '';

  /** @param {State} state */
  function follow({ network, image, edit, objective }) {
    const says = h('span', { class: 'seconds', 'aria-hidden': 'true' }), bar = h('progress', { max: 1, 'aria-label': 'Computing' });
    const since = performance.now(), waited = shown;
    let share = /** @type {number | null} */ (null);
    const tell = () => (says.textContent = [share !== null && `${Math.floor(share * 100)} %`, `${Math.round((performance.now() - since + MOMENT) / SECOND)} s`].filter(Boolean).join(', '));
    fill(root, h('span', null, `Computing ${shown} …`), bar, says);
    root.hidden = false;
    ticking = setInterval(tell, SECOND);
    if (edit || !shown.includes(TRACE)) return;
    const ask = async () => {
      const found = await (shown === GRADIENTS ? resources.progress(network, image, objective) : resources.progress(network, image));
      if (waited !== shown) return;
      if (found !== null) bar.value = share = found;
      tell();
      asking = setTimeout(ask, ASKED);
    };
    ask();
  }

  return {
    update(state, scene) {
      const what = awaited(state, scene) ?? '';
      if (what === shown) return;
      shown = what;
      [timer, ticking, asking].forEach(clearTimeout);
      root.hidden = true;
      if (what) timer = setTimeout(() => follow(state), MOMENT);
    },
  };
}
