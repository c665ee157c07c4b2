/** Parts of figures that are words: code with its output, formulas, tables, signs, large numbers, links. */
import { copy } from '../../ui/copy.js';
import { h } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { dial } from './dial.js';
import { digits, heading, scaleOf } from './say.js';

/** @typedef {import('../types.d.ts').Hands} Hands */

/** @param {keyof HTMLElementTagNameMap} tag @param {string} content @param {string} [name] */
function html(tag, content, name) {
  const element = h(tag, { class: name });
  setHtml(element, content);
  return element;
}

/** @param {import('../types.d.ts').Code} item */
export function code({ title, source, output, failed }) {
  const copied = async (/** @type {MouseEvent} */ event) => {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    button.textContent = await copy(source, button) ? 'copied' : 'press Ctrl C';
  };
  return [
    ...heading(title),
    h('div', { class: 'source' }, h('pre', { tabindex: 0 }, h('code', null, source)), h('button', { class: 'copy', on: { click: copied } }, 'copy')),
    ...(output ? [h('pre', { class: failed ? 'output failed' : 'output', tabindex: 0, 'aria-label': 'What it prints' }, output)] : []),
  ];
}

/** @param {import('../types.d.ts').Line} item @param {Hands} hands */
export function line({ title, parts, pick }, hands) {
  const point = (/** @type {string} */ name) => name !== pick && hands.set({ part: name });
  const words = parts.map((part, k) => {
    if (!Array.isArray(part)) return marked(dial(part, hands, () => point(part.part)), part.part === pick);
    const [text, name] = part;
    return name
      ? h('button', { class: 'part', 'data-key': `part ${k}`, 'aria-pressed': String(name === pick), on: { click: () => point(name) } }, text)
      : h('span', null, text);
  });
  return [...heading(title), h('div', { class: 'oneline' }, words)];
}

/** @param {HTMLElement} element @param {boolean} picked */
function marked(element, picked) {
  element.classList.toggle('seen', picked);
  return element;
}

/** @param {import('../types.d.ts').MathItem} item */
export const math = (item) => [html('div', item.html, 'formula'), ...(item.note ? [html('p', item.note, 'note')] : [])];

/** @param {import('../types.d.ts').Words} item */
export const words = (item) => [html('p', item.html)];

/** @param {import('../types.d.ts').Op} item */
export const op = ({ text }) => [h('span', null, text)];

/** @param {import('../types.d.ts').NumberItem} item */
export function number({ label, value, note, role, decimals }) {
  const swatch = h('i', { class: 'swatch' });
  swatch.style.setProperty('background', scaleOf(role).css(value, Math.max(1, Math.abs(value))));
  return [html('p', label, 'title'), h('p', { class: `large ${role}` }, role === 'plain' ? null : swatch, digits(value, decimals)), ...(note ? [html('p', note, 'note')] : [])];
}

/** @param {import('../types.d.ts').Table} item */
export function table({ title, head, rows, pick }) {
  return [...heading(title), h('table', { class: 'facts' },
    h('thead', null, h('tr', null, head.map((cell) => html(cell ? 'th' : 'td', cell)))),
    h('tbody', null, rows.map((row, r) => h('tr', { class: r === pick ? 'picked' : null }, row.map((cell) => html('td', cell))))))];
}

/** @param {import('../types.d.ts').Links} item */
export const links = ({ entries }) => [h('ul', null, entries.map(([href, text]) => {
  const anchor = h('a', { href });
  setHtml(anchor, text);
  return h('li', null, anchor);
}))];

/** @param {import('../types.d.ts').Photo} item */
export const photo = ({ id, title, side }) => [
  ...heading(title), h('img', { src: `/api/images/${encodeURIComponent(id)}/picture?side=${2 * side}`, alt: title, width: side }),
];
