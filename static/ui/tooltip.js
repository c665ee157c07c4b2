/** What is under the pointer: its address and about how large it is. The exact number is a click away, in the lens. */
import { nodeOf, times } from '../state/select.js';
import { address } from '../state/url.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Ref} Ref */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */

const APART = 16; // css px between pointer and box

/** @param {() => Scene | null} scene */
export function mountTooltip(scene) {
  const box = h('div', { class: 'tooltip', 'aria-hidden': 'true', hidden: true });
  document.body.append(box);
  const moved = changes();

  /** @param {number} x @param {number} y */
  function put(x, y) {
    const { offsetWidth: wide, offsetHeight: high } = box;
    box.style.left = `${x + APART + wide > innerWidth ? x - APART - wide : x + APART}px`;
    box.style.top = `${y + APART + high > innerHeight ? y - APART - high : y + APART}px`;
  }

  return {
    /** @param {Ref | null} ref */
    hover(ref) {
      const now = scene(), node = ref && now && nodeOf(now, ref.node);
      box.hidden = !node || !ref.at;
      if (!node || !ref.at) return;
      if (moved(now, ref.node, ref.at.join())) fill(box, lines(ref, ref.at, node));
      put(ref.x, ref.y);
    },
  };
}

/**
 * @param {Ref} ref
 * @param {number[]} at
 * @param {NodeView} node
 */
const lines = (ref, at, node) => [
  h('b', null, address(ref.node, at)),
  h('span', null, ref.value === null ? '' : ` ≈ ${about(ref.value)}`),
  h('small', null, `${node.summary}, ${times(node.shape)}`),
];

/**
 * Three digits, as many as the picture's numbers are good for.
 * @param {number} value
 */
export function about(value) {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', '∞').replace('-', '−');
  const size = Math.abs(value);
  const text = size === 0 ? '0' : size >= 1000 || size < 0.001 ? value.toExponential(2) : value.toPrecision(3);
  return text.replace('-', '−').replace('e−', 'e-');
}
