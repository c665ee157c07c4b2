/**
 * What repeats in a network: blocks, which are pieces between two cuts or runs that look like one, and stages, which are
 * runs of like blocks at one resolution. Found from the graph; names help where they say more. Pure.
 */

import { commonPart, isFire, isMerge, signature, titleOf, wayOf } from './kinds.js';
import { flowOf, longestWay, outOf, segmentsOf } from './segments.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Column, Graph } from '../stage.d.ts' */
/** @import { Flow } from './segments.js' */

/**
 * A step that is drawn as such, a block of steps, or a stage of blocks. id: its place, `4`, and within that, `4.1`.
 * @typedef {object} Item
 * @property {string} id
 * @property {string} title empty for a step
 * @property {Column | null} column of a step
 * @property {Item[]} items what is inside, none for a step
 * @property {NodeView[]} nodes all of them
 * @property {NodeView} out whose numbers leave it
 */
/** @typedef {{ block: boolean, places: number[] }} Piece */

/** A piece with more than this share of all columns is the network, no block of it. */
const MOST = 0.5;
/** Runs of steps are looked at for patterns of at most this length; one step repeated needs so many in a row. */
const LONGEST_PATTERN = 6;
const LEAST_ALONE = 3;
/** So many steps between two blocks are folded. */
const LONGEST_TRANSITION = 4;

/** @param {Graph} graph @param {Column[]} columns those of the flow @returns {Item[]} */
export function structureOf(graph, columns) {
  const flow = flowOf(graph, columns);
  const pieces = segmentsOf(flow).flatMap((places) => whole(places, columns.length));
  const blocks = transitions(flow, byPattern(flow, graph, byName(flow, squeezed(flow, likeBlocks(flow, pieces)))));
  return numbered(stages(flow, graph, blocks), '');
}

/** Every column by itself: nothing is folded. @param {Graph} graph @param {Column[]} columns @returns {Item[]} */
export const stepsOf = (graph, columns) => numbered(flowOf(graph, columns).columns.map(step), '');

/** @param {number[]} places @param {number} all @returns {Piece[]} */
const whole = (places, all) =>
  places.length > 1 && places.length <= Math.max(3, all * MOST) ? [{ block: true, places }] : places.map((k) => ({ block: false, places: [k] }));

/** Runs of pieces that do what a block of the network does, but for its shortcut, are blocks too. @param {Flow} flow @param {Piece[]} pieces @returns {Piece[]} */
function likeBlocks(flow, pieces) {
  const ways = [...new Set(pieces.filter((p) => p.block).map((p) => wayOf(flow, p.places).join('\n')))].map((way) => way.split('\n')).filter((way) => way.length > 1);
  const steps = pieces.map(({ places }) => longestWay(flow, places).map((k) => signature(flow.columns[k])));
  const along = (/** @type {string[]} */ way, /** @type {number} */ k) => {
    let [taken, next] = [0, k];
    while (taken < way.length && steps[next]?.every((step, i) => step === way[taken + i])) taken += steps[next++].length;
    return taken === way.length ? next - k : 0;
  };
  return gathered(pieces, (k) => Math.max(0, ...ways.map((way) => along(way, k))));
}

/** A narrow convolution and the branches that alone read it are one: SqueezeNet's fire module. @param {Flow} flow @param {Piece[]} pieces @returns {Piece[]} */
const squeezed = (flow, pieces) => gathered(pieces, (k) => (isStep(pieces[k]) && isFire(flow, [...pieces[k].places, ...(pieces[k + 1]?.block ? pieces[k + 1].places : [])]) ? 2 : 0));

/** Runs of steps whose names share a part, `block1.…`, are blocks where several parts are so. @param {Flow} flow @param {Piece[]} pieces @returns {Piece[]} */
function byName(flow, pieces) {
  const part = (/** @type {Piece | undefined} */ p) => (isStep(p) ? commonPart(columnOf(flow, p).nodes.map((node) => node.name)) : undefined);
  const named = new Set(pieces.map((p) => commonPart(p.places.flatMap((k) => flow.columns[k].nodes.map((node) => node.name)))));
  if (named.size < 4) return pieces;
  return gathered(pieces, (k) => {
    let length = 0;
    while (part(pieces[k]) !== undefined && part(pieces[k + length]) === part(pieces[k])) length += 1;
    return length <= LONGEST_PATTERN && length > 1 ? length : 0;
  });
}

/** Runs of steps that repeat a pattern at one resolution: each repetition is a block. @param {Flow} flow @param {Graph} graph @param {Piece[]} pieces @returns {Piece[]} */
function byPattern(flow, graph, pieces) {
  const sign = (/** @type {number} */ k) => (isStep(pieces[k]) && !isMerge(columnOf(flow, pieces[k])) && columnOf(flow, pieces[k]).nodes[0].inputs.length ? `${signature(columnOf(flow, pieces[k]))} ${sizeOf(graph, outOf(columnOf(flow, pieces[k])))}` : undefined);
  const signs = pieces.map((_, k) => sign(k));
  /** @param {number} k @param {number} length */
  const times = (k, length) => {
    let count = 1;
    const same = (/** @type {number} */ turn) => signs.slice(k, k + length).every((s, i) => s !== undefined && s === signs[k + turn * length + i]);
    while (same(count)) count += 1;
    return count;
  };
  let inPattern = 0;
  let length = 0;
  return gathered(pieces, (k) => {
    if (inPattern > 0) {
      inPattern -= 1;
      return length;
    }
    length = Array.from({ length: LONGEST_PATTERN - 1 }, (_, i) => i + 2).find((n) => times(k, n) > 1 && new Set(signs.slice(k, k + n)).size > 1) ?? 0;
    if (length > 0) inPattern = times(k, length) - 1;
    return length;
  });
}

/** A few steps between two blocks, as between the stages of a DenseNet, are a block. @param {Flow} flow @param {Piece[]} pieces @returns {Piece[]} */
function transitions(flow, pieces) {
  return gathered(pieces, (k) => {
    let length = 0;
    while (isStep(pieces[k + length]) && columnOf(flow, pieces[k + length]).nodes[0].inputs.length > 0) length += 1;
    const between = pieces[k - 1]?.block && pieces[k + length]?.block;
    return between && length > 1 && length <= LONGEST_TRANSITION ? length : 0;
  });
}

/** Pieces from the left; where `lengthAt` says a length, so many become one block. @param {Piece[]} pieces @param {(k: number) => number} lengthAt @returns {Piece[]} */
function gathered(pieces, lengthAt) {
  /** @type {Piece[]} */
  const made = [];
  for (let k = 0; k < pieces.length;) {
    const length = lengthAt(k);
    made.push(length > 1 ? { block: true, places: pieces.slice(k, k + length).flatMap((p) => p.places) } : pieces[k]);
    k += Math.max(1, length);
  }
  return made;
}

/** @param {Piece | undefined} piece @returns {piece is Piece} */
const isStep = (piece) => piece !== undefined && !piece.block;

/** @param {Flow} flow @param {Piece} piece */
const columnOf = (flow, { places }) => flow.columns[places[places.length - 1]];

/** Rows and columns of a node's maps. @param {Graph} graph @param {NodeView} node */
const sizeOf = (graph, { name }) => `${graph.volumes.get(name)?.rows}×${graph.volumes.get(name)?.columns}`;

/**
 * Runs of like blocks at one resolution become stages; where blocks add up, of one width too. Steps that repeat alone
 * become one as well.
 * @param {Flow} flow @param {Graph} graph @param {Piece[]} pieces @returns {Item[]}
 */
function stages(flow, graph, pieces) {
  const like = (/** @type {Piece} */ piece) => {
    const last = columnOf(flow, piece);
    const node = outOf(last);
    const channels = last.nodes[0].kind === 'concat' ? '' : graph.volumes.get(node.name)?.channels;
    const does = piece.block ? wayOf(flow, piece.places).join() : signature(last);
    return last.nodes[0].inputs.length === 0 || graph.volumes.get(node.name)?.vector ? node.name : [piece.block, does, sizeOf(graph, node), channels].join(' ');
  };
  /** @type {Piece[][]} */
  const runs = [];
  for (const piece of pieces) {
    const run = runs[runs.length - 1];
    if (run && like(run[0]) === like(piece)) run.push(piece);
    else runs.push([piece]);
  }
  return runs.flatMap((run) => {
    const items = run.map((piece) => itemOf(flow, piece));
    const repeats = run.length >= (run[0].block ? 2 : LEAST_ALONE);
    return repeats ? [group(items, items[0].title || items[0].nodes[0].summary)] : items;
  });
}

/** @param {Flow} flow @param {Piece} piece @returns {Item} */
function itemOf(flow, { block, places }) {
  const steps = places.map((k) => step(flow.columns[k]));
  return block ? group(steps, titleOf(flow, places)) : steps[0];
}

/** @param {Column} column @returns {Item} */
const step = (column) => ({ id: '', title: '', column, items: [], nodes: column.nodes, out: outOf(column) });

/** @param {Item[]} items @param {string} title @returns {Item} */
const group = (items, title) => ({ id: '', title, column: null, items, nodes: items.flatMap((item) => item.nodes), out: items[items.length - 1].out });

/** @param {Item[]} items @param {string} within @returns {Item[]} */
const numbered = (items, within) =>
  items.map((item, k) => ({ ...item, id: `${within}${k}`, items: numbered(item.items, `${within}${k}.`) }));
