/** The theme of pages that have no other state: what their address says until a person chooses, then that (state/kept.js). */
import { chosen, keepTheme, whenKept } from '../state/kept.js';
import { THEMES, next } from '../ui/choices.js';
import { themeButton, themeOf, whenSystem } from '../ui/theme.js';

/** @typedef {import('../types.d.ts').State['theme']} Theme */

let said = /** @type {Theme} */ (document.documentElement.dataset.said || 'auto');

/**
 * Adds the switch, and calls `changed` after each change of colours.
 * @param {HTMLElement} root
 * @param {() => void} changed
 */
export function mountTheme(root, changed) {
  const theme = themeButton(() => {
    const now = next(THEMES, chosen(said));
    said = 'auto';
    keepTheme(now);
  });
  const put = () => {
    document.documentElement.dataset.theme = themeOf(said);
    theme.show(chosen(said));
  };
  const show = () => {
    put();
    changed();
  };
  root.append(theme.button);
  whenSystem(show);
  whenKept(show);
  put();
}

/** The theme on the page, or the one that it will have once the switch is there. @returns {'light' | 'dark'} */
export const theme = () => /** @type {'light' | 'dark' | undefined} */ (document.documentElement.dataset.theme) ?? themeOf(said);

/** Whether what is drawn now is for paper. */
export const onPaper = () => document.documentElement.hasAttribute('data-paper');

/**
 * Paper is light, and has everything: it is drawn so before it is printed, and as it was afterwards.
 * @param {() => void} all
 * @param {() => void} again
 */
export function forPaper(all, again) {
  const as = (/** @type {() => string} */ which, /** @type {() => void} */ draw) => () => {
    document.documentElement.dataset.theme = which();
    document.documentElement.toggleAttribute('data-paper', draw === all);
    draw();
  };
  addEventListener('beforeprint', as(() => 'light', all));
  addEventListener('afterprint', as(() => themeOf(said), again));
}
