/**
 * The arithmetic of one cell told of another cell of the same node, for windows that pass faster than they can be asked
 * for: what is read moves by the window rule, the steps are the engine's. Nothing is computed. Pure.
 */

import { isCell, valueAt } from './tensor.js';
import { windowCells } from './window.js';

/** @import { Cell, ExplanationView, NodeView, OperandView, Scene, Step, Tensor } from '../types.d.ts' */

/** What stands outside of the input. @type {Record<string, number>} */
const OUTSIDE = { max_pool2d: -Infinity };
/** The axes of a weight that name the output cell: of a filter its number, where each place has its own, the place too. */
const OWN = { shared: 1, local: 3, localRank: 6 };

/** Kinds whose operands are where the window rule says. */
const KNOWN = /^(conv2d|dense|locally_connected2d|max_pool2d|average_pool2d|relu|leaky_relu|tanh|sigmoid|elu)$/;

/**
 * Null where the kind reads its operands in another order, or where a parameter is not here.
 * @param {Scene} scene @param {ExplanationView} e @param {Cell} at @param {{ value: number, steps: Step[] }} made what the engine says of that cell
 * @param {Map<string, Tensor>} params by name
 * @returns {ExplanationView | null}
 */
export function movedTo(scene, e, at, { value, steps }, params) {
  const node = scene.network.nodes.find(({ name }) => name === e.node);
  if (!node || e.of !== 'activation' || !KNOWN.test(e.kind)) return null;
  const operands = e.operands.map((operand) => operandAt(scene, node, e, operand, at, params));
  if (operands.some((operand) => operand === null)) return null;
  const all = /** @type {OperandView[]} */ (operands);
  return { ...e, at, address: `${e.node}@${at.join(',')}`, value, steps, operands: all, products: null, product_totals: null, marks: winner(e, all[0], value), readers: [] };
}

/** @param {Scene} scene @param {NodeView} node @param {ExplanationView} e @param {OperandView} operand @param {Cell} at @param {Map<string, Tensor>} params @returns {OperandView | null} */
function operandAt(scene, node, e, operand, at, params) {
  const which = node.inputs.indexOf(operand.source);
  if (which >= 0) {
    const read = scene.activations.get(operand.source), rule = node.windows[which];
    if (!read || !rule) return null;
    const cells = windowCells(rule, at, read.shape, node.shape);
    return { ...operand, cells, values: product(cells).map((cell) => (isCell(read.shape, cell) ? valueAt(read, cell) : OUTSIDE[e.kind] ?? 0)) };
  }
  const tensor = params.get(operand.source.slice(node.name.length + 1));
  if (!tensor || tensor.shape.length !== operand.cells.length) return null;
  const own = tensor.shape.length === OWN.localRank ? OWN.local : OWN.shared;
  const cells = operand.cells.map((axis, k) => (k < own ? [at[k]] : axis));
  return { ...operand, cells, values: product(cells).map((cell) => valueAt(tensor, cell)) };
}

/** All cells of a product of axes, in reading order. @param {number[][]} axes */
export const product = (axes) => axes.reduce((/** @type {Cell[]} */ cells, axis) => cells.flatMap((cell) => axis.map((i) => [...cell, i])), [[]]);

/** The first cell that holds the largest, where the kind names one. @param {ExplanationView} e @param {OperandView} x @param {number} value @returns {Record<string, Cell>} */
function winner(e, x, value) {
  const near = (/** @type {number} */ a) => Math.abs(a - value) <= 1e-3 * Math.max(1, Math.abs(value)); // what is read may be rounded to float16
  const k = e.marks.winner ? x.values.findIndex(near) : -1;
  return k < 0 ? {} : { winner: product(x.cells)[k] };
}
