/**
 * The clock within a layer. Layer k takes t from k to k + 1; in it the cells of what it computes are made in reading
 * order, so that at t = k + (i + 1)/n cell i is the last one made of n. Backward, the layer passed at t sends gradients
 * to its input: read as gathering, the cells of that input are made one by one; read as scattering, the layer's outputs
 * give one by one. Within a window, what is left of t is the share of its products that are added. Pure: all of it is a
 * function of t and of the reading.
 */

import { cellAt, count, flatIndex, isCell } from '../model/tensor.js';

/** @import { Cell, NetworkView, NodeView, Reading } from '../types.d.ts' */

/** Windows a second: at speed 1 while each is looked at, and the most that are shown one by one. */
export const PACE = { slow: 4, most: 240 };
/** After so many windows at the slow pace it doubles every so many; after `shown` the rest of the layer fills in so many seconds. */
const RAMP = { slow: 4, doubling: 5, shown: 56, fill: 4 };
/** Speeds above this are asked for by who wants to see every window: they are kept all through a layer. */
const STEADY_FROM = 8;
/** Products a second at speed 1. */
const TERMS = 3;
/** Rounding: of t at the edge of a layer, and of a window. */
const EDGE = 1e-9, EPSILON = 1e-4;

/**
 * @typedef {object} Spot where the clock stands
 * @property {'forward' | 'backward'} pass
 * @property {NodeView} layer that is computed, or that gradients come back through
 * @property {NodeView} node whose cells pass: the layer's, backward those of its input, which collect, or its own, which give
 * @property {number} from t at which the layer begins
 * @property {number} index of the cell in reading order
 * @property {number} n cells
 * @property {Cell} cell
 * @property {number} share of the window's products that are added, 0 < share ≤ 1
 */

/** @param {NetworkView} network */
const layersOf = (network) => network.nodes.filter((node) => node.inputs.length > 0);

/** Where the clock stands at t; null at the input alone, at the loss, and at the end of all. @param {NetworkView} network @param {number} t @param {Reading} [reading] of the way back @returns {Spot | null} */
export function spotAt(network, t, reading = 'gather') {
  const layers = layersOf(network), end = layers.length;
  if (!(t > EDGE && t < Infinity) || (t > end + EDGE && t <= end + 1 + EDGE) || t > 2 * end + 1 + EDGE) return null;
  const unit = Math.ceil(t - EDGE) - 1, back = unit > end;
  const layer = layers[back ? 2 * end - unit : Math.min(unit, end - 1)];
  const node = back && reading === 'gather' ? network.nodes.find(({ name }) => name === layer.inputs[0]) ?? layer : layer;
  const n = count(node.shape), made = (t - unit) * n;
  const index = Math.max(0, Math.min(n - 1, Math.ceil(made - EPSILON) - 1));
  return { pass: back ? 'backward' : 'forward', layer, node, from: unit, index, n, cell: cellAt(node.shape, index), share: Math.max(0, Math.min(1, made - index)) };
}

/** The time at which a cell is made, with all of its products, or, where it gives, has given; null where the pass does not come to it. @param {NetworkView} network @param {string} name @param {Cell} at @param {boolean} back @param {Reading} [reading] @returns {number | null} */
export function timeOf(network, name, at, back, reading = 'gather') {
  const layers = layersOf(network), node = network.nodes.find((one) => one.name === name);
  const unit = back && reading === 'gather' ? layers.findLastIndex((layer) => layer.inputs[0] === name) : layers.findIndex((layer) => layer.name === name);
  if (!node || unit < 0 || !isCell(node.shape, at)) return null;
  return (back ? 2 * layers.length - unit : unit) + (flatIndex(node.shape, at) + 1) / count(node.shape);
}

/** The next window in the direction of `by`; where none is left of a layer, the next layer's. @param {NetworkView} network @param {number} t @param {number} by @param {number} end @param {Reading} [reading] */
export function windowStep(network, t, by, end, reading) {
  const spot = spotAt(network, Math.min(t, end), reading);
  if (!spot) return by > 0 ? nextStart(network, Math.min(t, end), reading) : Math.max(0, Math.min(t, end) - 1);
  const index = spot.index + (spot.share < 1 - EPSILON && by < 0 ? by + 1 : by);
  if (index >= spot.n) return nextStart(network, spot.from + 1, reading);
  return index < 0 ? spot.from : spot.from + (index + 1) / spot.n;
}

/** Where the clock goes on from t: at the edge of two layers, the later one. @param {NetworkView} network @param {number} t @param {Reading} [reading] */
const spotFrom = (network, t, reading) => spotAt(network, t + 2 * EDGE, reading);

/** The first window of the layer that begins at t, or the end of the loss. @param {NetworkView} network @param {number} t @param {Reading} [reading] */
function nextStart(network, t, reading) {
  const spot = spotFrom(network, t, reading);
  return spot ? spot.from + 1 / spot.n : t + 1;
}

/** The next product of the window, of `terms`; after the last, the next window's first. @param {NetworkView} network @param {number} t @param {number} by @param {number} end @param {number} terms @param {Reading} [reading] */
export function termStep(network, t, by, end, terms, reading) {
  const spot = spotAt(network, Math.min(t, end), reading);
  if (!spot) return windowStep(network, t, by, end, reading);
  const done = added(spot.share, terms) + by;
  if (done < 1) return spot.index > 0 ? spot.from + spot.index / spot.n : spot.from;
  if (done <= terms) return spot.from + (spot.index + done / terms) / spot.n;
  return spot.index + 1 < spot.n ? spot.from + (spot.index + 1 + 1 / terms) / spot.n : nextStart(network, spot.from + 1, reading);
}

/** How many of `terms` products a share of a window is. @param {number} share @param {number} terms */
export const added = (share, terms) => Math.max(1, Math.min(terms, Math.ceil(share * terms - 1e-3)));

/**
 * Windows a second at window `index` of n: a few slowly, then faster, then the layer fills.
 * @param {number} index @param {number} n @param {number} speed
 */
export function pace(index, n, speed) {
  const steady = Math.min(PACE.most, PACE.slow * speed);
  if (speed >= STEADY_FROM) return steady;
  if (index < RAMP.shown) return Math.min(PACE.most, steady * 2 ** (Math.max(0, index - RAMP.slow) / RAMP.doubling));
  return Math.max(PACE.most, ((n - RAMP.shown) / RAMP.fill) * Math.min(1, speed) ** 0.5);
}

/** Whether windows come so fast that they are drawn, and not asked for one by one. @param {number} perSecond */
export const isFast = (perSecond) => perSecond > 8;

/** t after `ms` of playing windows. @param {NetworkView} network @param {number} t @param {number} ms @param {number} speed @param {Reading} [reading] */
export function windowsLater(network, t, ms, speed, reading) {
  const spot = spotFrom(network, t, reading);
  if (!spot) return t + ms / 1000;
  return Math.min(spot.from + 1, t + ((ms / 1000) * pace(spot.index, spot.n, speed)) / spot.n);
}

/** t after `ms` of playing the products of windows, of `terms` each. @param {NetworkView} network @param {number} t @param {number} ms @param {number} speed @param {number} terms @param {Reading} [reading] */
export function termsLater(network, t, ms, speed, terms, reading) {
  const spot = spotFrom(network, t, reading);
  if (!spot) return t + ms / 1000;
  return Math.min(spot.from + 1, t + ((ms / 1000) * Math.min(PACE.most, TERMS * speed)) / (terms * spot.n));
}
