/** Two numbers side by side: what they are, what each is made of, and by how much they differ. Pure. */

import { columnIn, difference, styleFor } from '../lens/digits.js';

/** @import { ExplanationView } from '../types.d.ts' */
/** @typedef {{ label: string, one: string, other: string, apart: string }} Row */

/** Parts that are told; of more, those that differ most. */
const MOST = 12;

/**
 * The rows of the comparison, the value last; only the value where the two are not made in the same way.
 * @param {ExplanationView} one @param {ExplanationView} other @param {number} significant
 * @returns {{ rows: Row[], left: number }} left: parts that are not told
 */
export function compared(one, other, significant) {
  const parts = (/** @type {ExplanationView} */ e) => e.steps.filter(({ label }) => label !== 'rounding');
  const [a, b] = [parts(one), parts(other)], same = one.kind === other.kind && a.length === b.length && a.every(({ label }, k) => label === b[k].label);
  const values = [one.value, other.value, ...(same ? [...a, ...b].map(({ value }) => value) : [])];
  const style = styleFor(Math.max(0, ...values.filter(Number.isFinite).map(Math.abs)), significant);
  const row = (/** @type {string} */ label, /** @type {number} */ x, /** @type {number} */ y) => {
    const [left, right] = columnIn([x, y], 0, style).parts;
    return { label, one: left, other: right, apart: difference(x, y, style) };
  };
  const all = same && a.length > 1 ? a.map(({ label, value }, k) => ({ ...row(label, value, b[k].value), size: Math.abs(value - b[k].value) })) : [];
  const least = all.length > MOST ? [...all].sort((p, q) => q.size - p.size)[MOST - 1].size : -1;
  const told = all.filter(({ size }) => size >= least).slice(0, MOST);
  return { rows: [...told.map(({ label, one: x, other: y, apart }) => ({ label, one: x, other: y, apart })), row('value', one.value, other.value)], left: all.length - told.length };
}
