/** The header: which view, which theme, and help. */
import { toQuery } from '../state/url.js';
import { THEMES, VIEWS, next } from './choices.js';
import { changes, fill, h, svg } from './h.js';
import { showKeys } from './keyboard.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').ViewName} ViewName */

/** Outline, and what is filled. @type {Record<State['theme'], [string, string]>} */
const THEME_ICONS = {
  auto: ['M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z', 'M10 2.5a7.5 7.5 0 0 1 0 15z'],
  light: ['M10 1v2.5M10 16.5V19M1 10h2.5M16.5 10H19M3.6 3.6l1.8 1.8M14.6 14.6l1.8 1.8M16.4 3.6l-1.8 1.8M5.4 14.6l-1.8 1.8', 'M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8z'],
  dark: ['', 'M16.5 12.5A7 7 0 0 1 7.5 3.5 7 7 0 1 0 16.5 12.5z'],
};

/**
 * @param {HTMLElement} views
 * @param {HTMLElement} controls
 * @param {Context} context
 * @returns {Part}
 */
export function mountControls(views, controls, { actions, store }) {
  const tabs = VIEWS.map(([view, name, what]) => {
    const show = (/** @type {Event} */ event) => (event.preventDefault(), actions.show(view));
    return h('a', { title: what, on: { click: show } }, name);
  });
  const theme = h('button', { class: 'icon', on: { click: () => actions.setTheme(next(THEMES, store.get().theme)) } });
  const help = h('button', { class: 'icon', 'aria-label': 'Help and keys', title: 'Help and keys (?)', on: { click: showKeys } }, '?');
  fill(views, tabs);
  fill(controls, theme, help);
  const moved = changes();

  return {
    update(state) {
      if (!moved(state)) return;
      VIEWS.forEach(([view], i) => mark(tabs[i], state, view));
      const chosen = THEMES.find(([value]) => value === state.theme)?.[1];
      theme.setAttribute('aria-label', `Theme: ${chosen}. Change it`);
      theme.title = `Theme: ${chosen} (T)`;
      const [line, full] = THEME_ICONS[state.theme];
      fill(theme, svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d: line }), svg('path', { d: full, class: 'full' })));
    },
  };
}

/**
 * @param {HTMLAnchorElement} tab
 * @param {State} state
 * @param {ViewName} view
 */
function mark(tab, state, view) {
  tab.href = toQuery({ ...state, view });
  if (state.view === view) tab.setAttribute('aria-current', 'page');
  else tab.removeAttribute('aria-current');
}
