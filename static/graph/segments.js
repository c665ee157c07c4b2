/**
 * Where a network can be cut: the places that everything passes through, and what lies between two of them. Pure.
 *
 * A column, which is a layer with the elementwise layers after it, is one step here; its last node is what others read.
 */

/** @import { NodeView } from '../types.d.ts' */
/** @import { Column, Graph } from '../stage.d.ts' */
/** @typedef {{ columns: Column[], before: number[][] }} Flow columns in topological order; per column, the places of those that it reads */

/** @param {Column} column */
export const outOf = ({ nodes }) => nodes[nodes.length - 1];

/** The columns in topological order, and who reads whom among them. @param {Graph} graph @param {Column[]} columns @returns {Flow} */
export function flowOf(graph, columns) {
  const sorted = [...columns].sort((a, b) => place(graph, outOf(a)) - place(graph, outOf(b)));
  const home = new Map(sorted.flatMap((column, k) => column.nodes.map((node) => /** @type {[string, number]} */ ([node.name, k]))));
  const before = sorted.map((column, k) => {
    const read = column.nodes.flatMap((node) => node.inputs.flatMap((name) => home.get(name) ?? []));
    return [...new Set(read)].filter((from) => from !== k);
  });
  return { columns: sorted, before };
}

/** @param {Graph} graph @param {NodeView} node */
const place = (graph, node) => graph.index.get(node.name) ?? 0;

/**
 * The flow in pieces, each from after one cut to the next: a piece of one column is a step of a chain, a longer one has
 * branches inside and nothing of it is read from outside but its last column.
 * @param {Flow} flow
 * @returns {number[][]} places of columns
 */
export function segmentsOf({ columns, before }) {
  const reach = columns.map((_, k) => k);
  before.forEach((read, k) => read.forEach((from) => (reach[from] = Math.max(reach[from], k))));
  /** @type {number[][]} */
  const segments = [];
  let [farthest, open] = [-1, /** @type {number[]} */ ([])];
  columns.forEach((_, k) => {
    open.push(k);
    if (farthest <= k) {
      segments.push(open);
      open = [];
    }
    farthest = Math.max(farthest, reach[k]);
  });
  return open.length ? [...segments, open] : segments;
}

/** A longest way through a piece, as places. @param {Flow} flow @param {number[]} segment @returns {number[]} */
export function longestWay({ before }, segment) {
  const inside = new Set(segment);
  /** @type {Map<number, { length: number, from: number }>} */
  const best = new Map();
  for (const k of segment) {
    const read = before[k].filter((from) => inside.has(from));
    const from = read.reduce((a, b) => ((best.get(b)?.length ?? 0) > (best.get(a)?.length ?? 0) ? b : a), read[0] ?? -1);
    best.set(k, { length: (best.get(from)?.length ?? 0) + 1, from });
  }
  const way = [segment[segment.length - 1]];
  while ((best.get(way[0])?.from ?? -1) >= 0) way.unshift(/** @type {{ from: number }} */ (best.get(way[0])).from);
  return way;
}
