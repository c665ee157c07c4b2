/** The arithmetic that is no weighted sum: one window and its winner, a curve, a row against its neighbours, a copy. */
import { address } from '../state/url.js';
import { h, svg } from '../ui/h.js';
import { ends, isPadding } from './context.js';
import { cellOf } from './operands.js';
import { column, single, styleFor, text } from './digits.js';
import { SHARED, summands } from './shared.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('./context.js').Choices} Choices */
/** @typedef {import('../types.d.ts').OperandView} OperandView */
/** @typedef {(name: string, at: number[]) => HTMLElement} Link */

const MANY = 25; // cells of a window that are read one by one
const SIZE = 56; // of the little curve, units of its drawing

/**
 * The numbers of one window as it lies in its map; the winner in ink.
 * @param {View} view
 * @param {Choices} choices
 * @param {Link} link
 */
export function reduce(view, choices, link) {
  const { explanation: e } = view, [x] = e.operands, winner = e.marks.winner?.join();
  const style = styleFor(Math.max(...x.values.filter(Number.isFinite).map(Math.abs), 0), choices.significant);
  const across = x.cells.length ? x.cells[x.cells.length - 1].length : x.values.length;
  const cells = x.values.map((value, k) => windowCell(view, x, k, text(value, style), winner));
  const many = x.values.length > MANY;
  return [
    h('div', { class: 'window', style: { '--across': across } }, many ? null : cells),
    !many && e.marks.winner && h('p', { class: 'line' }, 'max(', x.values.flatMap((value, k) =>
      [k ? ', ' : '', h(cellOf(x, k)?.join() === winner ? 'b' : 'span', null, text(value, style))]), ') = ', h('b', null, text(e.value, style))),
    e.marks.winner
      ? h('p', { class: 'prose' }, 'The winner is ', link(x.source, e.marks.winner), equals(x, e.value),
        x.values.length > 1 && ' The others could have been anything smaller: they do not reach the loss.')
      : sequence(view, choices),
  ];
}

/** @param {OperandView} x @param {number} value Ties go to the first. */
function equals(x, value) {
  const count = x.values.filter((other) => other === value).length;
  return count > 1 ? `, the first of ${count} equal ones.` : '.';
}

/**
 * @param {View} view
 * @param {OperandView} x
 * @param {number} k
 * @param {string} shown
 * @param {string | undefined} winner
 */
function windowCell(view, x, k, shown, winner) {
  const value = x.values[k], cell = cellOf(x, k), range = ends(view, x), padding = isPadding(view, x, cell);
  return h('b', {
    class: `${cell?.join() === winner ? 'winner' : ''} ${padding ? 'padding' : ''}`,
    title: padding ? 'padding: outside of the map, never the largest' : cell && address(x.source, cell),
    style: padding ? {} : { background: view.scale.css(value, range), color: view.scale.ink(value, range) },
  }, padding ? '' : shown);
}

/**
 * One number in, one out; for relu the curve with the point on it.
 * @param {View} view
 * @param {Choices} choices
 * @param {Link} link
 */
export function pointwise(view, choices, link) {
  const { explanation: e } = view, [x] = e.operands;
  if (e.kind !== 'relu') return [sequence(view, choices)];
  const value = x.values[0], cell = cellOf(x, 0), open = value > 0;
  return [
    h('div', { class: 'curve' }, curve(value), h('p', { class: 'prose' },
      cell && link(x.source, cell), ` is ${single(value, choices.significant)}, `,
      open ? 'above 0: the gate is open, it goes through unchanged.'
        : value === 0 ? 'exactly 0, and 0 it stays.' : 'below 0: the gate is shut, and 0 goes on.')),
  ];
}

/** @param {number} value */
function curve(value) {
  const middle = SIZE / 2, reach = 2 * Math.max(Math.abs(value), 1e-9), x = middle + (value / reach) * middle, y = middle - (Math.max(value, 0) / reach) * middle;
  return svg('svg', { viewBox: `0 0 ${SIZE} ${SIZE}`, role: 'img', 'aria-label': 'the curve max(0, x) with this number on it' },
    svg('path', { class: 'axis', d: `M0 ${middle}H${SIZE}M${middle} 0V${SIZE}` }),
    svg('path', { d: `M0 ${middle}H${middle}L${SIZE} 0` }),
    svg('circle', { cx: x.toFixed(2), cy: y.toFixed(2), r: 3.4 }));
}

/**
 * Steps that follow from one another and do not add up; of softmax, the sum of exponentials that is among them does.
 * @param {View} view
 * @param {Choices} choices
 */
export function sequence({ explanation: e, scene }, { significant }) {
  const steps = e.steps.filter(({ label }) => label !== 'rounding');
  const shared = e.operands.find(({ name }) => name === SHARED.operand)?.values;
  const own = e.at[e.operands[0]?.cells.findIndex((cells) => cells.length === shared?.length)] ?? -1;
  const added = shared && summands(shared, own, steps.find(({ label }) => label === SHARED.sum)?.value ?? 0, scene.network.labels, significant);
  const row = (/** @type {string} */ label, /** @type {string} */ value) => h('tr', { data: { part: label } }, h('th', { scope: 'row' }, label), h('td', { class: 'v' }, value));
  return h('table', { class: 'sum steps' },
    h('caption', { class: 'spoken' }, `The steps to ${e.address}`),
    h('tbody', null, steps.flatMap(({ label, value }) => {
      if (added && label === SHARED.sum) return [...added.rows.map(([name, text]) => row(name, text)), row(label, added.total)];
      return [row(label, (label === SHARED.own && added?.own) || single(value, significant))];
    })),
    h('tfoot', null, h('tr', null, h('th', { scope: 'row' }, e.address), h('td', { class: 'v', data: { total: '' } }, single(e.value, significant)))));
}

/**
 * The same number at another place; for an input, where its numbers come from.
 * @param {View} view
 * @param {Link} link
 */
export function copy({ explanation: e, scene }, link) {
  const [x] = e.operands, cell = x && cellOf(x, 0), how = scene.network.preprocessing;
  if (x && cell) return [h('p', { class: 'prose' }, 'The same number as ', link(x.source, cell), ', read at another place.')];
  if (!how) return [h('p', { class: 'prose' }, 'Given to the network, not computed by it.')];
  const c = e.at[0];
  return [
    h('p', { class: 'prose' }, 'Given to the network: the pixel of the picture, cropped to a square, scaled to ',
      `${how.size.join('×')} and normalised.`),
    h('p', { class: 'line' }, `(pixel / ${how.scale} − `, h('b', null, how.mean[c]), ') / ', h('b', null, how.std[c]), ` in channel ${how.channels[c] ?? c}`),
  ];
}

/**
 * One number from each of several inputs.
 * @param {View} view
 * @param {Choices} choices
 * @param {Link} link
 */
export function combine(view, choices, link) {
  const { explanation: e } = view;
  const printed = column(e.operands.map(({ values }) => values[0]), e.value, choices.significant);
  return [h('table', { class: 'sum steps' }, h('tbody', null, e.operands.map((operand, k) => {
    const cell = cellOf(operand, 0);
    return h('tr', null, h('th', { scope: 'row' }, cell ? link(operand.source, cell) : operand.name), h('td', { class: 'v' }, printed.parts[k]));
  })), h('tfoot', null, h('tr', null, h('th', { scope: 'row' }, e.address), h('td', { class: 'v', data: { total: '' } }, printed.total))))];
}
