/** The network as the layouts see it: who reads whom, which nodes share a place of the flow, where blocks end. Pure. */

import { volumeOf } from './tensor.js';
import { isPointwise } from './window.js';

/** @import { NetworkView, NodeView } from '../types.d.ts' */
/** @import { Block, Column, Graph, Volume } from '../stage.d.ts' */

/** More nodes than this below one another make a column too tall to read. */
const TALLEST_COLUMN = 3;

/**
 * @param {NetworkView} network its nodes in topological order
 * @returns {Graph}
 */
export function graphOf(network) {
  const { nodes } = network;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const index = new Map(nodes.map((node, i) => [node.name, i]));
  const volumes = new Map(nodes.map((node) => [node.name, volumeOf(node.shape)]));
  const readers = readersOf(nodes);
  const columns = columnsOf(nodes, volumes, readers);
  const blocks = blocksOf(columns, byName, volumes);
  const sides = [...volumes.values()].filter((v) => !v.vector).map((v) => Math.max(v.rows, v.columns));
  const largest = Math.max(1, ...sides);
  return { nodes, logits: network.logits, byName, index, volumes, readers, columns, blocks, largest, smallest: Math.min(largest, ...sides) };
}

/** Per node, the nodes that read it. @param {NodeView[]} nodes @returns {Map<string, string[]>} */
function readersOf(nodes) {
  /** @type {Map<string, string[]>} */
  const readers = new Map(nodes.map((node) => [node.name, []]));
  for (const node of nodes) for (const input of node.inputs) readers.get(input)?.push(node.name);
  return readers;
}

/** The columns with every node by itself, for screens too narrow to stand nodes below one another. @param {Graph} graph @returns {Column[]} */
export function apart(graph) {
  /** @type {Map<string, number>} */
  const ranks = new Map();
  const home = new Map(graph.columns.flatMap((column) => column.nodes.map((node) => [node.name, column])));
  return graph.nodes.map((node) => {
    const rank = Math.max(-1, ...node.inputs.map((name) => ranks.get(name) ?? -1)) + 1;
    ranks.set(node.name, rank);
    const column = home.get(node.name);
    return { nodes: [node], rank, block: column?.block ?? -1, vector: column?.vector ?? false };
  });
}

/** The columns with only what comes out of each, for networks too deep to show every step. @param {Column[]} columns @returns {Column[]} */
export const folded = (columns) => columns.map((column) => ({ ...column, nodes: column.nodes.slice(-1) }));

/** Whether the node turns each number of its one input into one number at the same place. @param {NodeView} node */
const isElementwise = (node) => node.inputs.length === 1 && node.windows.length === 1 && isPointwise(node.windows[0]);

/** Whether the node learns: it has parameters. @param {NodeView} node */
export const isWeighted = (node) => node.params.length > 0;

/**
 * Nodes grouped by place: an elementwise layer stands below the layer that it alone reads, everything else by itself.
 * Columns come in order of rank, the longest way from an input; columns of one rank are branches.
 * @param {NodeView[]} nodes @param {Map<string, Volume>} volumes @param {Map<string, string[]>} readers
 * @returns {Column[]}
 */
function columnsOf(nodes, volumes, readers) {
  /** @type {Column[]} */
  const columns = [];
  /** @type {Map<string, Column>} */
  const home = new Map();
  for (const node of nodes) {
    const above = home.get(node.inputs[0]);
    const vector = volumes.get(node.name)?.vector ?? false;
    if (above && hangsBelow(node, above, vector, readers)) above.nodes.push(node);
    else {
      const rank = Math.max(-1, ...node.inputs.map((name) => home.get(name)?.rank ?? -1)) + 1;
      columns.push({ nodes: [node], rank, block: -1, vector });
    }
    home.set(node.name, above && above.nodes.includes(node) ? above : columns[columns.length - 1]);
  }
  return columns.sort((a, b) => a.rank - b.rank);
}

/** @param {NodeView} node @param {Column} above @param {boolean} vector @param {Map<string, string[]>} readers */
function hangsBelow(node, above, vector, readers) {
  const last = above.nodes[above.nodes.length - 1];
  const alone = last.name === node.inputs[0] && readers.get(last.name)?.length === 1;
  return isElementwise(node) && alone && !vector && last.inputs.length > 0 && above.nodes.length < TALLEST_COLUMN;
}

/**
 * Runs of columns between two shrinkings of the maps. A pool closes its block; a strided convolution opens the next.
 * @param {Column[]} columns @param {Map<string, NodeView>} byName @param {Map<string, Volume>} volumes
 * @returns {Block[]}
 */
function blocksOf(columns, byName, volumes) {
  /** @type {Block[]} */
  const blocks = [];
  let open = false;
  for (const column of columns) {
    const head = column.nodes[0];
    if (column.vector || head.inputs.length === 0) continue;
    const shrinks = head.inputs.some((name) => rowsOf(volumes, byName.get(name)) > rowsOf(volumes, head));
    if (!open || (shrinks && isWeighted(head))) {
      blocks.push({ index: blocks.length, title: `block ${blocks.length + 1}`, columns: [] });
    }
    const block = blocks[blocks.length - 1];
    block.columns.push(column);
    column.block = block.index;
    open = !(shrinks && !isWeighted(head));
  }
  return blocks;
}

/** @param {Map<string, Volume>} volumes @param {NodeView | undefined} node */
const rowsOf = (volumes, node) => volumes.get(node?.name ?? '')?.rows ?? 0;

/** The nodes that a node reads. @param {Graph} graph @param {NodeView} node @returns {NodeView[]} */
export const inputsOf = (graph, node) => node.inputs.flatMap((name) => graph.byName.get(name) ?? []);
