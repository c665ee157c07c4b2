/** The header: which view, which theme, and help. */
import { chosen } from '../state/kept.js';
import { isBackward } from '../state/objective.js';
import { toQuery } from '../state/url.js';
import { THEMES, VIEWS, next } from './choices.js';
import { changes, fill, h } from './h.js';
import { showKeys } from './keyboard.js';
import { mountShare } from './share.js';
import { themeButton } from './theme.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').ViewName} ViewName */

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
  const theme = themeButton(() => actions.setTheme(next(THEMES, chosen(store.get().theme))));
  const help = h('button', { class: 'icon', 'aria-label': 'Help and keys', title: 'Help and keys (?)', on: { click: showKeys } }, '?');
  const turn = h('button', { class: 'turn', title: 'The gradients of the loss, and back to the values (B)', on: { click: actions.turn } }, 'backward');
  fill(views, tabs, turn);
  fill(controls, theme.button, help);
  mountShare(controls);
  const moved = changes(), lit = changes();

  return {
    update(state) {
      if (!moved(state, chosen(state.theme))) return;
      VIEWS.forEach(([view], i) => mark(tabs[i], state, view));
      turn.setAttribute('aria-pressed', String(isBackward(state)));
      if (lit(chosen(state.theme))) theme.show(chosen(state.theme));
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
