/** Light or dark: as the address says, else as chosen last, else the system's. What draws reads it from <html data-theme>. */

import { chosen, whenKept } from '../state/kept.js';
import { THEMES } from './choices.js';
import { fill, h, svg } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */

const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * @param {State['theme']} said by the address; 'auto' where it says nothing
 * @returns {'light' | 'dark'}
 */
export function themeOf(said) {
  const theme = chosen(said);
  return theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
}

/** @param {() => void} changed */
export const whenSystem = (changed) => dark.addEventListener('change', changed);

/**
 * @param {() => void} changed
 * @returns {Part}
 */
export function mountTheme(changed) {
  whenSystem(changed);
  whenKept(changed);
  return {
    update(state) {
      document.documentElement.dataset.theme = themeOf(state.theme);
    },
  };
}

/** Outline, and what is filled. @type {Record<State['theme'], [string, string]>} */
const ICONS = {
  auto: ['M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z', 'M10 2.5a7.5 7.5 0 0 1 0 15z'],
  light: ['M10 1v2.5M10 16.5V19M1 10h2.5M16.5 10H19M3.6 3.6l1.8 1.8M14.6 14.6l1.8 1.8M16.4 3.6l-1.8 1.8M5.4 14.6l-1.8 1.8', 'M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8z'],
  dark: ['', 'M16.5 12.5A7 7 0 0 1 7.5 3.5 7 7 0 1 0 16.5 12.5z'],
};

/**
 * The button that every page has for it: its sign is the present choice, a click takes the next.
 * @param {() => void} turn
 */
export function themeButton(turn) {
  const button = h('button', { class: 'icon', on: { click: turn } });
  return {
    button,
    /** @param {State['theme']} theme */
    show(theme) {
      const name = THEMES.find(([value]) => value === theme)?.[1], [line, full] = ICONS[theme];
      button.setAttribute('aria-label', `Theme: ${name}. Change it`);
      button.title = `Theme: ${name}`;
      fill(button, svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d: line }), svg('path', { d: full, class: 'full' })));
    },
  };
}
