/** Copying. Browsers have no clipboard for pages over plain http, as a classroom's are: there the text is selected in a field. */
import { h } from './h.js';

/**
 * Copies a text, or else leaves it selected in a field beside the button, ready for Ctrl C.
 * @param {string} text
 * @param {HTMLElement} button the field stands behind it until it loses the focus
 * @returns {Promise<boolean>} whether it is copied
 */
export async function copy(text, button) {
  if (await navigator.clipboard?.writeText(text).then(() => true, () => false)) return true;
  const field = h('textarea', { class: 'copyable', readOnly: true, rows: 1, 'aria-label': 'Copy this', on: { blur: () => field.remove() } }, text);
  button.after(field);
  const done = selected(field);
  if (done) field.blur();
  return done;
}

/** Selects what a field holds, and copies it where the browser still does that so. @param {HTMLInputElement | HTMLTextAreaElement} field */
export function selected(field) {
  field.focus();
  field.select();
  return document.execCommand('copy');
}
