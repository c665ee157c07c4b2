/** Light or dark: the system's choice until a person makes one. Everything that draws reads it from <html data-theme>. */

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */

const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * @param {State['theme']} chosen
 * @returns {'light' | 'dark'}
 */
export const themeOf = (chosen) => (chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen);

/**
 * @param {() => void} changed
 * @returns {Part}
 */
export function mountTheme(changed) {
  dark.addEventListener('change', changed);
  return {
    update(state) {
      document.documentElement.dataset.theme = themeOf(state.theme);
    },
  };
}
