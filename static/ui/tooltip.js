/** What is under the pointer: its address and about how large it is. The exact number is a click away, in the lens. */
import { percent } from '../lens/contributors.js';
import { nodeOf, times } from '../state/select.js';
import { address } from '../state/url.js';
import { about } from '../lens/digits.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Contributor} Contributor */
/** @typedef {import('../types.d.ts').Ref} Ref */
/** @typedef {import('../types.d.ts').Resources} Resources */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */

const APART = 16; // css px between pointer and box
const REST = 350; // ms that the pointer rests on a number before it is asked what weighs most in it
const NAMED = 3;

/** @param {() => Scene | null} scene @param {Pick<Resources, 'contributors'>} resources */
export function mountTooltip(scene, resources) {
  let patience = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
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

  /** What weighs most in the number, once the pointer rests on it. @param {Scene} now @param {Ref} ref @param {number[]} at @param {NodeView} node */
  function ask(now, ref, at, node) {
    if (ref.sign || !node.inputs.length) return;
    const { signal } = patience;
    timer = setTimeout(async () => {
      const found = await resources.contributors(now.network.id, now.image.id, ref.node, at, signal).catch(() => null);
      if (signal.aborted || !found || found.length < 2 || scene() !== now) return;
      fill(box, lines(ref, at, node), heaviest(found));
      put(ref.x, ref.y);
    }, REST);
  }

  return {
    /** @param {Ref | null} ref */
    hover(ref) {
      const now = scene(), node = ref && now && nodeOf(now, ref.node);
      box.hidden = !node || !ref.at;
      if (moved(now, ref?.node, ref?.at?.join(), ref?.sign)) {
        clearTimeout(timer);
        patience.abort();
        patience = new AbortController();
        if (now && node && ref.at) fill(box, lines(ref, ref.at, node));
        if (now && node && ref.at) ask(now, ref, ref.at, node);
      }
      if (!node || !ref.at) return;
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

/** @param {Contributor[]} found */
const heaviest = (found) => h('table', null, h('caption', null, 'most of it from'), found.slice(0, NAMED).map((c) =>
  h('tr', null, h('th', { scope: 'row' }, address(c.node, c.at)), h('td', null, about(c.value)), h('td', null, percent(c.share)))));
