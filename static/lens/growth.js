/** A sum while its terms are added one by one: how far it is, in the engine's own running sums. Pure. */
import { groupsOf } from './groups.js';

/** @typedef {import('./context.js').View} View */

/**
 * group: the one at work, null where what follows the products is added. whole: how many rows are complete. total: the
 * running sum. Null where all terms are there.
 * @param {Pick<View, 'explanation' | 'added'>} view
 * @returns {{ group: number | null, whole: number, total: number } | null}
 */
export function growth({ explanation: e, added }) {
  const totals = e.product_totals, steps = e.steps.filter(({ label }) => label !== 'rounding');
  if (added === null || !totals || !e.products) return null;
  const groups = groupsOf(e), products = e.products.length, extras = added - products;
  if (extras >= steps.length - groups.length) return null;
  if (extras > 0) return { group: null, whole: groups.length + extras, total: steps[groups.length + extras - 1].total };
  const group = groups.findIndex((places) => places.includes(added - 1)), last = groups[group][groups[group].length - 1] === added - 1;
  return { group, whole: group + Number(last), total: totals[added - 1] };
}

/** What of the NumPy line is at work. @param {View} view @returns {'products' | 'extra' | null} */
export function happening({ explanation: e, added }) {
  if (added === null || !e.products) return null;
  return added <= e.products.length ? 'products' : 'extra';
}
