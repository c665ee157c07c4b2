/** What is under the pointer: its address and about how large it is. The exact number is a click away, in the lens. */
import { nodeOf, times } from '../state/select.js';
import { address } from '../state/url.js';
import { about } from './about.js';
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
  addEventListener('pointerdown', () => (box.hidden = true)); // a click may move what is under the pointer

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
      if (moved(now, ref.node, ref.at.join(), ref.sign)) fill(box, lines(ref, ref.at, node));
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
  h('b', null, `${ref.sign ?? ''}${address(ref.node, at)}`),
  h('span', null, ref.value === null ? '' : ` ≈ ${about(ref.value)}`),
  h('small', null, `${node.summary}, ${times(node.shape)}`),
];
