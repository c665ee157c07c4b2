/** How fine numbers must be sent for their colours to be told apart. Pure. */

/** @typedef {import('../types.d.ts').Ranges} Ranges */

/** Below it float16 has fewer digits with every halving, and at 6e-8 none: a range of this size still has all its colours. */
const FINE = 1e-4;

/** What carries numbers of these ranges. @param {Ranges} ranges @returns {'float16' | 'float32'} */
export const carrier = (ranges) => (Object.values(ranges.node).some((range) => range > 0 && range < FINE) ? 'float32' : 'float16');
