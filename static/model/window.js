/**
 * Which input cells an output cell reads, and who reads a cell, from five integers per axis. Pure; the same rule as
 * engine/geometry.py:   cells(i) = stride · ⌊i / every⌋ + offset + dilation · [0 .. size)
 * Cells below 0 or past the end are padding.
 */

import { cellAt, flatIndex } from './tensor.js';

/** @import { AxisRule, Cell, Shape, WindowRule } from '../types.d.ts' */
/** @typedef {AxisRule | { rows: number[][], follows: number | null }} Axis */

/** @param {number} n @returns {number[]} */
const upTo = (n) => Array.from({ length: n }, (_, i) => i);

/** @param {AxisRule} axis @param {number} i */
function forward(axis, i) {
  const start = axis.stride * Math.floor(i / axis.every) + axis.offset;
  return upTo(axis.size).map((u) => start + axis.dilation * u);
}

/** All i < n whose cells hold `cell`. @param {AxisRule} axis @param {number} cell @param {number} n */
function backward(axis, cell, n) {
  /** @type {Set<number>} */
  const found = new Set();
  for (let u = 0; u < axis.size; u++) {
    const rest = cell - axis.offset - axis.dilation * u;
    if (axis.stride === 0) {
      if (rest === 0) upTo(n).forEach((i) => found.add(i));
    } else if (rest >= 0 && rest % axis.stride === 0) {
      const first = (rest / axis.stride) * axis.every;
      for (let i = first; i < Math.min(first + axis.every, n); i++) found.add(i);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * Input cells read by output i along one axis, in reading order; `n` is the input's length.
 * @param {Axis} axis @param {number} i @param {number} n
 * @returns {number[]}
 */
export function cells(axis, i, n) {
  if ('rows' in axis) return axis.rows[i];
  return axis.inverse ? backward(axis, i, n) : forward(axis, i);
}

/**
 * Of n outputs along one axis, those that read `cell`.
 * @param {Axis} axis @param {number} cell @param {number} n
 * @returns {number[]}
 */
export function reach(axis, cell, n) {
  if ('rows' in axis) return upTo(n).filter((i) => axis.rows[i].includes(cell));
  return axis.inverse ? forward(axis, cell).filter((i) => i >= 0 && i < n) : backward(axis, cell, n);
}

/**
 * Per input axis, the cells that output cell `at` reads; their product is the window.
 * @param {WindowRule} rule @param {Cell} at @param {Shape} from the input's shape @param {Shape} to the output's shape
 * @returns {number[][]}
 */
export function windowCells(rule, at, from, to) {
  if (!rule.axes) return cellAt(from, flatIndex(to, at)).map((i) => [i]);
  return rule.axes.map((axis, k) => cells(axis, at[axis.follows ?? k] ?? 0, from[k]));
}

/**
 * Per output axis, the positions that read input cell `cell`; their product is the set of readers.
 * @param {WindowRule} rule @param {Cell} cell @param {Shape} from @param {Shape} to
 * @returns {number[][]}
 */
export function readerCells(rule, cell, from, to) {
  if (!rule.axes) return cellAt(to, flatIndex(from, cell)).map((i) => [i]);
  const readers = to.map(upTo);
  rule.axes.forEach((axis, k) => {
    const driver = axis.follows ?? k;
    if (driver >= to.length) return;
    const seen = new Set(reach(axis, cell[k], to[driver]));
    readers[driver] = readers[driver].filter((i) => seen.has(i));
  });
  return readers;
}

/** Whether each output cell reads only the input cell at its own place. @param {WindowRule} rule */
export const isPointwise = (rule) =>
  (rule.axes ?? []).every(
    (a, k) => !('rows' in a) && a.size === 1 && a.stride === 1 && a.offset === 0 && a.every === 1 && (a.follows ?? k) === k,
  ) && rule.axes !== undefined;
