/** What a step of the pass did, as a sentence for those who listen: the layer, its strongest number, and where that is. Pure. */
import { placeText } from '../lens/speak.js';
import { isBackward, said } from '../state/objective.js';
import { liveliest, nodeOf, times } from '../state/select.js';
import { about, chance } from '../lens/digits.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').Tensor} Tensor */

/** @type {(value: number) => string} */
const spoken = (value) => about(value).replace('−', 'minus ');

/**
 * @param {Pick<State, 't' | 'objective' | 'show'>} state
 * @param {Scene} scene
 */
export function stepText(state, scene) {
  const layers = scene.network.nodes.filter(({ inputs }) => inputs.length > 0), count = layers.length, { t } = state;
  if (t <= 0) return 'Nothing is computed yet: the input alone.';
  if (t < count) return `Computed${t % 1 ? ' in part' : ''}: ${strongest(scene, layers[Math.ceil(t) - 1].name, scene.activations)}`;
  if (!isBackward(state) || t === count) return done(scene);
  if (!scene.objective) return 'The gradients are on their way.';
  if (t <= count + 1) return `The ${said(scene.objective.name, scene.network.labels)} is ${spoken(scene.objective.value)}.`;
  const through = layers[Math.max(0, 2 * count + 1 - Math.ceil(t))];
  const whole = t >= 2 * count + 1 ? 'The backward pass is done: back' : 'Back';
  return `${whole} through ${through.name} to ${strongest(scene, through.inputs[0], scene.gradients)}`;
}

/** @param {Scene} scene */
function done({ trace }) {
  const top = trace.prediction?.top[0];
  return `The forward pass is done.${top ? ` It says ${top.label}, probability ${chance(top.probability)}.` : ''}`;
}

/** @param {Scene} scene @param {string} name @param {Map<string, Tensor> | null} tensors */
function strongest(scene, name, tensors) {
  const node = nodeOf(scene, name), data = tensors?.get(name)?.data;
  if (!node || !tensors || !data) return `${name}.`;
  const at = liveliest({ ...scene, activations: tensors }, node);
  const place = at.reduce((sum, cell, axis) => sum * node.shape[axis] + cell, 0);
  return `${name}. Of its ${times(node.shape)} numbers the strongest is ${placeText(at)}: ${spoken(data[place])}.`;
}
