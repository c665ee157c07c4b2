/** By how much an edit changes the number, where the stage shows what edits change: in the colour that it has there. */
import { isDifference } from '../lab/differing.js';
import { valueAt } from '../model/tensor.js';
import { rangeIn } from '../state/select.js';
import { h } from '../ui/h.js';
import { LONG, single } from './digits.js';

/** @typedef {import('./context.js').View} View */

/** Whether the stage's colours are of differences, and the number's own colour is not among them. @param {View} view */
export const isApart = ({ state, scene }) => isDifference(state, scene);

/** @param {View} view */
export function apart({ explanation: e, state, scene, node, scale }) {
  const { change } = scene, tensor = isDifference(state, scene) && e.of === 'activation' ? change?.tensors?.get(e.node) : null;
  if (!tensor || !node || !change) return null;
  const value = valueAt(tensor, e.at), end = rangeIn(change.ranges, state.range, node) || 1;
  return h('p', { class: 'apart' }, h('i', { class: 'swatch', style: { background: scale.css(value, end) } }), 'new − old ', h('b', null, single(value, LONG)));
}
