/** Numbers as bars, and terms that add up to a total. */
import { about, column, columnIn, unit } from '../../lens/digits.js';
import { h, svg } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { decimalsFor, digits, heading, scaleOf } from './say.js';

const WIDE = 150; // px of the longest bar
const SIGNIFICANT = 5;
const SMALL = 2; // digits of what is not 0 but would be printed so

/** @param {import('../types.d.ts').Bars} item */
export function bars({ title, rows, role, span, pick }) {
  const signed = rows.some(([, v]) => v < 0);
  const decimals = decimalsFor(span);
  return [...heading(title), h('table', { class: `bars ${role}` }, h('tbody', null, rows.map(([label, value], k) =>
    h('tr', { class: k === pick ? 'picked' : null }, name(label), h('td', null, bar(value, span, role, signed)), h('td', { class: 'figure' }, figure(value, decimals))))))];
}

/** @param {number} value @param {number} decimals */
const figure = (value, decimals) => (value !== 0 && Math.abs(value) < 0.5 * 10 ** -decimals ? about(value, SMALL) : digits(value, decimals));

/** @param {string} label */
function name(label) {
  const head = h('th', { scope: 'row' });
  setHtml(head, label);
  return head;
}

/** @param {number} value @param {number} span @param {import('../types.d.ts').Role} role @param {boolean} signed */
function bar(value, span, role, signed) {
  const zero = signed ? WIDE / 2 : 0, room = WIDE - zero;
  const length = Number.isFinite(value) ? Math.min(1, Math.abs(value) / span) * room : 0;
  const fill = role === 'plain' ? 'currentColor' : scaleOf(role).css(Math.sign(value) * 0.62, 1);
  return svg('svg', { width: WIDE, height: 16, viewBox: `0 0 ${WIDE} 16`, 'aria-hidden': 'true' },
    svg('rect', { x: value < 0 ? zero - length : zero, y: 2, width: length, height: 12, fill, class: 'bar' }),
    svg('line', { x1: zero, x2: zero, y1: 0, y2: 16, class: 'zero' }));
}

/** @param {import('../types.d.ts').Sum} item */
export function sum({ title, terms, label, value, role }) {
  const values = terms.map(([, v]) => v);
  const whole = [...values, value].every(Number.isInteger);
  const said = whole ? columnIn(values, value, { decimals: 0, exponent: 0 }) : column(values, value, SIGNIFICANT);
  const most = Math.max(...terms.map(([, v]) => Math.abs(v)).filter(Number.isFinite), 0) || 1;
  const signed = terms.some(([, v]) => v < 0);
  const foot = said.rest ? [h('tr', { class: 'rest' }, name('digits not shown'), h('td'), h('td', { class: 'figure' }, said.rest))] : [];
  return [...heading(title), h('table', { class: `sum ${role}` },
    h('tbody', null, terms.map(([text, v], k) => h('tr', null, name(text), h('td', null, bar(v, most, role, signed)), h('td', { class: 'figure' }, said.parts[k]))), foot),
    h('tfoot', null, h('tr', null, name(label), h('td'), h('td', { class: 'figure' }, said.total + unit(said.style)))))];
}
