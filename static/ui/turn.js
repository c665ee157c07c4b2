/** Forward or backward: what the colours show, and of what the gradients are. Native lists, so that keys and readers work. */
import { address } from '../state/url.js';
import { isBackward, objectiveOf, said } from '../state/objective.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

/** @type {[State['show'], string][]} */
const SHOWN = [['value', 'activation'], ['gradient', 'gradient'], ['product', 'value × gradient']];
const FEW = 20; // classes that are all listed

/**
 * What may be differentiated: the loss and the logit of each class, or of the likeliest; the selected number; what is now.
 * @param {State} state
 * @param {Scene} scene
 */
export function objectives(state, { network, trace }) {
  const { probabilities, top } = trace.prediction ?? { probabilities: [], top: [] };
  const classes = probabilities.length <= FEW ? probabilities.map((_, k) => k) : top.map(({ index }) => index);
  const own = state.node && state.at ? [`unit:${address(state.node, state.at)}`] : [];
  return [...new Set([...classes.map((k) => `loss:${k}`), ...classes.map((k) => `logit:${k}`), ...own, ...(state.objective ? [state.objective] : [])])];
}

/** @param {Pick<Context, 'actions'>} context */
export function createTurn({ actions }) {
  const show = h('select', { 'aria-label': 'Shown', title: 'What the colours are', on: { change: () => actions.setShow(/** @type {State['show']} */ (show.value)) } },
    SHOWN.map(([value, name]) => h('option', { value }, name)));
  const of = h('select', { 'aria-label': 'Of what', title: 'What is differentiated', on: { change: () => actions.setObjective(of.value) } });
  const way = h('button', { class: 'quiet', on: { click: actions.turn } });
  const root = h('p', { class: 'turn' });
  const moved = changes(), listed = changes();

  return {
    root,
    /** @param {State} state @param {Scene} scene */
    update(state, scene) {
      if (!moved(state.objective, state.show, state.node, state.at, scene.trace)) return;
      const on = isBackward(state), all = objectives(state, scene);
      way.textContent = on ? 'forward' : 'backward';
      way.title = on ? 'The numbers themselves (B)' : 'The gradients of the loss (B)';
      if (root.dataset.on !== String(on)) fill(root, on ? [show, ' of ', of] : h('b', null, SHOWN[0][1]), way);
      root.dataset.on = String(on);
      show.value = state.show;
      if (listed(all.join('\n'), scene.network)) fill(of, grouped(all, scene.network.labels));
      of.value = state.objective;
    },
  };
}

const KINDS = { loss: 'loss, were it', logit: 'logit', unit: 'one number' };

/** @param {string[]} all @param {string[]} labels */
const grouped = (all, labels) => Object.entries(KINDS).map(([kind, name]) => {
  const some = all.filter((objective) => objectiveOf(objective)?.kind === kind);
  return some.length > 0 && h('optgroup', { label: name }, some.map((value) => h('option', { value }, said(value, labels))));
});
