/** Where the numbers of an operand stand, and the product that they are in. Pure. */

/** @typedef {import('../types.d.ts').OperandView} OperandView */

/**
 * The cell of the source that the k-th of an operand's numbers was read from, null where it stands nowhere.
 * @param {OperandView} operand
 * @param {number} k
 * @returns {number[] | null}
 */
export function cellOf({ cells, at }, k) {
  if (at) return at[k];
  if (!cells.length) return null;
  const cell = [];
  for (let axis = cells.length - 1, rest = k; axis >= 0; axis--) {
    cell.unshift(cells[axis][rest % cells[axis].length]);
    rest = Math.floor(rest / cells[axis].length);
  }
  return cell;
}

/**
 * The very product that is added, with the place of each of its numbers; null where none is.
 * @param {import('../types.d.ts').ExplanationView} e
 * @param {number | null} added terms
 * @param {readonly number[]} [shape] of what is read: outside of it is padding
 */
export function liveTerm({ of, products, operands: [x, w] }, added, shape) {
  if (added === null || of !== 'activation' || !products || !w || added > products.length) return null;
  const [from, by] = [x, w].map((operand) => cellOf(operand, added - 1));
  if (!from || !by) return null;
  const padding = from.some((place, axis) => place < 0 || (shape !== undefined && place >= shape[axis]));
  return `${padding ? '0' : `X[${[0, ...from].join(', ')}]`} * W[${by.join(', ')}]${padding ? '  (padding)' : ''}`;
}
