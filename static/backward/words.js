/** How each kind of layer gives back: as a headline, and beside what it sends. Pure. */

/** @import { GivingView, NodeView } from '../types.d.ts' */

/** @type {[RegExp, string][]} */
const GIVES = [
  [/^conv2d$/, 'its gradient times the filter, into its window'], [/^(conv_transpose2d|locally_connected2d)$/, 'its gradient times its weights, into its window'],
  [/max_pool/, 'all of it to the largest'], [/^dense$/, 'its gradient times its row of weights'], [/softmax/, 'to every logit, for they share one sum'],
  [/^(average_pool2d|global_average_pool)$/, 'to each an equal share'], [/^relu$/, 'through the gate, or nothing'], [/^batch_norm$/, 'times the factor of its channel'],
  [/^mean_subtraction$/, 'to itself, less a share to every channel'], [/^(add|sum)$/, 'a copy to each that was added'], [/^concat$/, 'each to where it came from'],
  [/^(flatten|reshape|squeeze|unsqueeze|transpose|identity)$/, 'the same number, at its old place'], [/^resize$/, 'in the shares that it was mixed of'],
];

/** What a kind of layer gives back, in a few words. @param {NodeView} node */
export const givesSaid = ({ kind, config }) =>
  (kind === 'batch_norm' && config.training_mode ? 'to its whole channel, over which it was measured' : GIVES.find(([known]) => known.test(kind))?.[1] ?? 'its gradient, times what each did to it');

/**
 * What one output gives to its k-th input, in words.
 * @param {NodeView} node @param {GivingView} giving @param {number} k @param {number} channel of the input @param {boolean} read whether it read any of it
 */
export function saysOf({ kind, config, inputs, summary }, { sources, tensors, at }, k, channel, read) {
  const local = tensors.get(`local x${k}`)?.data ?? [], { name, cells } = sources[k], factor = local.length === 1 ? local[0] : NaN;
  if (!read) return `nothing: this output was not read from ${name}`;
  if (/max_pool/.test(kind)) return `all of it to the stored index, ${largest(local, cells)}`;
  if (/^(average_pool2d|global_average_pool)$/.test(kind)) return `to each 1/${Array.from(local).filter((x) => x !== 0).length} of it: an average spreads`;
  if (kind === 'relu') return factor ? 'the gate is open: it goes through' : 'the gate is shut: nothing goes back';
  if (kind === 'batch_norm') return config.training_mode ? 'the mean and the variance were measured over all of them' : `γ / √(σ² + ε), the same all over channel ${channel}`;
  if (kind === 'mean_subtraction') return `δ − 1/${local.length}: to its own channel 1 − 1/${local.length}, to the others −1/${local.length}`;
  if (/^(add|sum)$/.test(kind)) return inputs.length > 1 ? 'an add copies: each gets all of it' : 'all of it';
  if (kind === 'concat') return `channel ${at[0]} of the whole was channel ${channel} here`;
  if (factor === 1) return 'the same number, at the place where it was read';
  return local.length === 1 ? `${summary}: times its slope there` : 'to each, times what it did to the output';
}

/** Where the largest share goes: `row 3, column 7`. @param {ArrayLike<number>} local @param {number[][]} cells */
function largest(local, cells) {
  const k = Array.from(local).findIndex((x) => x !== 0), columns = cells[cells.length - 1];
  if (k < 0 || cells.length < 2) return 'the largest';
  const rows = cells[cells.length - 2];
  return `row ${rows[Math.floor(k / columns.length) % rows.length]}, column ${columns[k % columns.length]}`;
}

/** @type {[RegExp, string][]} */
const LOCAL = [
  [/^conv2d$/, 'its filters, turned around'], [/^dense$/, 'W, read as Wᵀ'], [/^relu$/, '1 where x > 0, else 0'], [/max_pool/, '1 at the largest, else 0'],
  [/^(average_pool2d|global_average_pool)$/, '1/n for each of n'], [/^batch_norm$/, 'γ / √(σ² + ε)'], [/^mean_subtraction$/, 'δ − 1/D'], [/^softmax$/, 'p (δ − p)'],
  [/^(add|sum)$/, '1: a copy'], [/^concat$/, '1: its own part'], [/^(flatten|reshape|squeeze|unsqueeze|transpose|identity|dropout)$/, '1, at its old place'],
];

/** What a layer's output does when its input grows. @param {NodeView} node */
export const localSaid = ({ kind, config }) => (kind === 'batch_norm' && config.training_mode ? 'through mean and variance' : LOCAL.find(([known]) => known.test(kind))?.[1] ?? 'the slope of each');

/** The same of a parameter: what it was multiplied by. @param {NodeView} node @param {string} param */
export const metSaid = ({ kind, inputs }, param) =>
  (param === 'bias' ? '1, at every place' : /norm/.test(kind) ? 'x, normalised' : /^conv/.test(kind) ? `the patches of ${inputs[0]}` : `${inputs[0]}, what it met`);
