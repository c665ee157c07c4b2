/** Which terms of a weighted sum belong to which of its steps. Pure. */

/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

/**
 * Per step that is a group of terms, the places of its terms. Forward the terms lie in order, a group for each channel;
 * backward they are grouped by the first axis along which the numbers that came from the right differ.
 * @param {Pick<ExplanationView, 'of' | 'products' | 'operands'>} e
 * @returns {number[][]}
 */
export function groupsOf({ of, products, operands }) {
  const [x] = operands;
  if (!products || !x) return [];
  if (of === 'activation') return chunks(products.length, x.shape[0]);
  if (!x.at?.length) return [];
  const { at } = x, first = at[0], axis = Math.max(0, first.findIndex((_, k) => at.some((cell) => cell[k] !== first[k])));
  /** @type {Map<number, number[]>} */
  const groups = new Map();
  at.forEach((cell, k) => {
    if (!groups.has(cell[axis])) groups.set(cell[axis], []);
    groups.get(cell[axis])?.push(k);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, places]) => places);
}

/** @param {number} count @param {number} groups */
const chunks = (count, groups) =>
  Array.from({ length: groups }, (_, g) => Array.from({ length: count / groups }, (_, k) => (g * count) / groups + k));
