/** The lens opens over the network; what was selected is moved out from under it, and nothing else moves. */
import { changes } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */

/** css px between what is selected and the lens; less than so much that is still hidden is shown too. */
const AIR = 24, END = 270;

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} lens
 * @param {import('../types.d.ts').Clock} clock
 * @returns {Part}
 */
export function mountReveal(stage, lens, clock) {
  const moved = changes();
  stage.addEventListener('scroll', () => stage.style.setProperty('--scrolled', `${stage.scrollLeft}px`)); // the headline stays
  return {
    update({ node, view }, scene) {
      if (!moved(node, view, Boolean(scene)) || !node || !scene) return;
      const forget = clock.add(() => { // when everything of this state is laid out
        forget();
        show(stage, lens, node);
        return false;
      });
    },
  };
}

/** @param {HTMLElement} stage @param {HTMLElement} lens @param {string} node */
function show(stage, lens, node) {
  const label = (stage.querySelector('.bar.chosen') ?? stage.querySelector(`[data-node="${CSS.escape(node)}"]`))?.getBoundingClientRect();
  if (!label || lens.hidden) return;
  const room = stage.getBoundingClientRect(), look = getComputedStyle(lens);
  const right = stage.scrollLeft + label.right + AIR - room.right;
  if (right > stage.scrollLeft) stage.scrollLeft = stage.scrollWidth - stage.clientWidth - right < END ? stage.scrollWidth : right;
  else if (label.left < room.left) stage.scrollLeft += label.left - AIR - room.left;
  const under = label.bottom + AIR + parseFloat(look.maxHeight) - lens.getBoundingClientRect().bottom; // the sheet may still be empty, and low
  if (look.position === 'fixed' && under > 0) scrollBy(0, under);
}
