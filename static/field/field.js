/** All that one number has seen: its window in what it reads, the windows of those numbers, and so on back. Pure. */

import { cellAt, flatIndex } from '../model/tensor.js';
import { cells } from '../model/window.js';

/** @import { Cell, NodeView, Shape, WindowRule } from '../types.d.ts' */
/** @import { Graph } from '../stage.d.ts' */

/** From the first to the last cell of each axis. @typedef {[number, number][]} Ranges */

/**
 * For every node that the number depends on, the smallest block of cells that holds what it depends on.
 * @param {Graph} graph @param {string} name @param {Cell} at
 * @returns {Map<string, Ranges>} the number's own node first
 */
export function fieldOf(graph, name, at) {
  /** @type {Map<string, Ranges>} */
  const field = new Map([[name, at.map((i) => /** @type {[number, number]} */ ([i, i]))]]);
  for (let k = graph.index.get(name) ?? -1; k >= 0; k--) {
    const node = graph.nodes[k], ranges = field.get(node.name);
    if (!ranges) continue;
    node.inputs.forEach((input, which) => {
      const source = graph.byName.get(input), rule = node.windows[which];
      const seen = source && rule ? seenBy(rule, ranges, source, node) : null;
      if (seen) field.set(input, union(field.get(input), seen));
    });
  }
  return field;
}

/** What a block of a node's numbers reads of one input; null where it is padding alone. @param {WindowRule} rule @param {Ranges} ranges @param {NodeView} source @param {NodeView} node @returns {Ranges | null} */
function seenBy(rule, ranges, { shape: from }, { shape: to }) {
  if (!rule.axes) return copied(rule, ranges, from, to);
  const seen = rule.axes.map((axis, k) => {
    const [low, high] = ranges[axis.follows ?? k] ?? [0, 0];
    const all = between(low, high).flatMap((i) => cells(axis, i, from[k])).filter((i) => i >= 0 && i < from[k]);
    return /** @type {[number, number]} */ ([Math.min(...all), Math.max(...all)]);
  });
  return seen.every(([low, high]) => low <= high) ? seen : null;
}

/** A row of numbers that re-reads maps: of one number one cell, of more all that lies between. @param {WindowRule} rule @param {Ranges} ranges @param {Shape} from @param {Shape} to @returns {Ranges} */
function copied({ map }, ranges, from, to) {
  const [low, high] = [0, 1].map((end) => flatIndex(to, ranges.map((range) => range[end])));
  if (map === 'reshape' && low === high) return cellAt(from, low).map((i) => [i, i]);
  return from.map((n) => [0, n - 1]);
}

/** At both ends and at the cells beside them: between those a window only goes on. @param {number} low @param {number} high */
const between = (low, high) => [...new Set([low, Math.min(low + 1, high), Math.max(high - 1, low), high])];

/** @param {Ranges | undefined} one @param {Ranges} other @returns {Ranges} */
const union = (one, other) => (one ? other.map(([low, high], k) => [Math.min(low, one[k][0]), Math.max(high, one[k][1])]) : other);

/** A block's rows and columns on the map that shows it, ends not included; null for a row of numbers. @param {Ranges} ranges @returns {[number, number, number, number] | null} */
export function blockOf(ranges) {
  if (ranges.length < 2) return null;
  const [[r0, r1], [c0, c1]] = ranges.slice(-2);
  return [r0, r1 + 1, c0, c1 + 1];
}
