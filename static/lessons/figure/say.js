/** Numbers and words in figures. */
import { activationScale, gradientScale } from '../../color/scales.js';
import { luminance } from '../../color/oklab.js';
import { h } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { theme } from '../theme.js';

/** @typedef {import('../types.d.ts').Role} Role */

const MIDDLE = 0.179; // luminance at which black and white have the same contrast

/**
 * A number with so many decimals.
 * @param {number} value
 * @param {number} decimals
 */
export function digits(value, decimals) {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
}

/**
 * A title above a part; nothing where it has none.
 * @param {string} html
 * @param {string} [note]
 */
export function heading(html, note = '') {
  if (!html && !note) return [];
  const title = h('p', { class: 'title' });
  setHtml(title, html);
  if (!note) return [title];
  const more = h('span', { class: 'note' });
  setHtml(more, note);
  title.append(' ', more);
  return [title];
}

/** Words without their markup, for what can only be text. @param {string} html */
export function plain(html) {
  const holder = h('span');
  setHtml(holder, html);
  return holder.textContent ?? '';
}

/** The colours of a role. @param {Role} role */
export const scaleOf = (role) => (role === 'gradient' ? gradientScale(theme()) : activationScale(theme()));

/** Black or white, whichever is read better on a css colour; one of them always has a contrast of 4.58. @param {string} css */
export function inkOn(css) {
  const [r, g, b] = (css.match(/\d+/g) ?? []).map(Number);
  return luminance([r, g, b]) > MIDDLE ? '#000000' : '#ffffff';
}

/** How many decimals tell a number of this size. @param {number} size */
export const decimalsFor = (size) => (size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.01 || size === 0 ? 4 : 6);
