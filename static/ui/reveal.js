/** The lens opens over the network; what was selected is moved out from under it, and nothing else moves. */
import { changes } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */

const AIR = 24; // css px between what is selected and the lens

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} lens
 * @returns {Part}
 */
export function mountReveal(stage, lens) {
  const moved = changes();
  stage.addEventListener('scroll', () => stage.style.setProperty('--scrolled', `${stage.scrollLeft}px`)); // the headline stays
  return {
    update({ node, view }, scene) {
      if (!moved(node, view, Boolean(scene)) || !node || !scene) return;
      requestAnimationFrame(() => show(stage, lens, node));
    },
  };
}

/** @param {HTMLElement} stage @param {HTMLElement} lens @param {string} node */
function show(stage, lens, node) {
  const label = (stage.querySelector('.bar.chosen') ?? stage.querySelector(`[data-node="${CSS.escape(node)}"]`))?.getBoundingClientRect();
  if (!label || lens.hidden) return;
  const room = stage.getBoundingClientRect(), sheet = lens.getBoundingClientRect();
  if (label.right + AIR > room.right) stage.scrollLeft += label.right + AIR - room.right;
  else if (label.left < room.left) stage.scrollLeft += label.left - AIR - room.left;
  if (getComputedStyle(lens).position === 'fixed' && label.bottom > sheet.top) scrollBy(0, label.bottom + AIR - sheet.top);
}
