/**
 * The pass as a line of time: one unit per layer forward, one for the loss, one per layer backward. Every picture is a
 * function of t on this line. Pure.
 */

import { clamp01 } from './ease.js';

/** @import { Graph } from '../stage.d.ts' */
/** @typedef {{ node: string, pass: 'forward' | 'backward', from: number, to: number }} Segment */

/** How many layers the pass has, inputs not counted. @param {Graph} graph */
export const layerCount = (graph) => graph.nodes.filter((node) => node.inputs.length > 0).length;

/** The layers forward in the order they are computed, then the same backward, after one unit for the loss. @param {Graph} graph @returns {Segment[]} */
export function segmentsOf(graph) {
  const layers = graph.nodes.filter((node) => node.inputs.length > 0).map((node) => node.name);
  const end = layers.length;
  return [
    ...layers.map((node, k) => /** @type {Segment} */ ({ node, pass: 'forward', from: k, to: k + 1 })),
    ...layers.map((node, k) => /** @type {Segment} */ ({ node, pass: 'backward', from: 2 * end - k, to: 2 * end - k + 1 })).reverse(),
  ];
}

/** Where the pass ends: at the loss, or, where there are gradients, at the input again. @param {number} layers @param {boolean} backward */
export const passEnd = (layers, backward) => (backward ? 2 * layers + 1 : layers);

/**
 * How much of a node's gradient has come back at t, 0 to 1: of the logits and what follows them in the time of the loss,
 * of every other node while the first layer that reads it is passed backward, for until then its sum is not whole.
 * @param {Graph} graph @param {string} node @param {number} t
 */
export function returned(graph, node, t) {
  const count = layerCount(graph);
  const place = (/** @type {string} */ name) => (graph.index.get(name) ?? 0) - (graph.nodes.length - count);
  const readers = graph.readers.get(node) ?? [];
  if (readers.length === 0 || place(node) >= place(graph.logits)) return clamp01(t - count);
  return clamp01(t - 2 * count + Math.min(...readers.map(place)));
}

/** How much of a node is computed at t, 0 to 1; inputs always are. @param {Graph} graph @param {string} node @param {number} t */
export function revealed(graph, node, t) {
  const inputs = graph.nodes.length - layerCount(graph);
  const place = (graph.index.get(node) ?? 0) - inputs;
  return place < 0 ? 1 : clamp01(t - place);
}

/** The layer that gradients pass through at t, null while the loss is taken. @param {Graph} graph @param {number} t */
export function nodeBack(graph, t) {
  const count = layerCount(graph);
  if (t <= count + 1) return null;
  const layers = graph.nodes.filter((node) => node.inputs.length > 0);
  return layers[Math.max(0, 2 * count + 1 - Math.ceil(t))];
}

/** The layer that is being computed at t, or was last. @param {Graph} graph @param {number} t */
export function nodeAt(graph, t) {
  const inputs = graph.nodes.length - layerCount(graph);
  return graph.nodes[Math.min(graph.nodes.length - 1, Math.max(0, inputs - 1 + Math.ceil(t)))];
}
