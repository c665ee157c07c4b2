/** Layers in a row: values go right above, gradients come back left below. */
import { h } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { decimalsFor, digits, heading, inkOn, scaleOf } from './say.js';

/** @typedef {import('../types.d.ts').ChainNode} ChainNode */

/** @param {import('../types.d.ts').Chain} item */
export const chain = ({ title, nodes }) => [...heading(title), h('ol', { class: 'nodes' }, nodes.map(node))];

/** @param {ChainNode} item */
function node({ name, formula = '', value, gradient, local = '', theta = '', pick }) {
  return h('li', { class: pick ? 'picked' : null },
    h('div', { class: 'forward' }, value === null ? h('span', { class: 'blank' }, '?') : chip(value, 'value'), h('span', { class: 'arrow', 'aria-hidden': 'true' }, '→')),
    text('div', name, 'name'), formula ? text('div', formula, 'equation') : null, theta ? text('div', theta, 'theta') : null,
    h('div', { class: 'backward' }, h('span', { class: 'arrow', 'aria-hidden': 'true' }, '←'), gradient === null ? h('span', { class: 'blank' }, '?') : chip(gradient, 'gradient')),
    local ? text('div', local, 'local') : null);
}

/** @param {'div'} tag @param {string} html @param {string} name */
function text(tag, html, name) {
  const element = h(tag, { class: name });
  setHtml(element, html);
  return element;
}

/** @param {number} value @param {'value' | 'gradient'} role */
function chip(value, role) {
  const made = h('span', { class: `chip ${role}` }, digits(value, Math.min(3, decimalsFor(Math.abs(value)))));
  const scale = scaleOf(role);
  made.style.setProperty('background', scale.css(value, 3));
  made.style.setProperty('color', inkOn(scale.css(value, 3)));
  return made;
}
