/** One group of a sum, term by term: each number of the window times its weight. */
import { address } from '../state/url.js';
import { h } from '../ui/h.js';
import { ends, isPadding, largest } from './context.js';
import { cellOf } from './operands.js';
import { CELL, SHORT, columnIn, single, styleFor, text, unit } from './digits.js';
import { groupsOf } from './groups.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('../types.d.ts').OperandView} OperandView */
/** @typedef {import('./digits.js').Style} Style */

/** @typedef {{ to: (source: string, cell: number[]) => { does: string, run: () => void } | null }} Links */

const WIDEST = 5; // terms beside each other
const MANY = 96; // terms that are shown one by one
const DECIMALS = 3; // of a factor: its cell has all of them

/**
 * @param {View} view
 * @param {number | null} group
 * @param {Style} style of the table that the group is a row of
 * @param {Links} links
 */
export function terms(view, group, style, links) {
  const { explanation: e } = view, [x, w] = e.operands;
  if (group === null || !e.products || !w) return null;
  const { products } = e, places = groupsOf(e)[group], count = places.length, step = e.steps[group];
  const printed = columnIn(places.map((k) => products[k]), step.value, style);
  const shown = places.map((k, i) => ({ k, part: printed.parts[i] })).filter(({ k }) => count <= MANY || products[k] !== 0).slice(0, MANY);
  const chips = { x: chip(view, x, links), w: chip(view, w, links), style: chipStyle(x) };
  const cells = shown.map(({ k, part }) => h('div', { class: stage(view, k) }, h('span', null, chips.x(k), ' × ', chips.w(k)), h('em', null, part)));
  return h('section', { class: 'terms', 'aria-label': `${step.label}, term by term` },
    h('h3', null, count > 1 ? `${step.label}, term by term` : step.label),
    h('div', { class: 'grid', style: { '--across': across(view, x, count) } }, cells),
    h('p', { class: 'foot' }, `${x.source || x.name} × ${view.back ? localName(w) : 'its weight'}, coloured up to ±${single(ends(view, w), CELL)}.`,
      unit(chips.style) && ` ${x.source} in units of${unit(chips.style).replace(' ×', '')}.`,
      shown.length < count && ` The ${count - shown.length} others are ${count > MANY && shown.length < MANY ? '0' : 'left out'}.`,
      count > 1 && h('span', null, ` The ${count} add to `, h('b', null, text(step.value, style, '+')),
        printed.rest === null ? '.' : `, ${printed.rest} in digits not shown.`)));
}

/** Added, being added, or still to come. @param {View} view @param {number} k @returns {string | null} */
const stage = ({ added }, k) => (added === null ? null : k + 1 < added ? 'done' : k + 1 === added ? 'now' : 'later');

/** @param {View} view @param {OperandView} x @param {number} count How many terms stand beside each other. */
function across(view, x, count) {
  if (view.back) return Math.min(count, 3);
  return x.shape.length > 2 ? Math.min(WIDEST, x.shape[x.shape.length - 1]) : Math.min(count, 3);
}

/** @param {OperandView} w */
const localName = (w) => w.source || `the local gradient ${w.name}`;

/**
 * A number in its colour; a link where its own arithmetic can be shown.
 * @param {View} view
 * @param {OperandView} operand
 * @param {Links} links
 */
function chip(view, operand, links) {
  const range = ends(view, operand), scale = view.scaleOf(operand), style = chipStyle(operand);
  return (/** @type {number} */ k) => {
    const value = operand.values[k], cell = cellOf(operand, k), padding = isPadding(view, operand, cell);
    const go = padding || !cell ? null : links.to(operand.source, cell);
    const props = {
      class: padding ? 'padding' : null,
      title: padding ? 'padding: outside of the map' : cell ? `${address(operand.source, cell)}${go ? `: ${go.does}` : ''}` : operand.name,
      style: { background: scale.css(value, range), color: scale.ink(value, range) },
    };
    return go ? h('button', { ...props, on: { click: go.run } }, text(value, style)) : h('b', props, text(value, style));
  };
}

/** @param {OperandView} operand */
function chipStyle({ values }) {
  const usual = styleFor(largest(values), SHORT);
  return { ...usual, decimals: Math.min(usual.decimals, DECIMALS) };
}
