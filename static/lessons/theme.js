/** The theme of pages that have no other state: the system's, until a person chooses; kept in the browser. */
import { THEMES, next } from '../ui/choices.js';
import { themeButton, themeOf } from '../ui/theme.js';

const KEPT = 'convoscope.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

const chosen = () => /** @type {'light' | 'dark' | 'auto'} */ (localStorage.getItem(KEPT) ?? 'auto');

/**
 * Adds the switch, and calls `changed` after each change of colours.
 * @param {HTMLElement} root
 * @param {() => void} changed
 */
export function mountTheme(root, changed) {
  const theme = themeButton(() => {
    localStorage.setItem(KEPT, next(THEMES, chosen()));
    show();
  });
  const put = () => {
    document.documentElement.dataset.theme = themeOf(chosen());
    theme.show(chosen());
  };
  const show = () => {
    put();
    changed();
  };
  root.append(theme.button);
  dark.addEventListener('change', show);
  put();
}

/** The theme on the page, or the one that it will have once the switch is there. @returns {'light' | 'dark'} */
export const theme = () => /** @type {'light' | 'dark' | undefined} */ (document.documentElement.dataset.theme) ?? themeOf(chosen());

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
  addEventListener('afterprint', as(() => themeOf(chosen()), again));
}
