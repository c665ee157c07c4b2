/** Who made the number what it is: the cells that weigh most in it, by name; a click goes to one of them. */
import { address } from '../state/url.js';
import { changes, fill, h } from '../ui/h.js';
import { SHORT, single } from './digits.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Contributor} Contributor */
/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

const LATE = 150; // ms that the number must stay: while a pass plays nobody is asked

/**
 * @param {Context} context
 * @param {(name: string, at: number[]) => HTMLElement} link
 */
export function createContributors({ resources, scene, store }, link) {
  const root = h('section', { class: 'contributors', hidden: true });
  const moved = changes();
  let patience = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {ExplanationView} e @param {AbortSignal} signal */
  async function ask(e, signal) {
    const now = scene();
    if (!now) return;
    const found = await resources.contributors(now.network.id, now.image.id, e.node, e.at, signal).catch(() => null);
    if (signal.aborted || !found || scene()?.explanation?.address !== e.address) return;
    root.hidden = found.length < 2; // of one there is nothing to compare
    fill(root, heading(e), table(found, link));
  }

  return {
    root,
    /** Of the number that the lens shows; none while it is another's, or a gradient's. @param {ExplanationView | null} e */
    show(e) {
      if (!moved(e, scene()?.trace, store.get().playing)) return;
      clearTimeout(timer);
      patience.abort();
      patience = new AbortController();
      root.hidden = true;
      const { signal } = patience;
      if (e && e.of === 'activation' && e.operands.length && !store.get().playing) timer = setTimeout(() => ask(e, signal), LATE);
    },
  };
}

/** @param {ExplanationView} e */
const heading = (e) => h('h3', null, e.picture === 'weighted_sum' ? 'what weighs most' : 'what weighs most, by its slope');

/** @param {Contributor[]} found @param {(name: string, at: number[]) => HTMLElement} link */
export const table = (found, link) => h('table', null,
  h('thead', null, h('tr', null, ['cell', 'value', '× weight', 'share'].map((text) => h('th', { scope: 'col' }, text)))),
  h('tbody', null, found.map((c) => h('tr', { title: `${address(c.node, c.at)} adds ${single(c.product, SHORT)}` },
    h('th', { scope: 'row' }, link(c.node, c.at)), h('td', null, single(c.value, SHORT)), h('td', null, single(c.weight, SHORT)), h('td', null, percent(c.share))))));

/** @param {number} share */
export const percent = (share) => (Number.isFinite(share) ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %` : '–');
