/** The exponentials that the probabilities of softmax share, in words. Pure. */
import { column } from './digits.js';

/** The numbers that softmax divides by the sum of: their operand, the step of one's own, the step of the sum; how many are shown. */
export const SHARED = { operand: 'exp(f − max f)', own: 'exp of it', sum: 'sum of all exp', most: 10 };

/**
 * One exponential, the others that are added to it (of many the largest), and their sum, in digits that add up.
 * @param {number[]} values
 * @param {number} own
 * @param {number} sum
 * @param {string[]} labels
 * @param {number} significant
 * @returns {{ own: string, rows: [string, string][], total: string }}
 */
export function summands(values, own, sum, labels, significant) {
  const printed = column(values, sum, significant), others = values.map((_, k) => k).filter((k) => k !== own);
  const shown = others.length < SHARED.most ? others : [...others].sort((a, b) => values[b] - values[a]).slice(0, SHARED.most - 1);
  const left = others.length - shown.length;
  /** @type {[string, string][]} */
  const rows = shown.map((k) => [`exp of ${labels[k] ?? k}`, printed.parts[k]]);
  if (left > 0) rows.push([`and ${left} smaller ones`, '']);
  else if (printed.rest) rows.push(['rounding', printed.rest]);
  return { own: printed.parts[own]?.replace('+', '') ?? '', rows, total: printed.total };
}
