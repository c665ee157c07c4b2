/**
 * The clock within a layer. Layer k takes t from k to k + 1; in it the cells of what it computes are made in reading
 * order, so that at t = k + (i + 1)/n cell i is the last one made of n. Backward, the layer passed at t sends gradients
 * to its input, and the cells of that input stand for those of the output. Within a window, what is left of t is the
 * share of its products that are added. Pure: all of it is a function of t.
 */

import { cellAt, count, flatIndex, isCell } from '../model/tensor.js';

/** @import { Cell, NetworkView, NodeView } from '../types.d.ts' */

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
 * @property {NodeView} node whose cells are made: the layer, backward its input
 * @property {number} from t at which the layer begins
 * @property {number} index of the cell in reading order
 * @property {number} n cells
 * @property {Cell} cell
 * @property {number} share of the window's products that are added, 0 < share ≤ 1
 */

/** @param {NetworkView} network */
const layersOf = (network) => network.nodes.filter((node) => node.inputs.length > 0);

/** Where the clock stands at t; null at the input alone, at the loss, and at the end of all. @param {NetworkView} network @param {number} t @returns {Spot | null} */
export function spotAt(network, t) {
  const layers = layersOf(network), end = layers.length;
  if (!(t > EDGE && t < Infinity) || (t > end + EDGE && t <= end + 1 + EDGE) || t > 2 * end + 1 + EDGE) return null;
  const unit = Math.ceil(t - EDGE) - 1, back = unit > end;
  const layer = layers[back ? 2 * end - unit : Math.min(unit, end - 1)];
  const node = back ? network.nodes.find(({ name }) => name === layer.inputs[0]) ?? layer : layer;
  const n = count(node.shape), made = (t - unit) * n;
  const index = Math.max(0, Math.min(n - 1, Math.ceil(made - EPSILON) - 1));
  return { pass: back ? 'backward' : 'forward', layer, node, from: unit, index, n, cell: cellAt(node.shape, index), share: Math.max(0, Math.min(1, made - index)) };
}

/** The time at which a cell is made, with all of its products; null where the pass does not make it. @param {NetworkView} network @param {string} name @param {Cell} at @param {boolean} back @returns {number | null} */
export function timeOf(network, name, at, back) {
  const layers = layersOf(network), node = network.nodes.find((one) => one.name === name);
  const unit = back ? layers.findLastIndex((layer) => layer.inputs[0] === name) : layers.findIndex((layer) => layer.name === name);
  if (!node || unit < 0 || !isCell(node.shape, at)) return null;
  return (back ? 2 * layers.length - unit : unit) + (flatIndex(node.shape, at) + 1) / count(node.shape);
}

/** The next window in the direction of `by`; where none is left of a layer, the next layer's. @param {NetworkView} network @param {number} t @param {number} by @param {number} end */
export function windowStep(network, t, by, end) {
  const spot = spotAt(network, Math.min(t, end));
  if (!spot) return by > 0 ? nextStart(network, Math.min(t, end)) : Math.max(0, Math.min(t, end) - 1);
  const index = spot.index + (spot.share < 1 - EPSILON && by < 0 ? by + 1 : by);
  if (index >= spot.n) return nextStart(network, spot.from + 1);
  return index < 0 ? spot.from : spot.from + (index + 1) / spot.n;
}

/** Where the clock goes on from t: at the edge of two layers, the later one. @param {NetworkView} network @param {number} t */
const spotFrom = (network, t) => spotAt(network, t + 2 * EDGE);

/** The first window of the layer that begins at t, or the end of the loss. @param {NetworkView} network @param {number} t */
function nextStart(network, t) {
  const spot = spotFrom(network, t);
  return spot ? spot.from + 1 / spot.n : t + 1;
}

/** The next product of the window, of `terms`; after the last, the next window's first. @param {NetworkView} network @param {number} t @param {number} by @param {number} end @param {number} terms */
export function termStep(network, t, by, end, terms) {
  const spot = spotAt(network, Math.min(t, end));
  if (!spot) return windowStep(network, t, by, end);
  const done = added(spot.share, terms) + by;
  if (done < 1) return spot.index > 0 ? spot.from + spot.index / spot.n : spot.from;
  if (done <= terms) return spot.from + (spot.index + done / terms) / spot.n;
  return spot.index + 1 < spot.n ? spot.from + (spot.index + 1 + 1 / terms) / spot.n : nextStart(network, spot.from + 1);
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

/** t after `ms` of playing windows. @param {NetworkView} network @param {number} t @param {number} ms @param {number} speed */
export function windowsLater(network, t, ms, speed) {
  const spot = spotFrom(network, t);
  if (!spot) return t + ms / 1000;
  return Math.min(spot.from + 1, t + ((ms / 1000) * pace(spot.index, spot.n, speed)) / spot.n);
}

/** t after `ms` of playing the products of windows, of `terms` each. @param {NetworkView} network @param {number} t @param {number} ms @param {number} speed @param {number} terms */
export function termsLater(network, t, ms, speed, terms) {
  const spot = spotFrom(network, t);
  if (!spot) return t + ms / 1000;
  return Math.min(spot.from + 1, t + ((ms / 1000) * Math.min(PACE.most, TERMS * speed)) / (terms * spot.n));
}
