/** Which colours numbers have; a click on the legend's ramp takes the next choice. Mounted before all that draws. */
import { STOPS } from '../color/stops.js';
import { useColours } from '../color/scales.js';
import { COLOURS, next } from './choices.js';
import { changes } from './h.js';
import { themeOf } from './theme.js';

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
    update({ colours, theme }) {
      const shown = themeOf(theme);
      if (!moved(colours, shown)) return;
      useColours(colours);
      const inks = inksOf(colours, shown);
      document.documentElement.style.setProperty('--neg', inks[0]);
      document.documentElement.style.setProperty('--pos', inks[1]);
      legend.title = `Colours: ${COLOURS.find(([value]) => value === colours)?.[1]}. Click the bar for others (M)`;
    },
  };
}

/** The words for below zero and above have colours of the scale that are read on paper: on light its ends, on dark what is near them. @param {import('../types.d.ts').State['colours']} colours @param {'light' | 'dark'} theme */
export function inksOf(colours, theme) {
  const stops = STOPS[colours].activation[theme], step = theme === 'dark' ? 1 : 0;
  return [stops[step][1], stops[stops.length - 1 - step][1]];
}
