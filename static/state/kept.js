/**
 * The theme that a person chose last, on whichever page: kept in the browser. An address that says a theme goes before
 * it, and it before the system's. ui/first.js reads it too, before anything is drawn.
 */

/** @typedef {import('../types.d.ts').State['theme']} Theme */

const KEY = 'convoscope.theme';
const known = (/** @type {string | null} */ text) => /** @type {Theme} */ (text === 'light' || text === 'dark' ? text : 'auto');

/** @type {Set<() => void>} */
const listeners = new Set();
let kept = known(stored(() => localStorage.getItem(KEY)));

/**
 * What the browser's storage answers; nothing where a page may not ask it, as in a frame without an origin.
 * @param {() => string | null} ask
 */
function stored(ask) {
  try {
    return ask();
  } catch {
    return null;
  }
}

/** What is chosen where an address says `said`; 'auto' is to say nothing. @param {Theme} said @returns {Theme} */
export const chosen = (said) => (said === 'auto' ? kept : said);

/** @param {Theme} theme */
export function keepTheme(theme) {
  stored(() => (localStorage.setItem(KEY, theme), null));
  tell(theme);
}

/** @param {Theme} theme */
function tell(theme) {
  kept = theme;
  listeners.forEach((listener) => listener());
}

/** Also when it is chosen in another tab. @param {() => void} listener */
export function whenKept(listener) {
  if (!listeners.size) globalThis.addEventListener?.('storage', ({ key, newValue }) => key === KEY && tell(known(newValue)));
  listeners.add(listener);
}
