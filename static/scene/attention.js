/** What is selected, lit up: the cell, and the window that it was made from in each volume that it reads. Pure. */

import { inputsOf } from '../model/graph.js';
import { isCell, placeOf } from '../model/tensor.js';
import { windowCells } from '../model/window.js';
import { cellBlock } from './hit.js';
import { attention } from './marks.js';
import { blockOn, corners } from './matrix.js';
import { deck, isClosed, mapQuad } from './slices.js';

/** @import { Cell, NodeView } from '../types.d.ts' */
/** @import { Graph, Mark, Pose } from '../stage.d.ts' */

/** A cell smaller than this on screen (px) is marked a little larger than it is, to be found. */
const FOUND_FROM = 6;

/** The window of a cell on one input: which channels, and the block of rows and columns inside the input. @param {NodeView} source @param {NodeView} node @param {Cell} at @param {number} which */
function windowOn(source, node, at, which) {
  const rule = node.windows[which];
  if (!rule) return null;
  const cells = windowCells(rule, at, source.shape, node.shape);
  if (cells.some((axis) => axis.length === 0)) return null;
  if (source.shape.length < 2) return { channels: [0], block: null, cells };
  const [rows, columns] = cells.slice(-2);
  const [h, w] = source.shape.slice(-2);
  const inside = (/** @type {number} */ i, /** @type {number} */ n) => Math.max(0, Math.min(n, i));
  const block = /** @type {[number, number, number, number]} */ ([
    inside(Math.min(...rows), h), inside(Math.max(...rows) + 1, h), inside(Math.min(...columns), w), inside(Math.max(...columns) + 1, w),
  ]);
  return { channels: source.shape.length === 2 ? [0] : cells[0], block, cells };
}

/**
 * Outlines of the selected cell and of its windows, wherever their maps can be seen.
 * @param {Graph} graph @param {Map<string, Pose>} poses @param {string} name @param {Cell | null} at @param {number} [zoom] of the camera
 * @returns {Mark[]}
 */
export function selectionMarks(graph, poses, name, at, zoom = 1) {
  const node = graph.byName.get(name);
  if (!node || !isCell(node.shape, at) || !at) return [];
  const windows = inputsOf(graph, node).flatMap((source, which) => windowMarks(graph, poses, source, windowOn(source, node, at, which)));
  return [...windows, ...cellMarks(graph, poses, node, at, zoom)];
}

/** @param {Graph} graph @param {Map<string, Pose>} poses @param {NodeView} source @param {ReturnType<typeof windowOn>} window @returns {Mark[]} */
function windowMarks(graph, poses, source, window) {
  const [pose, volume] = [poses.get(source.name), graph.volumes.get(source.name)];
  if (!pose || !volume || !window) return [];
  if (!window.block) {
    const all = window.cells[0].length > 1;
    return attention(all ? corners(mapQuad(volume, pose, 0).m) : blockOn(mapQuad(volume, pose, 0).m, volume.rows, volume.columns, cellBlock(source.shape, [window.cells[0][0]])), 1.6);
  }
  const seen = isClosed(pose) ? deck(volume, pose).slice(0, 1) : deck(volume, pose);
  const block = window.block;
  return seen
    .filter((channel) => window.channels.includes(channel))
    .flatMap((channel) => attention(blockOn(mapQuad(volume, pose, channel).m, volume.rows, volume.columns, block), isClosed(pose) ? 2 : 1.4));
}

/** The outline of one cell where its map is in sight. @param {Graph} graph @param {Map<string, Pose>} poses @param {NodeView} node @param {Cell} at @param {number} [zoom] of the camera @returns {Mark[]} */
export function cellMarks(graph, poses, node, at, zoom = 1) {
  const [pose, volume] = [poses.get(node.name), graph.volumes.get(node.name)];
  if (!pose || !volume) return [];
  const [channel] = placeOf(node.shape, at);
  if (isClosed(pose) && !volume.vector && deck(volume, pose)[0] !== channel) return [];
  const { m } = mapQuad(volume, pose, channel);
  const [r0, r1, c0, c1] = cellBlock(node.shape, at);
  const tall = (m[3] / volume.rows) * zoom, grow = Math.max(0, (FOUND_FROM - tall) / 2 / tall);
  const across = volume.vector ? 0 : grow;
  return attention(blockOn(m, volume.rows, volume.columns, [r0 - grow, r1 + grow, c0 - across, c1 + across]));
}

/** The channel that stands in front of each volume: the selected one where something is selected, else the liveliest. @param {Graph} graph @param {(node: string) => number} liveliest @param {string | null} name @param {Cell | null} at */
export function frontsOf(graph, liveliest, name, at) {
  const node = graph.byName.get(name ?? '');
  const channel = node && at && isCell(node.shape, at) ? placeOf(node.shape, at)[0] : null;
  const follows = new Set(channel === null || !node ? [] : [node.name, ...sameChannel(node)]);
  return (/** @type {string} */ other) => (channel !== null && follows.has(other) ? channel : liveliest(other));
}

/** Inputs that the node reads in the channel that it writes. @param {NodeView} node */
const sameChannel = (node) =>
  node.inputs.filter((_, which) => {
    const axis = node.windows[which]?.axes?.[0];
    return axis !== undefined && !('rows' in axis) && axis.size === 1 && axis.stride === 1 && axis.every === 1;
  });
