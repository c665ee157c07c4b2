/** One number and where it comes from, as a sentence for those who listen. Pure. */
import { SHORT, single } from './digits.js';

/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

const AXES = ['channel', 'row', 'column'];

/** @type {(value: number) => string} */
const said = (value) => single(value, SHORT).replace('−', 'minus ');

/**
 * `channel 5, row 19, column 23`, or `number 3`.
 * @param {number[]} at
 */
export const placeText = (at) => (at.length === 1 ? `number ${at[0]}` : at.map((cell, axis) => `${AXES[axis] ?? 'index'} ${cell}`).join(', '));

/** @param {ExplanationView} e */
export function sentence(e) {
  const readers = e.readers.map(({ node, count }) => (count === 1 ? node : `${count} cells of ${node}`)).join(' and ');
  return `${e.node}, ${placeText(e.at)}: ${said(e.value)}. ${how(e)}${readers && ` Read by ${readers}.`}`;
}

/**
 * The same of a gradient.
 * @param {ExplanationView} e
 * @param {string} objective what is differentiated, in words
 */
export function gradientSentence(e, objective) {
  const of = e.of === 'parameter' ? `${e.node}, ${e.param} ${e.at.join(', ')}` : `${e.node}, ${placeText(e.at)}`;
  const would = e.value === 0 ? 'stay' : e.value > 0 ? 'rise' : 'fall';
  const readers = e.readers.map(({ node, count }) => (count === 1 ? node : `${count} cells of ${node}`)).join(' and ');
  return `Gradient of ${of}: ${said(e.value)}. If it grew, the ${objective} would ${would}. ${how(e)}${readers && ` It comes back from ${readers}.`}`;
}

/** @param {ExplanationView} e */
function how(e) {
  const parts = e.steps.filter(({ label }) => label !== 'rounding'), source = e.operands[0]?.source ?? '';
  if (e.picture === 'weighted_sum') {
    const largest = parts.reduce((most, step) => (Math.abs(step.value) > Math.abs(most.value) ? step : most), parts[0]);
    return `The sum of ${parts.length} part${parts.length === 1 ? '' : 's'}; the largest is ${largest.label}, ${said(largest.value)}.`;
  }
  if (e.marks.winner) return `The largest of its window in ${source}, at ${placeText(e.marks.winner)}.`;
  if (e.picture === 'copy') return source ? `The same number as in ${source}.` : 'Given, not computed.';
  return parts.map(({ label, value }) => `${label}: ${said(value)}`).join(', ') + '.';
}
