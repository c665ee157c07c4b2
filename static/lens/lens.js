/** The lens: the arithmetic of the selected number, from the engine's own steps, adding up in the digits shown. */
import { nodeOf } from '../state/select.js';
import { isBackward, lensAddress, lensOf } from '../state/objective.js';
import { address, toQuery } from '../state/url.js';
import { sendingOf, sentOf } from '../backward/sending.js';
import { createBench } from '../lab/bench.js';
import { themeOf } from '../ui/theme.js';
import { changes, fill, h } from '../ui/h.js';
import { chain } from './chain.js';
import { line } from './code.js';
import { addedHere, lookAt } from './context.js';
import { createContributors } from './contributors.js';
import { apart, isApart } from './apart.js';
import { happening } from './growth.js';
import { SIGNIFICANT, single } from './digits.js';
import { layerFact, layerOf, readers, windowFact } from './facts.js';
import { gives } from './gives.js';
import { formula } from './mathml.js';
import { coloured, paints } from './letters.js';
import { liveTerm } from './operands.js';
import { combine, copy, pointwise, reduce, sequence } from './others.js';
import { lettersOf, specialised } from './specialise.js';
import { opened, sum } from './sum.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('./context.js').View} View */
/** @typedef {import('./context.js').Choices} Choices */

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @returns {Part}
 */
export function mountLens(root, context) {
  const { store, scene, actions } = context, bench = createBench(context);
  /** @type {Choices} */
  let choices = { significant: SIGNIFICANT[0], open: null, unfolded: false };
  let shown = '';
  const moved = changes();

  /** @type {(name: string, at: number[]) => HTMLElement} */
  const link = (name, at) => {
    const node = name.replace(/^∂/, '');
    return h('a', {
      href: toQuery({ ...store.get(), node, at, weight: null }),
      on: { click: (/** @type {Event} */ event) => (event.preventDefault(), actions.select(node, at)) },
    }, h('code', null, address(isBackward(store.get()) ? `∂${node}` : node, at)));
  };

  const heaviest = createContributors(context, link);

  /** @type {import('./terms.js').Links} */
  const links = {
    to(source, at) {
      const now = scene(), node = source.replace(/^∂/, ''), [, owner, param] = /^(.+)\.(\w+)$/.exec(source) ?? [];
      if (now?.network.nodes.some(({ name }) => name === node)) return { does: 'its own arithmetic', run: () => actions.select(node, at) };
      if (!owner) return null;
      return { does: `this weight: what if, and its gradient`, run: () => actions.selectWeight({ node: owner, param, at }) };
    },
  };

  /** @param {Partial<Choices>} change */
  function choose(change) {
    choices = { ...choices, ...change };
    render();
  }

  function render() {
    const now = scene(), explanation = now && lensOf(store.get(), now);
    if (!now || !explanation) return;
    const focus = root.contains(document.activeElement) ? document.activeElement?.textContent : null;
    const view = lookAt(now, store.get(), explanation), giving = sendingOf(store.get(), now);
    const { total, parts } = giving ? gives(view, giving, sentOf(store.get(), now, giving), choices.significant, link) : arithmetic(view, choices, { choose, link, links });
    const stated = explanation.operands.length > 0 || view.back;
    const keep = bench.keep();
    if (giving) fill(root, head({ ...view, giver: true }, total), bench.root, parts);
    else fill(root, head(view, total), bench.root, view.back && chain(view, total, actions.selectWeight), stated && [notation(view, choices), line(explanation.numpy, happening(view), liveTerm(explanation, view.added, nodeOf(now, explanation.operands[0]?.source ?? null)?.shape))].flat(), parts, !view.back && heaviest.root, readers(view, link));
    fit(root);
    if (view.added !== null || giving) root.querySelector('.terms .now')?.scrollIntoView({ block: 'nearest' });
    keep();
    if (focus) [...root.querySelectorAll('button')].find((button) => button.textContent === focus)?.focus();
  }

  /** @param {View & { giver?: boolean }} view giver: it is shown as what gives @param {string} total */
  function head(view, total) {
    const { explanation: e, scale } = view;
    const ends = view.rangeFor(view.back ? `∂${e.node}` : e.node) || Math.abs(e.value) || 1;
    const k = SIGNIFICANT.indexOf(choices.significant), more = SIGNIFICANT[(k + 1) % SIGNIFICANT.length];
    return h('header', null,
      h('button', { class: 'close', 'aria-label': 'Close the lens', title: 'Close (Esc)', on: { click: actions.unselect } }, '×'),
      h('p', { class: 'kick' }, turned(view), ' · ', h('button', { class: 'quiet layer', title: 'The card of this layer (I)', on: { click: () => actions.select(layerOf(view)?.name ?? e.node, null) } }, layerFact(view))),
      h('h2', null, e.address, className(view) && h('span', null, ` ${className(view)}`)),
      h('p', { class: 'big' },
        !isApart(view) && h('i', { class: 'swatch', style: { background: scale.css(e.value, ends) } }),
        h('output', { data: { value: e.value } }, total),
        h('button', { class: 'quiet', title: 'How many digits are shown', on: { click: () => choose({ significant: more }) } }, more > choices.significant ? 'more digits' : 'fewer digits')),
      apart(view));
  }

  /** Forward or backward, and the way to the other; of a weight, the way back to the number. @param {View} view */
  function turned({ explanation: e, state, back }) {
    const quiet = (/** @type {string} */ text, /** @type {() => void} */ run) => h('button', { class: 'quiet', on: { click: run } }, text);
    if (e.of === 'parameter') return h('span', null, 'backward, ', quiet(state.node ? `back to ${state.node}` : 'away from the weight', () => actions.selectWeight(null)));
    if (back) return h('span', null, quiet('forward', () => actions.setShow('value')), ' ', h('b', null, 'backward'));
    return h('span', null, h('b', null, 'forward'), ' ', quiet('backward', () => (state.objective ? actions.setShow('gradient') : actions.turn())));
  }

  return {
    update(state, now) {
      const wanted = lensAddress(state), explanation = now && lensOf(state, now);
      const late = isBackward(state) && now?.objective?.name !== state.objective;
      root.hidden = !(wanted && now) || state.field;
      root.dataset.of = explanation?.of ?? '';
      root.dataset.wanted = wanted;
      root.setAttribute('aria-busy', String(Boolean(wanted && (late || explanation?.address !== wanted))));
      bench.update(state, now);
      heaviest.show(root.hidden || !explanation || explanation.address !== wanted ? null : explanation);
      if (root.hidden || !moved(explanation, explanation && now && addedHere(state, now, explanation), now && sendingOf(state, now), now?.giving && sentOf(state, now, now.giving), state.range, state.objective, now?.objective, themeOf(state.theme), state.colours, state.difference, now?.change)) return;
      const kind = explanation ? `${explanation.of} ${explanation.node}` : '';
      if (kind !== shown) choices = { ...choices, open: null, unfolded: false };
      shown = kind;
      if (explanation) render();
      else fill(root);
    },
  };
}

/** What the class of a logit or a probability is called. @param {View} view */
function className({ explanation: e, scene: { network } }) {
  return [network.logits, network.output].includes(e.node) && e.at.length === 1 && network.labels[e.at[0]];
}

/** @param {View} view @param {Choices} choices */
function notation(view, choices) {
  const letters = lettersOf(layerOf(view)?.config ?? {}), math = formula(view.explanation.mathml, (tree) => specialised(tree, letters)), { open, total } = opened(view, choices);
  coloured(math, paints(view, open, total));
  return h('div', { class: 'formula' }, math, windowFact(view));
}

/**
 * @param {View} view
 * @param {Choices} choices
 * @param {{ choose: (change: Partial<Choices>) => void, link: (name: string, at: number[]) => HTMLElement, links: import('./terms.js').Links }} ways
 * @returns {{ total: string, parts: (Node | false | null | undefined)[] }}
 */
function arithmetic(view, choices, { choose, link, links }) {
  const { explanation: e } = view;
  if (e.picture === 'weighted_sum') return sum(view, choices, choose, links);
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
