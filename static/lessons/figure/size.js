/** The size formula with its numbers in it, each of which can be dragged: ⌊(w + 2p − k) / s⌋ + 1. */
import { h } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { dial } from './dial.js';

/** @typedef {import('../types.d.ts').Hands} Hands */
/** @typedef {import('../types.d.ts').Size} Size */

/** @param {Size} item @param {Hands} hands */
export function size({ before, top, bottom, after, result }, hands) {
  const part = (/** @type {Size['top'][number]} */ one) => (typeof one === 'string'
    ? h('span', { class: 'sign' }, one)
    : h('span', { class: 'symbol' }, dial(one, hands), letter(one.letter)));
  return [h('div', { class: 'whole' },
    words(before),
    h('span', { class: 'floor' }, h('span', { class: 'fraction' },
      h('span', { class: 'over' }, top.map(part)), h('span', { class: 'under' }, bottom.map(part)))),
    words(after), h('strong', { class: 'result' }, result))];
}

/** @param {string} html */
function letter(html) {
  const element = h('small');
  setHtml(element, html);
  return element;
}

/** @param {string} html */
function words(html) {
  const element = h('span', { class: 'sign' });
  setHtml(element, html);
  return element;
}
