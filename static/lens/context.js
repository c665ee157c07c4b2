/** What every part of the lens needs to know about the number that it shows. */
import { activationScale } from '../color/scales.js';
import { nodeOf, rangeOf } from '../state/select.js';
import { themeOf } from '../ui/theme.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */
/** @typedef {import('../types.d.ts').OperandView} OperandView */
/** @typedef {import('../types.d.ts').Context} PageContext */

/**
 * open: the group of terms that is spread out. unfolded: whether small rows are shown one by one.
 * @typedef {{ significant: number, open: number | null, unfolded: boolean }} Choices
 */

/**
 * @param {Scene} scene
 * @param {State} state
 * @param {ExplanationView} explanation
 */
export function lookAt(scene, state, explanation) {
  const scale = activationScale(themeOf(state.theme));
  const node = nodeOf(scene, explanation.node);
  /** @param {string} name */
  const range = (name) => {
    const source = nodeOf(scene, name);
    return source ? rangeOf(scene, state.range, source) : 1;
  };
  return { scene, explanation, node, scale, range };
}
/** @typedef {ReturnType<typeof lookAt>} View */

/**
 * The number at which an operand's colours end: its node's range, or for parameters its own largest.
 * @param {View} view
 * @param {OperandView} operand
 */
export const ends = (view, operand) =>
  nodeOf(view.scene, operand.source) ? view.range(operand.source) : Math.max(...operand.values.filter(Number.isFinite).map(Math.abs), 0) || 1;

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
 * Whether a cell lies outside of the source: padding.
 * @param {View} view
 * @param {OperandView} operand
 * @param {number[] | null} cell
 */
export function isPadding(view, operand, cell) {
  const shape = nodeOf(view.scene, operand.source)?.shape;
  return Boolean(shape && cell?.some((place, axis) => place < 0 || place >= shape[axis]));
}
