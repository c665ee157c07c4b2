/** What every part of the lens needs to know about the number that it shows. */
import { activationScale, gradientScale } from '../color/scales.js';
import { spotAt } from '../anim/windows.js';
import { addedIn, grainOf } from '../state/moment.js';
import { nodeOf, rangeIn, rangeOf } from '../state/select.js';
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
  const added = addedHere(state, scene, explanation);
  const theme = themeOf(state.theme), back = explanation.of !== 'activation';
  const value = activationScale(theme), gradient = gradientScale(theme), scale = back ? gradient : value;
  const node = nodeOf(scene, explanation.node), ranges = scene.objective?.of === 'gradient' ? scene.objective.ranges : null;
  /** @param {string} source a node, ∂ before it for its gradient; undefined for what has no range of its own */
  const rangeFor = (source) => {
    const found = nodeOf(scene, source.replace(/^∂/, ''));
    if (!found || (source.startsWith('∂') && !ranges)) return undefined;
    return source.startsWith('∂') && ranges ? rangeIn(ranges, state.range, found) : rangeOf(scene, state.range, found);
  };
  return {
    scene, state, explanation, node, back, scale, added,
    /** @param {OperandView} operand */
    scaleOf: (operand) => (operand.source.startsWith('∂') ? gradient : value),
    /** @param {string} name */
    range: (name) => rangeFor(name) ?? 1,
    rangeFor,
  };
}
/** How many terms of it are added where the clock stands; null where all are shown. @param {State} state @param {Scene} scene @param {ExplanationView} explanation */
export const addedHere = (state, scene, explanation) =>
  addedIn(state, grainOf(state) === 'term' ? spotAt(scene.network, state.t, state.reading) : null, explanation);

/** @typedef {ReturnType<typeof lookAt>} View */

/**
 * The number at which an operand's colours end: its node's range, or for parameters its own largest.
 * @param {View} view
 * @param {OperandView} operand
 */
export const ends = (view, operand) => view.rangeFor(operand.source) || largest(operand.values) || 1;

/** The largest of either sign. @param {number[]} values */
export const largest = (values) => values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

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
