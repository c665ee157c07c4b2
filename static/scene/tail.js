/** Rows of numbers at the end of the flow, and the class bars beside them. Pure. */

import { faceOn } from './pose.js';

/** @import { NetworkView } from '../types.d.ts' */
/** @import { Box, Graph, Pose } from '../stage.d.ts' */

/** Classes shown as bars. */
export const MOST_BARS = 10;
/** Width of a strip (px) per column of cells: of the logits, which the bars answer, and of others. */
const WIDTHS = { logits: 18, other: 9 };
/** Strips that are no logits are taller than the bars by this factor, and so seen as something else. */
const TALLER = 1.18;

/**
 * The nodes of the flow's end: rows of numbers that no map comes after. A softmax at the very end is drawn by the bars.
 * @param {NetworkView} network @param {Graph} graph
 */
export function tailOf(network, graph) {
  const spatial = graph.columns.filter((column) => !column.vector);
  const last = Math.max(-1, ...spatial.map((column) => column.rank));
  const nodes = graph.columns.filter((column) => column.vector && column.rank > last).flatMap((column) => column.nodes);
  const bars = nodes.find((node) => node.name === network.output && node.name !== network.logits) ?? null;
  return { strips: nodes.filter((node) => node !== bars), bars };
}

/** @param {NetworkView} network @param {Graph} graph @param {string} name @param {number} cell */
const stripWidth = (network, graph, name, cell) =>
  (graph.volumes.get(name)?.columns ?? 1) > 1
    ? WIDTHS.other * (graph.volumes.get(name)?.columns ?? 1)
    : Math.max(cell, name === network.logits ? WIDTHS.logits : WIDTHS.other);

/** How wide the strips are together. @param {NetworkView} network @param {Graph} graph @param {number} gap px between two @param {number} [cell] side of a cell, px, where strips are so short that their cells are squares */
export function tailWidth(network, graph, gap, cell = 0) {
  const { strips } = tailOf(network, graph);
  return strips.reduce((sum, node) => sum + stripWidth(network, graph, node.name, cell) + gap, strips.length ? -gap : 0);
}

/**
 * Strips from left to right, centred on the axis; the logits exactly as tall as the bars where each has one.
 * @param {NetworkView} network @param {Graph} graph @param {{ x: number, axis: number, gap: number, pitch: number, rows: number, tallest: number, cell?: number }} room
 * @returns {Map<string, Pose>}
 */
export function placeTail(network, graph, { x, axis, gap, pitch, rows, tallest, cell = 0 }) {
  /** @type {Map<string, Pose>} */
  const poses = new Map();
  let left = x;
  for (const node of tailOf(network, graph).strips) {
    const w = stripWidth(network, graph, node.name, cell);
    const cells = graph.volumes.get(node.name)?.cells ?? 1;
    const own = node.name === network.logits && cells === rows;
    const tall = cell ? cells * cell : Math.min(Math.max(rows * pitch * TALLER, 60), cells * pitch);
    const h = own ? rows * pitch : Math.min(tallest, tall);
    poses.set(node.name, faceOn({ x: left, y: axis - h / 2, w, h }));
    left += w + gap;
  }
  return poses;
}

/**
 * The photograph's place above the input, as large as its shape allows.
 * @param {Box} above where it stands: its width, and the bottom at y + h @param {number} width @param {number} height of the picture
 * @returns {Box}
 */
export function photoBox(above, width, height) {
  const scale = Math.min(above.w / width, above.h / height);
  const [w, h] = [width * scale, height * scale];
  return { x: above.x, y: above.y + above.h - h, w, h };
}
