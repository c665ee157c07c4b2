/** Which colours numbers have; a click on the legend's ramp takes the next choice. Mounted before all that draws. */
import { useColours } from '../color/scales.js';
import { COLOURS, next } from './choices.js';
import { changes } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */

/**
 * @param {HTMLElement} legend
 * @param {Context} context
 * @returns {Part}
 */
export function mountColours(legend, { actions, store }) {
  const moved = changes();
  legend.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('.ramp')) actions.setColours(next(COLOURS, store.get().colours));
  });
  return {
    update({ colours }) {
      if (!moved(colours)) return;
      useColours(colours);
      legend.title = `Colours: ${COLOURS.find(([value]) => value === colours)?.[1]}. Click the bar for others (M)`;
    },
  };
}
