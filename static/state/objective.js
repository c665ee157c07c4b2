/** What is differentiated, as text in the state and as words on the screen; and how long the pass is with it. Pure. */
import { liveliest } from './select.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const PATTERN = /^(?:(loss|logit):(\d{1,6})|unit:(.{1,200})@(\d{1,9}(?:,\d{1,9}){0,5}))$/;

/**
 * @typedef {{ kind: 'loss' | 'logit', index: number } | { kind: 'unit', node: string, at: number[] }} Objective
 */

/**
 * `loss:3` → what it says; null where it says nothing.
 * @param {string} text
 * @returns {Objective | null}
 */
export function objectiveOf(text) {
  const found = PATTERN.exec(text);
  if (!found) return null;
  const [, kind, index, node, at] = found;
  if (node) return { kind: 'unit', node, at: at.split(',').map(Number) };
  return { kind: kind === 'loss' ? 'loss' : 'logit', index: Number(index) };
}

/**
 * `loss if it is a cat`, `logit of dog`, `conv2@3,5,7`.
 * @param {string} text
 * @param {string[]} labels
 */
export function said(text, labels) {
  const found = objectiveOf(text);
  if (!found) return text;
  if (found.kind === 'unit') return `${found.node}@${found.at.join(',')}`;
  const label = labels[found.index] ?? `class ${found.index}`;
  return found.kind === 'loss' ? `loss for ${label}` : `logit of ${label}`;
}

/** The loss, were this the right class. @param {number} index */
export const classOf = (index) => `loss:${index}`;

/**
 * The backward pass from what a person most likely means: the loss for the picture's own label, else for the class that
 * the network says; without classes, from the selected number, else from the liveliest of what comes out.
 * @param {State} state
 * @param {Scene | null} scene
 * @returns {Partial<State>}
 */
export function backwards(state, scene) {
  if (!scene) return {};
  const { network, image, trace } = scene, own = image.label === null ? -1 : network.labels.indexOf(image.label);
  const index = own >= 0 ? own : trace.prediction?.top[0]?.index;
  if (trace.prediction && index !== undefined) return { objective: classOf(index), show: 'gradient' };
  const output = network.nodes.find((node) => node.name === network.output) ?? network.nodes[network.nodes.length - 1];
  const unit = state.node && state.at ? { node: state.node, at: state.at } : { node: output.name, at: liveliest(scene, output) };
  return { objective: `unit:${unit.node}@${unit.at.join(',')}`, show: 'gradient' };
}

/**
 * How many layers the pass has; inputs are given, not computed.
 * @param {Scene | null} scene
 */
export const layers = (scene) => scene?.network.nodes.filter((node) => node.inputs.length > 0).length ?? Infinity;

/**
 * Where the pass ends: after the last layer, or, where gradients are shown, after the loss and every layer backward.
 * @param {Pick<State, 'objective' | 'show'>} state
 * @param {Scene | null} scene
 */
export const passEnd = (state, scene) => (isBackward(state) ? 2 * layers(scene) + 1 : layers(scene));

/** Whether gradients are shown. @param {Pick<State, 'objective' | 'show'>} state */
export const isBackward = ({ objective, show }) => objective !== '' && show !== 'value';

/**
 * What the lens shows of the selection: its number, or the gradient of it or of a weight.
 * @param {State} state
 * @param {Scene} scene
 */
export const lensOf = (state, scene) => (isBackward(state) || (state.objective && state.weight) ? scene.backward : scene.explanation);

/**
 * The address of what the lens is to show: `conv2@3,5,7`, `∂conv2@3,5,7`, `∂conv2.weight@3,0,1,1`.
 * @param {State} state
 */
export function lensAddress({ objective, show, node, at, weight }) {
  if (objective && weight) return `∂${weight.node}.${weight.param}@${weight.at.join(',')}`;
  return node && at ? `${isBackward({ objective, show }) ? '∂' : ''}${node}@${at.join(',')}` : '';
}
