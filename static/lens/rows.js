/** The rows of a sum: one per step, or, where there are hundreds, the large ones and what lies between them. Pure. */

import { groupsOf } from './groups.js';

/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

/**
 * group: the group of terms that the row adds, null for a bias and for a fold. last: the last step that is in it.
 * @typedef {{ label: string, value: number, total: number, group: number | null, folded: boolean, last: number }} Row
 */

const MANY = 26; // rows that fit without folding
const LARGE = 9; // rows that stay when the others are folded
const NEAR = { before: 9, after: 4 }; // rows around the one at work
const ROUNDING = 'rounding'; // the engine's name of float32's own rounding: it is in what the digits leave over

/**
 * groups: how many of the steps are groups of terms.
 * @param {Pick<ExplanationView, 'of' | 'steps' | 'products' | 'operands'>} e
 * @param {boolean} unfolded
 * @param {number | null} [near] the step at work, where they are added one by one
 * @returns {{ shown: Row[], groups: number }}
 */
export function rows({ of, steps, products, operands }, unfolded, near = null) {
  const groups = groupsOf({ of, products, operands }).length;
  const all = steps.filter(({ label }) => label !== ROUNDING)
    .map((step, k) => ({ ...step, group: k < groups ? k : null, folded: false, last: k }));
  if (all.length <= MANY || (unfolded && near === null)) return { shown: all, groups };
  return { shown: near === null ? folded(all) : around(all, near), groups };
}

/** The rows beside the one at work; those before it and those to come as one each, but for what is added last. @param {Row[]} all @param {number} near */
function around(all, near) {
  const first = Math.max(0, near - NEAR.before), end = Math.min(all.length, near + NEAR.after + 1), extra = all.length - 1;
  return [
    ...(first > 1 ? [fold(all, 0, first)] : all.slice(0, first)), ...all.slice(first, end),
    ...(end < extra - 1 ? [fold(all, end, extra)] : all.slice(end, extra)), ...(end <= extra ? [all[extra]] : []),
  ];
}

/** @param {Row[]} all @returns {Row[]} */
function folded(all) {
  const sizes = all.map(({ value }) => Math.abs(value)).sort((a, b) => b - a);
  const keeps = (/** @type {Row} */ row) => row.group === null || !(Math.abs(row.value) < sizes[LARGE - 1]);
  /** @type {Row[]} */
  const shown = [];
  for (let k = 0; k < all.length; k++) {
    const start = k;
    while (k < all.length && !keeps(all[k])) k += 1;
    if (k - start > 1) shown.push(fold(all, start, k));
    else if (k > start) shown.push(all[start]);
    if (k < all.length) shown.push(all[k]);
  }
  return shown;
}

/**
 * Rows from `start` up to `end` as one: what they add is the difference of the engine's running sums.
 * @param {Row[]} all
 * @param {number} start
 * @param {number} end
 * @returns {Row}
 */
function fold(all, start, end) {
  const { total } = all[end - 1], before = start ? all[start - 1].total : 0;
  const [first, last] = [all[start].label, all[end - 1].label], same = /^\D+(?=\d)/.exec(first)?.[0];
  const label = `${first} … ${same && last.startsWith(same) ? last.slice(same.length) : last}`;
  return { label, value: total - before, total, group: null, folded: true, last: end - 1 };
}
