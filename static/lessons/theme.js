/** The theme of pages that have no other state: the system's, until a person chooses; kept in the browser. */
import { h } from '../ui/h.js';
import { themeOf } from '../ui/theme.js';

const KEPT = 'convoscope.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * Adds the switch, and calls `changed` after each change of colours.
 * @param {HTMLElement} root
 * @param {() => void} changed
 */
export function mountTheme(root, changed) {
  const chosen = () => /** @type {'light' | 'dark' | 'auto'} */ (localStorage.getItem(KEPT) ?? 'auto');
  const show = () => {
    document.documentElement.dataset.theme = themeOf(chosen());
    changed();
  };
  const turn = () => {
    localStorage.setItem(KEPT, themeOf(chosen()) === 'dark' ? 'light' : 'dark');
    show();
  };
  root.append(h('button', { title: 'Light or dark', on: { click: turn } }, 'theme'));
  dark.addEventListener('change', show);
  document.documentElement.dataset.theme = themeOf(chosen());
}

/** The theme on the page. @returns {'light' | 'dark'} */
export const theme = () => (document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');
