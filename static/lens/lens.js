/** The lens: the arithmetic of the selected number, from the engine's own steps, adding up in the digits shown. */
import { address, toQuery } from '../state/url.js';
import { themeOf } from '../ui/theme.js';
import { changes, fill, h } from '../ui/h.js';
import { line } from './code.js';
import { lookAt } from './context.js';
import { SIGNIFICANT, single } from './digits.js';
import { layerFact, readers, windowFact } from './facts.js';
import { formula } from './mathml.js';
import { combine, copy, pointwise, reduce, sequence } from './others.js';
import { lettersOf, specialised } from './specialise.js';
import { sum } from './sum.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('./context.js').View} View */
/** @typedef {import('./context.js').Choices} Choices */

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @returns {Part}
 */
export function mountLens(root, { store, scene, actions }) {
  /** @type {Choices} */
  let choices = { significant: SIGNIFICANT[0], open: null, unfolded: false };
  let shown = '';
  const moved = changes();

  /** @type {(name: string, at: number[]) => HTMLElement} */
  const link = (node, at) => h('a', {
    href: toQuery({ ...store.get(), node, at }),
    on: { click: (/** @type {Event} */ event) => (event.preventDefault(), actions.select(node, at)) },
  }, h('code', null, address(node, at)));

  /** @param {Partial<Choices>} change */
  function choose(change) {
    choices = { ...choices, ...change };
    render();
  }

  function render() {
    const now = scene(), explanation = now?.explanation;
    if (!now || !explanation) return;
    const focus = root.contains(document.activeElement) ? document.activeElement?.textContent : null;
    const view = lookAt(now, store.get(), explanation);
    const { total, parts } = arithmetic(view, choices, choose, link);
    fill(root, head(view, total), explanation.operands.length > 0 && [notation(view), line(explanation.numpy)], parts, readers(view, link));
    fit(root);
    if (focus) [...root.querySelectorAll('button')].find((button) => button.textContent === focus)?.focus();
  }

  /** @param {View} view @param {string} total */
  function head(view, total) {
    const { explanation: e, scale, range } = view;
    const k = SIGNIFICANT.indexOf(choices.significant), more = SIGNIFICANT[(k + 1) % SIGNIFICANT.length];
    return h('header', null,
      h('button', { class: 'close', 'aria-label': 'Close the lens', title: 'Close (Esc)', on: { click: actions.unselect } }, '×'),
      h('p', { class: 'kick' }, e.of === 'activation' ? 'forward' : 'backward', ` · ${layerFact(view)}`),
      h('h2', null, e.address, className(view) && h('span', null, ` ${className(view)}`)),
      h('p', { class: 'big' },
        h('i', { class: 'swatch', style: { background: scale.css(e.value, range(e.node)) } }),
        h('output', { data: { value: e.value } }, total),
        h('button', { class: 'quiet', title: 'How many digits are shown', on: { click: () => choose({ significant: more }) } }, more > choices.significant ? 'more digits' : 'fewer digits')));
  }

  return {
    update(state, now) {
      root.hidden = !(state.node && state.at && now);
      root.setAttribute('aria-busy', String(Boolean(state.node && state.at && now?.explanation?.address !== address(state.node, state.at))));
      if (root.hidden || !moved(now?.explanation, state.range, themeOf(state.theme))) return;
      const kind = now?.explanation?.node ?? '';
      if (kind !== shown) choices = { ...choices, open: null, unfolded: false };
      shown = kind;
      if (now?.explanation) render();
      else fill(root);
    },
  };
}

/** What the class of a logit or a probability is called. @param {View} view */
function className({ explanation: e, scene: { network } }) {
  return [network.logits, network.output].includes(e.node) && e.at.length === 1 && network.labels[e.at[0]];
}

/** @param {View} view */
function notation(view) {
  const letters = lettersOf(view.node?.config ?? {});
  return h('div', { class: 'formula' }, formula(view.explanation.mathml, (tree) => specialised(tree, letters)), windowFact(view));
}

/**
 * @param {View} view
 * @param {Choices} choices
 * @param {(change: Partial<Choices>) => void} choose
 * @param {(name: string, at: number[]) => HTMLElement} link
 * @returns {{ total: string, parts: (Node | false | null | undefined)[] }}
 */
function arithmetic(view, choices, choose, link) {
  const { explanation: e } = view;
  if (e.picture === 'weighted_sum') return sum(view, choices, choose);
  const total = single(e.value, choices.significant);
  if (e.picture === 'reduce') return { total, parts: reduce(view, choices, link) };
  if (e.picture === 'pointwise') return { total, parts: pointwise(view, choices, link) };
  if (e.picture === 'copy') return { total, parts: copy(view, link) };
  if (e.picture === 'combine') return { total, parts: combine(view, choices, link) };
  return { total, parts: [sequence(view, choices)] };
}

/** A formula that is wider than the lens is set smaller. @param {HTMLElement} root */
function fit(root) {
  const math = root.querySelector('math'), room = math?.parentElement?.clientWidth ?? 0;
  if (!(math instanceof MathMLElement) || !math.firstElementChild) return;
  const wide = Math.max(math.firstElementChild.getBoundingClientRect().width, math.scrollWidth);
  if (wide > room) math.style.fontSize = `${((room / wide) * parseFloat(getComputedStyle(math).fontSize)).toFixed(2)}px`;
}
