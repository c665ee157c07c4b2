/** The network as the layouts see it: who reads whom, which nodes share a place of the flow, where blocks end. Pure. */

import { volumeOf } from './tensor.js';
import { isPointwise } from './window.js';

/** @import { NetworkView, NodeView } from '../types.d.ts' */
/** @import { Block, Column, Graph, Volume } from '../stage.d.ts' */
/** @typedef {{ volumes: Map<string, Volume>, readers: Map<string, string[]>, constants: Set<string> }} Wiring who reads whom, and whom everybody reads alike */

/** More nodes than this below one another make a column too tall to read. */
const TALLEST_COLUMN = 3;
/** In networks of more nodes than this, `block` is what their authors or we call a part: what lies between two shrinkings is called by its size. */
export const MANY = 40;

/**
 * @param {NetworkView} network its nodes in topological order
 * @returns {Graph}
 */
export function graphOf(network) {
  const all = network.nodes;
  const nodes = all.filter((node) => !isConstant(node));
  const constants = new Set(all.filter(isConstant).map(({ name }) => name));
  const byName = new Map(all.map((node) => [node.name, node]));
  const index = new Map(nodes.map((node, i) => [node.name, i]));
  const volumes = new Map(all.map((node) => [node.name, volumeOf(node.shape)]));
  const readers = readersOf(all);
  const columns = columnsOf(nodes, { volumes, readers, constants });
  const found = blocksOf(columns, byName, volumes);
  const blocks = nodes.length > MANY ? found.map((block) => ({ ...block, title: sizeOf(block, volumes) })) : found;
  const sides = nodes.flatMap(({ name }) => volumes.get(name) ?? []).filter((v) => !v.vector).map((v) => Math.max(v.rows, v.columns));
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

/** Numbers that stand in the file and depend on no picture: what reads them tells of them, they have no place in the flow. @param {NodeView} node */
export const isConstant = (node) => node.kind === 'constant';

/** What a node reads of the flow. @param {NodeView} node @param {Set<string>} constants */
const flowing = (node, constants) => node.inputs.filter((name) => !constants.has(name));

/** Whether the node turns each number that it reads of the flow into one number at the same place. @param {NodeView} node @param {Set<string>} constants */
const isElementwise = (node, constants) => node.windows.length === node.inputs.length && node.inputs.every((name, k) => constants.has(name) || isPointwise(node.windows[k]));

/** Whether the node learns: it has parameters. @param {NodeView} node */
export const isWeighted = (node) => node.params.length > 0;

/**
 * Nodes grouped by place: an elementwise layer stands below the layer that it alone reads, a gate below what it is made of,
 * everything else by itself. Columns come in order of rank, the longest way from an input; columns of one rank are branches.
 * @param {NodeView[]} nodes @param {Wiring} wiring
 * @returns {Column[]}
 */
function columnsOf(nodes, wiring) {
  /** @type {Column[]} */
  const columns = [];
  /** @type {Map<string, Column>} */
  const home = new Map();
  for (const node of nodes) {
    const read = flowing(node, wiring.constants);
    const above = home.get(read[read.length - 1]);
    const vector = wiring.volumes.get(node.name)?.vector ?? false;
    if (above && !vector && isElementwise(node, wiring.constants) && (hangsBelow(read, above, wiring) || gates(read, above))) above.nodes.push(node);
    else {
      const rank = Math.max(-1, ...node.inputs.map((name) => home.get(name)?.rank ?? -1)) + 1;
      columns.push({ nodes: [node], rank, block: -1, vector });
    }
    home.set(node.name, above && above.nodes.includes(node) ? above : columns[columns.length - 1]);
  }
  return columns.sort((a, b) => a.rank - b.rank);
}

/** Whether what is read is one thing, and nobody else reads that. @param {string[]} read @param {Column} above @param {Wiring} wiring */
function hangsBelow(read, above, { readers }) {
  const last = above.nodes[above.nodes.length - 1];
  return read.length === 1 && last.name === read[0] && readers.get(last.name)?.length === 1 && last.inputs.length > 0 && above.nodes.length < TALLEST_COLUMN;
}

/** Whether two things are read, one of them the other's curve, as in x · σ(x). @param {string[]} read @param {Column} above */
const gates = (read, { nodes }) => read.length === 2 && nodes.length === 1 && nodes[0].inputs.length === 1 && [nodes[0].inputs[0], nodes[0].name].every((name) => read.includes(name));

/**
 * Runs of columns between two shrinkings of the maps. A pool closes its block; a strided convolution opens the next, one
 * that only loses its border does not.
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
    const most = Math.max(0, ...head.inputs.map((name) => rowsOf(volumes, byName.get(name)))), left = rowsOf(volumes, head);
    if (!open || (isWeighted(head) && most > left && 2 * left <= most + 1)) {
      blocks.push({ index: blocks.length, title: `block ${blocks.length + 1}`, columns: [] });
    }
    const block = blocks[blocks.length - 1];
    block.columns.push(column);
    column.block = block.index;
    open = isWeighted(head) || most <= left;
  }
  return blocks;
}

/** `14×14`. @param {Block} block @param {Map<string, Volume>} volumes */
function sizeOf({ columns }, volumes) {
  const volume = volumes.get(columns[0].nodes[0].name);
  return `${volume?.rows}×${volume?.columns}`;
}

/** @param {Map<string, Volume>} volumes @param {NodeView | undefined} node */
const rowsOf = (volumes, node) => volumes.get(node?.name ?? '')?.rows ?? 0;

/** The nodes that a node reads. @param {Graph} graph @param {NodeView} node @returns {NodeView[]} */
export const inputsOf = (graph, node) => node.inputs.flatMap((name) => graph.byName.get(name) ?? []);
