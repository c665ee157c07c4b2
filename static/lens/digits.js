/**
 * Numbers as text, everywhere on the page. Each is rounded once, from all of its digits, so a longer form begins as a
 * shorter one does, but for rounding. The number that is looked at has LONG digits wherever it stands; where a printed
 * column does not add up to its printed total, what is left over is said. Decimal digits only; no number is made. Pure.
 */

export const SIGNIFICANT = [5, 7, 9]; // of the largest number in a column; nine tell any two float32 apart
export const LONG = SIGNIFICANT[0]; // digits of the number that is looked at
export const SHORT = 4; // digits of a part of it in a picture, and of a number within a sentence
export const CELL = 3; // digits in a cell
const ROUNDING = 'rounding'; // the engine's name of float32's own rounding: no part of a column
const LEAST = 1e-3, MOST = 1e6; // outside of these a column is printed in units of a power of ten

/**
 * @typedef {{ decimals: number, exponent: number }} Style
 * @typedef {{ parts: string[], total: string, rest: string | null, style: Style }} Column
 */

/**
 * How numbers up to a size are printed.
 * @param {number} size
 * @param {number} significant
 * @returns {Style}
 */
export function styleFor(size, significant) {
  if (!(size > 0 && Number.isFinite(size))) return { decimals: 0, exponent: 0 }; // a 0 that is all there is has no digits to tell
  const power = Math.floor(Math.log10(size)), exponent = size < LEAST || size >= MOST ? power : 0;
  const whole = power === -1 ? 0 : power - exponent; // tenths look like ones: a column near 1 keeps its decimals
  return { decimals: Math.max(0, significant - 1 - whole), exponent };
}

/** @type {(value: number, style: Style) => number} in units of the last printed digit */
const units = (value, { decimals, exponent }) => Math.sign(value) * Math.round(Math.abs(value) * 10 ** (decimals - exponent));

/**
 * @param {number} value
 * @param {Style} style
 * @param {string} [plus] what stands before a positive number
 */
export function text(value, style, plus = '') {
  if (!Number.isFinite(value)) return odd(value, plus);
  return digits(units(value, style), style.decimals, plus);
}

/** @param {number} value @param {string} plus */
const odd = (value, plus) => (Number.isNaN(value) ? 'NaN' : value > 0 ? `${plus}∞` : '−∞');

/** @param {number} count @param {number} decimals @param {string} plus */
function digits(count, decimals, plus) {
  const sign = count < 0 ? '−' : count > 0 ? plus : '';
  const all = String(Math.abs(count)).padStart(decimals + 1, '0'), point = all.length - decimals;
  return `${sign}${all.slice(0, point)}${decimals ? `.${all.slice(point)}` : ''}`;
}

/**
 * @param {number[]} values
 * @param {number} total
 * @param {Style} style
 */
const left = (values, total, style) => values.reduce((rest, value) => rest - units(value, style), units(total, style));

/**
 * A column of parts and their total. `rest` is what the printed parts leave over, null when they add up.
 * @param {number[]} values
 * @param {number} total
 * @param {number} significant
 * @returns {Column}
 */
export function column(values, total, significant) {
  return columnIn(values, total, styleFor(largestOf([...values, total]), significant));
}

/** @param {number[]} values */
const largestOf = (values) => Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));

/**
 * The same in a given style.
 * @param {number[]} values
 * @param {number} total
 * @param {Style} style
 * @returns {Column}
 */
export function columnIn(values, total, style) {
  const rest = [...values, total].every(Number.isFinite) ? left(values, total, style) : 0;
  return {
    parts: values.map((value) => text(value, style, '+')),
    total: text(total, style),
    rest: rest === 0 ? null : digits(rest, style.decimals, '+'),
    style,
  };
}

/**
 * How the number that is explained is printed, in the lens and in its picture: in the style of the column that it is the
 * total of, else in its own.
 * @param {Pick<import('../types.d.ts').ExplanationView, 'picture' | 'steps' | 'operands' | 'value'>} e
 * @param {number} [significant]
 * @returns {Style}
 */
export function styleOf({ picture, steps, operands, value }, significant = LONG) {
  const parts = picture === 'weighted_sum' ? steps.filter(({ label }) => label !== ROUNDING).map((step) => step.value) : picture === 'combine' ? operands.map(({ values }) => values[0] ?? 0) : [];
  return styleFor(largestOf([...parts, value]), significant);
}

/**
 * The number that is explained, or one that its sum comes by, as text.
 * @param {Parameters<typeof styleOf>[0]} e
 * @param {number} [value]
 */
export const valueText = (e, value = e.value) => `${text(value, styleOf(e))}${unit(styleOf(e))}`;

/**
 * What printed parts leave over of a total that is printed in more digits; null where they add up.
 * @param {number[]} values
 * @param {Style} style of the parts
 * @param {number} total
 * @param {Style} long of the total
 */
export function remainder(values, style, total, long) {
  if (![...values, total].every(Number.isFinite)) return null;
  const times = 10 ** (long.decimals - style.decimals), rest = values.reduce((now, value) => now - times * units(value, style), units(total, long));
  return Math.round(rest) === 0 ? null : digits(Math.round(rest), long.decimals, '+');
}

/** Whether what is printed of a running sum is what is printed of the one before and of the part added. @param {number} before @param {number} part @param {number} total @param {Style} style */
export const adds = (before, part, total, style) => units(before, style) + units(part, style) === units(total, style);

/**
 * By how much two printed numbers differ, in the digits printed.
 * @param {number} one
 * @param {number} other
 * @param {Style} style
 */
export const difference = (one, other, style) => text((units(one, style) - units(other, style)) / 10 ** (style.decimals - style.exponent), style, '+');

/**
 * One number by itself.
 * @param {number} value
 * @param {number} significant
 */
export function single(value, significant) {
  const style = styleFor(Math.abs(value), significant);
  return `${text(value, style)}${unit(style)}`;
}

/** How many: 83,123. @param {number} count */
export const thousands = (count) => count.toLocaleString('en');

const THOUSANDTHS = { decimals: 3, exponent: 0 }, HALF_A_THOUSANDTH = 5e-4;

/** A probability, a loss or a logit among others. @param {number} value */
export const thousandths = (value) => text(value, THOUSANDTHS);

/** A probability, or the loss that it makes, by itself: one that is less than half a thousandth says how small it is, for its logarithm does: 0.443, 2.32×10⁻⁵. @param {number} value @param {number} [significant] of a small one */
export const chance = (value, significant = CELL) => (value > 0 && value < HALF_A_THOUSANDTH ? about(value, significant) : thousandths(value));

/** By how much one has changed. @param {number} value */
export const signedThousandths = (value) => text(value, THOUSANDTHS, '+');

/** A whole number as it is, another in three digits: factors such as 1, 0 and 0.250. @param {number} value */
export const factor = (value) => (Number.isInteger(value) ? String(value).replace('-', '−') : single(value, CELL));

/** A number read off a picture, in as little room as may be, in as many digits as the picture's float16 is good for: 0, 1.21, 0.0480, 1.23×10⁻⁵. @param {number} value @param {number} [significant] */
export function about(value, significant = CELL) {
  const size = Math.abs(value);
  if (size === 0 || !Number.isFinite(value)) return size === 0 ? '0' : odd(value, '');
  const power = Math.floor(Math.log10(size)), exponent = power < -3 || power > 2 ? power : 0, style = { decimals: Math.max(0, significant - 1 - power + exponent), exponent };
  return `${text(value, style)}${unit(style).replaceAll(' ', '')}`;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * ` × 10⁻⁶` where a column is printed in such units.
 * @param {Style} style
 */
export const unit = ({ exponent }) => (exponent === 0 ? '' : ` × 10${raised(exponent)}`);

/** @param {number} exponent */
const raised = (exponent) => (exponent < 0 ? '⁻' : '') + [...String(Math.abs(exponent))].map((digit) => RAISED[Number(digit)]).join('');
