/**
 * Numbers as text, so that a printed column adds up to the printed total: by one more digit where that does it,
 * else with what is left over said beside it. Decimal digits only; no number of the network is made here. Pure.
 */

export const SIGNIFICANT = [5, 7, 9]; // of the largest number in a column; nine tell any two float32 apart
const TRIES = 1; // more decimals than usual, for a column to add up
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
  if (!(size > 0 && Number.isFinite(size))) return { decimals: significant - 1, exponent: 0 };
  const power = Math.floor(Math.log10(size)), exponent = size < LEAST || size >= MOST ? power : 0;
  const whole = power === -1 ? 0 : power - exponent; // tenths look like ones: a column near 1 keeps its decimals
  return { decimals: Math.max(0, significant - 1 - whole), exponent };
}

/** @type {(value: number, style: Style) => number} in units of the last printed digit */
const units = (value, { decimals, exponent }) => Math.round(value * 10 ** (decimals - exponent));

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
  const all = [...values, total];
  const usual = styleFor(Math.max(...all.filter(Number.isFinite).map(Math.abs), 0), significant);
  if (!all.every(Number.isFinite)) return columnIn(values, total, usual);
  for (let more = 0; more <= TRIES; more++) {
    const style = { ...usual, decimals: usual.decimals + more };
    if (left(values, total, style) === 0) return columnIn(values, total, style);
  }
  return columnIn(values, total, usual);
}

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

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * ` × 10⁻⁶` where a column is printed in such units.
 * @param {Style} style
 */
export const unit = ({ exponent }) => (exponent === 0 ? '' : ` × 10${raised(exponent)}`);

/** @param {number} exponent */
const raised = (exponent) => (exponent < 0 ? '⁻' : '') + [...String(Math.abs(exponent))].map((digit) => RAISED[Number(digit)]).join('');
