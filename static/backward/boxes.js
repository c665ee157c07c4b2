/** The chain rule at the layer that gradients pass, or that is looked at: given from the right, local, to the left, for the weights. */
import { nodeBack } from '../anim/timeline.js';
import { CELL, single } from '../lens/digits.js';
import { graphOf } from '../model/graph.js';
import { isBackward, passEnd } from '../state/objective.js';
import { nodeOf, times } from '../state/select.js';
import { changes, fill, h } from '../ui/h.js';
import { localSaid, metSaid } from './words.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */
/** @typedef {{ name: string, over: string, under: string, shape: string, size: string }} Box what it is called, the fraction, its shape or what it is, and how large it is */

/** More inputs than these go to the left without boxes of their own. */
const INPUTS = 2;

/** The layer that the boxes are of: the one that is passed, else the one that is looked at. @param {State} state @param {Scene} scene @returns {NodeView | null} */
export function layerOf(state, scene) {
  if (!isBackward(state) || !scene.objective || state.view === 'window' || (state.node && state.at)) return null;
  const found = state.t < passEnd(state, scene) ? nodeBack(graphOf(scene.network), state.t) : state.node ? nodeOf(scene, state.node) : null;
  return found?.inputs.length ? found : null;
}

/**
 * What the boxes say of a layer: what it is given, and, for each that it read and each that it learns, the local gradient
 * and the product.
 * @param {Scene} scene @param {NodeView} layer
 * @returns {{ given: Box, ways: { local: Box, product: Box }[] }}
 */
export function boxesOf(scene, layer) {
  const strengths = new Map((scene.objective?.strengths ?? []).map((one) => [one.name, one]));
  const norm = (/** @type {string} */ name) => (strengths.has(name) ? `‖·‖ ${single(strengths.get(name)?.norm ?? 0, CELL)}` : '');
  const back = layer.inputs.filter((name) => nodeOf(scene, name)).slice(0, INPUTS).map((name) => ({
    local: { name: 'local gradient', over: `∂${layer.name}`, under: `∂${name}`, shape: localSaid(layer), size: '' },
    product: { name: 'to the left', over: '∂L', under: `∂${name}`, shape: times(nodeOf(scene, name)?.shape ?? []), size: norm(name) },
  }));
  const shares = strengths.get(layer.name)?.params ?? {}, first = layer.params.find(({ name }) => shares[name] !== undefined), letter = first?.name === 'weight' ? 'w' : first?.name ?? '';
  const learnt = first ? [{
    local: { name: '', over: `∂${layer.name}`, under: `∂${letter}`, shape: metSaid(layer, first.name), size: '' },
    product: { name: 'for the weights', over: '∂L', under: `∂${letter}`, shape: times(first.shape), size: `${single(shares[first.name], CELL)} of ‖${letter}‖` },
  }] : [];
  return { given: { name: 'given from the right', over: '∂L', under: `∂${layer.name}`, shape: times(layer.shape), size: norm(layer.name) }, ways: [...back, ...learnt] };
}

export function createBoxes() {
  const root = h('div', { class: 'boxes', role: 'group', hidden: true }), moved = changes();
  /** @param {Box} box @param {string} sign @param {string} [kind] */
  const drawn = ({ name, over, under, shape, size }, sign, kind = '') => h('li', { class: kind, data: { sign } }, name && h('small', null, name), h('b', null, h('i', null, over), h('i', null, under)), h('span', null, shape), size && h('span', null, size.replace(/ /g, '\u00a0')));
  return {
    root,
    /** @param {State} state @param {Scene | null} scene */
    update(state, scene) {
      const layer = scene && !state.present && !state.field && state.why === '' ? layerOf(state, scene) : null;
      root.hidden = !layer;
      if (!scene || !layer || !moved(layer, scene.objective, scene.trace)) return;
      const { given, ways } = boxesOf(scene, layer);
      root.setAttribute('aria-label', `The chain rule at ${layer.name}`);
      fill(root, h('ol', { class: `chain of${ways.length}` }, drawn(given, '', 'given'), ways.flatMap(({ local, product }) => [drawn(local, '·'), drawn(product, '=', 'product')])));
    },
  };
}
