/** Layers in a row: values go right along the upper rail, gradients come back left along the lower one, times each local gradient. */
import { h } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { decimalsFor, digits, heading, inkOn, plain, scaleOf } from './say.js';

/** @typedef {import('../types.d.ts').ChainNode} ChainNode */
/** @typedef {import('../types.d.ts').Role} Role */

/** Colours end at this size, so that a chain's numbers can be compared. */
const SPAN = 3;

/** @param {import('../types.d.ts').Chain} item */
export function chain({ title, nodes }) {
  const back = nodes.some(({ gradient }) => gradient !== null);
  const known = (/** @type {'value' | 'gradient'} */ of, /** @type {number} */ k) => (nodes[k] ? nodes[k][of] !== null : of === 'value');
  const links = nodes.map((node, k) => link(node, back, { value: known('value', k - 1), gradient: known('gradient', k + 1) }));
  return [...heading(title), h('ol', { class: back ? 'links-of back' : 'links-of' }, links)];
}

/** One layer and what it makes. @param {ChainNode} node @param {boolean} back @param {{ value: boolean, gradient: boolean }} next whose turn it is */
function link({ name, does, formula, value, gradient, local, theta, pick }, back, next) {
  return h('li', { class: pick ? 'picked' : null, 'aria-label': said(plain(formula || name), value, back ? gradient : undefined, local) },
    does ? h('div', { class: 'does' }, html('span', does, 'box')) : null,
    h('div', { class: 'made' }, chip(value, 'value', next.value)),
    theta ? html('div', theta, 'theta') : null,
    html('div', name, 'name'),
    back && does ? h('div', { class: 'times' }, local === null ? null : h('span', { class: 'box', 'aria-label': `local gradient ${digits(local, 4)}` }, `× ${digits(local, 4)}`)) : null,
    back ? h('div', { class: 'given' }, chip(gradient, 'gradient', next.gradient)) : null);
}

/** A layer as a sentence. @param {string} what @param {number | null} value @param {number | null | undefined} gradient @param {number | null} local */
function said(what, value, gradient, local) {
  const told = (/** @type {number | null} */ v) => (v === null ? 'not yet known' : digits(v, 4));
  const back = gradient === undefined ? '' : `; gradient ${told(gradient)}${local === null ? '' : `, local gradient ${told(local)}`}`;
  return `${what}: value ${told(value)}${back}`;
}

/** @param {'div' | 'span'} tag @param {string} content @param {string} name */
function html(tag, content, name) {
  const element = h(tag, { class: name });
  setHtml(element, content);
  return element;
}

/** A number of the rail; a question mark where it is the next to be found. @param {number | null} value @param {Exclude<Role, 'weight' | 'plain'>} role @param {boolean} next */
function chip(value, role, next) {
  if (value === null) return h('span', { class: next ? 'chip blank next' : 'chip blank' }, next ? '?' : h('span', { class: 'spoken' }, 'not yet'));
  const made = h('span', { class: `chip ${role}` }, digits(value, Math.min(3, decimalsFor(Math.abs(value)))));
  const css = scaleOf(role).css(value, SPAN);
  made.style.setProperty('background', css);
  made.style.setProperty('color', inkOn(css));
  return made;
}
