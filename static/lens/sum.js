/** A weighted sum: a row per group of terms, with the running total, and the terms of one group spread out. */
import { h } from '../ui/h.js';
import { adds, columnIn, styleOf, text, unit } from './digits.js';
import { rows } from './rows.js';
import { growth } from './growth.js';
import { terms } from './terms.js';
import { termCount } from '../state/moment.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('./context.js').Choices} Choices */
/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('./digits.js').Style} Style */

const TINT = 0.62; // how far along the scale the colour of a bar is

/**
 * @param {View} view
 * @param {Choices} choices
 * @param {(change: Partial<Choices>) => void} choose
 * @param {import('./terms.js').Links} links
 */
export function sum(view, choices, choose, links) {
  const { explanation: e } = view;
  const grown = growth(view);
  const { shown, groups } = rows(e, choices.unfolded, grown && (grown.group ?? grown.whole));
  const printed = columnIn(shown.map((row) => row.value), e.value, styleOf(e, choices.significant));
  const open = openedIn(grown, choices, shown, groups);
  const size = Math.max(...shown.map((row) => Math.abs(row.value)).filter(Number.isFinite), 0) || 1;
  const body = shown.map((row, k) => line(view, row, ...written(shown, k, printed, grown), {
    share: Math.abs(row.value) / size, later: grown !== null && row.last >= grown.whole, open: row.group !== null && row.group === open,
    press: pressed(view, row, choose, links),
  }));
  const table = h('table', { class: 'sum' },
    h('caption', { class: 'spoken' }, `The parts of ${e.address}`),
    h('thead', null, h('tr', null, h('td'), h('td'), h('th', null, 'part', unit(printed.style)), h('th', { title: 'Added with all digits, then rounded' }, 'running sum'))),
    h('tbody', null, body, !grown && printed.rest !== null && rounding(printed.rest)),
    h('tfoot', null, h('tr', null, h('th', { colspan: 2, scope: 'row' }, grown ? `after ${view.added} of ${termCount(e)} terms` : e.address), h('td', { class: 'v', colspan: 2, data: { total: '' } }, grown ? text(grown.total, printed.style) : printed.total))));
  const fold = choices.unfolded && shown.length > groups && h('button', { class: 'quiet', on: { click: () => choose({ unfolded: false }) } }, 'fold the small ones');
  return { total: printed.total + unit(printed.style), parts: [table, fold, terms(view, open, printed.style, links)] };
}

/** The row whose terms are spread out: the one at work, the one chosen, else the largest. @param {ReturnType<typeof growth>} grown @param {Choices} choices @param {Row[]} shown @param {number} groups */
const openedIn = (grown, choices, shown, groups) => (grown ? grown.group : choices.open ?? largest(shown, groups));

/** The same of a number, and what its sum has come to. @param {View} view @param {Choices} choices @returns {{ open: number | null, total: number }} */
export function opened(view, choices) {
  const { explanation: e } = view, grown = e.picture === 'weighted_sum' ? growth(view) : null;
  if (e.picture !== 'weighted_sum') return { open: null, total: e.value };
  const { shown, groups } = rows(e, choices.unfolded, grown && (grown.group ?? grown.whole));
  return { open: openedIn(grown, choices, shown, groups), total: grown ? grown.total : e.value };
}

/** A row's part and running sum: those still to come are not written, of the one at work the sum so far is. @param {Row[]} shown @param {number} k @param {import('./digits.js').Column} printed @param {ReturnType<typeof growth>} grown @returns {[string, Node | string]} */
function written(shown, k, printed, grown) {
  const row = shown[k], { style } = printed;
  if (!grown || row.last < grown.whole) return [printed.parts[k], running(k ? shown[k - 1].total : 0, row, style)];
  return ['', row.group !== null && row.group === grown.group ? text(grown.total, style) : ''];
}

/** A running sum in the digits of the parts; where those printed do not add up to it, its last digit is faint. @param {number} before @param {Row} row @param {Style} style */
function running(before, { value, total }, style) {
  const all = text(total, style);
  return adds(before, value, total, style) || !Number.isFinite(total) ? all : h('span', null, all.slice(0, -1), h('i', { title: 'Added with all digits, then rounded' }, all.slice(-1)));
}

/** @param {Row[]} shown @param {number} groups */
function largest(shown, groups) {
  const own = shown.filter(({ group }) => group !== null && group < groups);
  return own.reduce((/** @type {Row | null} */ most, row) => (most && Math.abs(most.value) >= Math.abs(row.value) ? most : row), null)?.group ?? null;
}

/**
 * What a row opens: its terms, what is folded, or the bias itself.
 * @param {View} view @param {Row} row @param {(change: Partial<Choices>) => void} choose @param {import('./terms.js').Links} links
 */
function pressed({ explanation: e, node, added }, row, choose, links) {
  if (row.group !== null) return () => choose({ open: row.group });
  if (row.folded) return added === null ? () => choose({ unfolded: true }) : null;
  const bias = row.label === 'bias' && e.of === 'activation' && node?.params.find(({ name }) => name === 'bias');
  return bias ? links.to(`${e.node}.bias`, e.at.slice(0, bias.shape.length))?.run ?? null : null;
}

/**
 * @param {View} view
 * @param {Row} row
 * @param {string} part
 * @param {Node | string} total
 * @param {{ share: number, open: boolean, later: boolean, press: (() => void) | null }} look
 */
function line({ scale }, row, part, total, { share, open, later, press }) {
  const bar = row.value !== 0 && !later && h('i', { style: {
    width: `${(share * 50).toFixed(2)}%`, [row.value < 0 ? 'right' : 'left']: '50%', background: scale.css(row.value < 0 ? -TINT : TINT, 1),
  } });
  const label = press ? h('button', { 'aria-expanded': String(open), on: { click: press } }, row.label) : row.label;
  return h('tr', { class: `${open ? 'on' : ''} ${later ? 'later' : ''} ${/[1-9∞N]/.test(part) ? '' : 'nil'}`, data: { part: row.label } },
    h('th', { scope: 'row' }, label), h('td', { class: 'b' }, bar), h('td', { class: 'v' }, part), h('td', { class: 't' }, total));
}

/** @param {string} rest */
const rounding = (rest) =>
  h('tr', { class: 'nil', data: { part: 'rounding' }, title: 'What the digits shown leave over: the digits that are not shown, and float32’s own rounding' },
    h('th', { scope: 'row' }, 'rounding'), h('td', { class: 'b' }), h('td', { class: 'v' }, rest), h('td', { class: 't' }));
