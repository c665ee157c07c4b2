/** The gradient check on screen: what the backward pass says, what is measured, and the measured curve with its slope. */
import { single } from '../lens/digits.js';
import { said } from '../state/objective.js';
import { fill, h } from '../ui/h.js';
import { curve } from './drawing.js';
import { readable } from './edits.js';

/** @typedef {import('../types.d.ts').CheckView} CheckView */

const DIGITS = 6;
const MANY = 11; // digits of L: it moves in the sixth

const FEW = ['relative error', 'step'];

/**
 * What the two numbers say of each other, in words.
 * @param {CheckView} check
 */
export function verdict({ verdict: found, kinks, relative_error: error, analytic }) {
  if (found === 'kink') return `A kink: ${kinks.map(kink).join('; ')} within ±ε. The curve has a corner here, so there is no slope to measure.`;
  if (found === 'differs') return 'They differ: the backward pass or the measurement is wrong here.';
  if (analytic === 0) return 'They agree: this number does not matter here; the slope is 0.';
  return `They agree, but for ${single(error, 2).replaceAll(' ', '\u00a0')} of their size.`;
}

/** @param {CheckView['kinks'][number]} kink */
const kink = ({ node, kind, source, at }) =>
  (/pool|max|min/.test(kind) ? `${node} chooses another number than ${source}@${at.join(',')}` : `${node}@${at.join(',')} flips`);

/**
 * @param {HTMLElement} root @param {CheckView} check @param {string[]} labels of the classes @param {'w' | 'x'} letter of a weight, or of what is none
 */
export function showCheck(root, check, labels, letter) {
  const { at, tangent, values, objective } = check.curve, loss = said(check.objective, labels), name = readable(check.address);
  const points = values.map((value, k) => /** @type {[number, number]} */ ([value, objective[k]]));
  const rows = /** @type {[string, string, number][]} */ ([
    ['backward pass', `∂L/∂${letter}`, check.analytic], ['measured', '(L₊ − L₋) / 2ε', check.numeric],
    ['a little more', `L₊ = L(${letter} + ε)`, check.above], ['a little less', `L₋ = L(${letter} − ε)`, check.below],
    ['step', 'ε', check.step], ['relative error', '|a − m| / max', check.relative_error],
  ]);
  fill(root,
    h('h3', null, 'Is the gradient right?'),
    curve({ curve: points, line: tangent, dots: [at], said: `the ${loss} measured along ${name}, with the slope of the backward pass`, x: name, y: `L, the ${loss}, measured at ${values.length} values` }),
    h('p', { class: `verdict ${check.verdict}`, role: 'status' }, verdict(check)),
    h('table', { class: 'sum facts' }, h('tbody', null, rows.map(([what, formula, value]) =>
      h('tr', { data: { fact: what } }, h('th', { scope: 'row' }, what), h('td', { class: 'how' }, formula), h('td', { class: 'v', data: { value } }, single(value, FEW.includes(what) ? 2 : /^a little/.test(what) ? MANY : DIGITS)))))),
    h('p', { class: 'foot' }, 'The dashed line has the slope that the backward pass says. If it touches the curve, the gradient is right.'));
}
