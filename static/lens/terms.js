/** One group of a sum, term by term: each number of the window times its weight. */
import { address } from '../state/url.js';
import { h } from '../ui/h.js';
import { cellOf, ends, isPadding } from './context.js';
import { columnIn, styleFor, text } from './digits.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('../types.d.ts').OperandView} OperandView */
/** @typedef {import('./digits.js').Style} Style */

const WIDEST = 5; // terms beside each other
const DECIMALS = 3; // of a factor: its cell has all of them

/**
 * @param {View} view
 * @param {number | null} group
 * @param {Style} style of the table that the group is a row of
 */
export function terms(view, group, style) {
  const { explanation: e } = view, [x, w] = e.operands;
  if (group === null || !e.products || !w) return null;
  const count = e.products.length / x.shape[0], first = group * count;
  const step = e.steps[group];
  const printed = columnIn(e.products.slice(first, first + count), step.value, style);
  const chips = { x: chip(view, x), w: chip(view, w) };
  const cells = printed.parts.map((part, k) =>
    h('div', null, h('span', null, chips.x(first + k), ' × ', chips.w(first + k)), h('em', null, part)));
  const across = x.shape.length > 2 ? Math.min(WIDEST, x.shape[x.shape.length - 1]) : Math.min(count, 3);
  return h('section', { class: 'terms', 'aria-label': `${step.label}, term by term` },
    h('h3', null, count > 1 ? `${step.label}, term by term` : step.label),
    h('div', { class: 'grid', style: { '--across': across } }, cells),
    h('p', { class: 'foot' }, `${x.source || x.name} × its weight, coloured up to ±${text(ends(view, w), styleFor(ends(view, w), 3))}.`,
      count > 1 && h('span', null, ` The ${count} add to `, h('b', null, text(step.value, style, '+')),
        printed.rest === null ? '.' : `, ${printed.rest} in digits not shown.`)));
}

/**
 * @param {View} view
 * @param {OperandView} operand
 */
function chip(view, operand) {
  const range = ends(view, operand), usual = styleFor(Math.max(...operand.values.filter(Number.isFinite).map(Math.abs), 0), 4);
  const style = { ...usual, decimals: Math.min(usual.decimals, DECIMALS) };
  return (/** @type {number} */ k) => {
    const value = operand.values[k], cell = cellOf(operand, k), padding = isPadding(view, operand, cell);
    return h('b', {
      class: padding ? 'padding' : null,
      title: padding ? 'padding: outside of the map' : cell ? address(operand.source, cell) : operand.name,
      style: { background: view.scale.css(value, range), color: view.scale.ink(value, range) },
    }, text(value, style));
  };
}
