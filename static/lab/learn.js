/** Honest training steps on this picture: what a step is made of, what it promises, what it does. */
import { activationScale, gradientScale } from '../color/scales.js';
import { single, styleFor, text, unit } from '../lens/digits.js';
import { said } from '../state/objective.js';
import { fill, h } from '../ui/h.js';
import { cells, curve, drawnOf } from './drawing.js';
import { parts, readable, withLearning } from './edits.js';
import { reach } from './plot.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Learning} Learning */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').StepsView} StepsView */

/** @type {[string, string, string][]} */
const OPTIMIZERS = [
  ['sgd', 'plain descent', 'w′ = w − η · dw'],
  ['momentum', 'momentum', 'v = 0.9 v + dw;  w′ = w − η · (dw + 0.9 v)'],
  ['adam', 'Adam', 'w′ = w − η · m̂ / (√v̂ + ε)'],
];
const RATES = ['0.0001', '0.0003', '0.001', '0.003', '0.01', '0.03', '0.1', '1'];
const MANY = 5; // steps of the larger button
const DIGITS = 5;
const OF_WEIGHT = 7; // so that w − Δ = w′ is seen
const TAKEN = ['w', 'Δ', 'w′'];

/**
 * How the page learns: as its edits say, else by plain descent from here, no step yet.
 * @param {Pick<State, 'edit' | 'objective'>} state
 * @param {{ optimizer: string, rate: string }} chosen
 * @returns {Learning}
 */
export const learningOf = ({ edit, objective }, chosen) => parts(edit).learn ?? { ...chosen, count: 0, objective };

/** @param {Pick<Context, 'store' | 'actions'>} context */
export function createLearn({ store, actions }) {
  const chosen = { optimizer: 'sgd', rate: '0.001' };
  const now = () => learningOf(store.get(), chosen);
  /** @param {Partial<Learning>} change */
  const to = (change) => {
    const learning = { ...now(), ...change };
    Object.assign(chosen, { optimizer: learning.optimizer, rate: learning.rate });
    const edit = withLearning(store.get().edit, learning);
    if (edit === store.get().edit) changed();
    else actions.setEdit(edit);
  };
  let changed = () => {};
  const optimizer = h('select', { 'aria-label': 'Optimizer', on: { change: () => to({ optimizer: optimizer.value }) } }, OPTIMIZERS.map(([value, name]) => h('option', { value }, name)));
  const rate = h('select', { 'aria-label': 'Learning rate', title: 'Learning rate η', on: { change: () => to({ rate: rate.value }) } }, RATES.map((value) => h('option', { value }, value)));
  const button = (/** @type {string} */ name, /** @type {string} */ title, /** @type {() => void} */ click) => h('button', { class: 'key', title, on: { click } }, name);
  const back = button('step back', 'One step back, to the bit', () => to({ count: Math.max(0, now().count - 1) }));
  const reset = button('reset', 'No step made', () => to({ count: 0 }));
  const told = h('div', null), head = h('div', { class: 'learnhead' },
    h('p', null, optimizer, ' with η = ', rate),
    h('p', { class: 'keys' }, back, button('step', 'One training step on this picture', () => to({ count: now().count + 1 })), button(`${MANY} steps`, `${MANY} training steps`, () => to({ count: now().count + MANY })), reset));

  return {
    now,
    /** @param {() => void} run when another question is to be asked that is no edit */
    onChange: (run) => (changed = run),
    /** @param {HTMLElement} root @param {StepsView} steps @param {string[]} labels @param {'light' | 'dark'} theme */
    show(root, steps, labels, theme) {
      [optimizer.value, back.disabled, reset.disabled] = [steps.optimizer, steps.count === 0, steps.count === 0];
      const own = String(steps.rate);
      if (!RATES.includes(now().rate) && ![...rate.options].some(({ value }) => value === now().rate)) rate.append(h('option', { value: now().rate }, own));
      rate.value = now().rate;
      fill(told, ...story(steps, labels, theme));
      if (!root.contains(head)) fill(root, h('h3', null, 'Learn from this picture'), head, told);
    },
  };
}

/** @param {StepsView} steps @param {string[]} labels @param {'light' | 'dark'} theme */
function story(steps, labels, theme) {
  const { count, values, next, predicted, actual, terms, filter, address } = steps, loss = said(steps.objective, labels);
  const points = [...values, next].map((value, k) => /** @type {[number, number]} */ ([k, value]));
  const [promise, kept] = [predicted[count], actual[count]];
  return [
    h('p', { class: 'verdict' }, `${count === 0 ? 'No step yet' : `After ${count} step${count === 1 ? '' : 's'}`}: the ${loss} is `, h('b', { data: { loss: values[count] } }, single(values[count], DIGITS)),
      `. Step ${count + 1}: the gradient predicts `, h('b', { data: { predicted: promise } }, signed(promise)), ', actual ', h('b', { data: { actual: kept } }, signed(kept)), '.'),
    curve({ curve: points, dots: points.slice(0, -1).slice(-1), ring: points.slice(-1), said: `the ${loss} after each step`, x: 'step', counts: true, y: `L, the ${loss}, after each step` }),
    terms.length > 0 && h('table', { class: 'sum facts' },
      h('caption', null, `step ${count + 1} of ${readable(address)}: `, h('span', { class: 'how' }, OPTIMIZERS.find(([name]) => name === steps.optimizer)?.[2] ?? '')),
      h('tbody', null, terms.map(({ symbol, value }) => h('tr', { data: { term: symbol } }, h('th', { scope: 'row' }, symbol === 'Δ' ? 'Δ = η · …' : symbol), h('td', { class: 'v', data: { value } }, printed(symbol, value, terms)))))),
    filter && wholeFilter(filter, address, theme),
    terms.length === 0 && h('p', { class: 'foot' }, 'Click a weight in the lens to see its own step.'),
  ];
}

/** @param {NonNullable<StepsView['filter']>} filter @param {string} address @param {'light' | 'dark'} theme */
function wholeFilter({ shape, before, gradient, after }, address, theme) {
  const value = activationScale(theme), slope = gradientScale(theme), range = reach([...before, ...after]);
  const count = before.length, shown = drawnOf(shape);
  return h('div', null, h('dl', { class: 'filters' },
    h('dt', null, 'w'), h('dd', null, cells(before, shape, value, range, `the filter of ${readable(address)}`)),
    h('dt', null, 'dw'), h('dd', null, cells(gradient, shape, slope, reach(gradient), 'its gradient')),
    h('dt', null, 'w′'), h('dd', null, cells(after, shape, value, range, 'the filter after the step'))),
    shown < count && h('p', { class: 'foot' }, `The first ${shown} of ${count} numbers of the filter.`));
}

/** What is subtracted stands in the digits of what it is subtracted from. @param {string} symbol @param {number} value @param {StepsView['terms']} terms */
function printed(symbol, value, terms) {
  const style = styleFor(Math.max(...terms.filter((term) => TAKEN.includes(term.symbol)).map((term) => Math.abs(term.value)).filter(Number.isFinite), 0), OF_WEIGHT);
  return TAKEN.includes(symbol) ? `${text(value, style)}${unit(style)}` : single(value, DIGITS);
}

/** @param {number} value */
const signed = (value) => `${value > 0 ? '+' : ''}${single(value, 4)}`;
