/**
 * Where the boxes of an ordered graph stand and how its edges run: a longest path straight along the axis, everything
 * else above or below it; edges change their height only between layers, so they go round boxes. Pure.
 */

/** @import { Box, Point } from '../stage.d.ts' */
/** @import { Order } from './order.js' */
/** @typedef {{ w: number, up: number, down: number, enter?: number, leave?: number }} Size how far a box goes above and below its axis; where edges enter and leave it, from its axis */
/** @typedef {{ gap: number, between: number, lane: number }} Air px between layers, between boxes of a layer, and that a passing edge takes */
/** @typedef {{ boxes: Box[], axes: number[], routes: Point[][], columns: { x: number, w: number }[], box: Box }} Layered routes: per edge, points from left to right */

/** A gap grows by so much (px) for every edge beyond the first that changes its height there. */
const PER_TURN = 3;
const WIDEST = 3;
/** Lanes of one edge are drawn to one height in so many rounds. */
const ROUNDS = 4;

/** @param {Order} order @param {Size[]} sizes @param {Air} air @returns {Layered} with the axis at 0 and the left edge at 0 */
export function layered(order, sizes, air) {
  const lane = { w: 0, up: air.lane / 2, down: air.lane / 2 };
  const sizeOf = (/** @type {number} */ v) => (v < order.boxes ? sizes[v] : lane);
  const y = heights(order, sizeOf, air);
  const columns = across(order, sizeOf, y, air);
  const boxes = order.layerOf.map((layer, v) => ({ x: columns[layer].x + (columns[layer].w - sizes[v].w) / 2, y: y[v] - sizes[v].up, w: sizes[v].w, h: sizes[v].up + sizes[v].down }));
  const meets = (/** @type {number} */ v) => ({ enter: y[v] + (sizes[v].enter ?? 0), leave: y[v] + (sizes[v].leave ?? 0) });
  const routes = order.chains.map((chain) => route(order, chain, boxes, y, columns, meets));
  return { boxes, axes: y.slice(0, order.boxes), routes, columns, box: around(boxes, routes) };
}

/** The height of every box and lane. @param {Order} order @param {(v: number) => Size} sizeOf @param {Air} air @returns {number[]} */
function heights(order, sizeOf, air) {
  const near = neighbours(order);
  const wanted = new Array(near.length).fill(0);
  const y = new Array(near.length).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    for (const layer of order.layers) stack(layer, order, sizeOf, air.between, wanted, y);
    near.forEach((all, v) => (wanted[v] = order.spine.has(v) ? 0 : all.reduce((sum, n) => sum + y[n], 0) / Math.max(1, all.length)));
    for (const chain of order.chains) straighten(chain.slice(1, -1), wanted, y);
  }
  for (const layer of order.layers) stack(layer, order, sizeOf, air.between, wanted, y);
  return y;
}

/** @param {Order} order @returns {number[][]} */
function neighbours({ layers, chains }) {
  const near = /** @type {number[][]} */ (Array.from({ length: layers.flat().length }, () => []));
  for (const chain of chains) for (let k = 1; k < chain.length; k++) (near[chain[k]].push(chain[k - 1]), near[chain[k - 1]].push(chain[k]));
  return near;
}

/** All lanes of an edge want the height of the one that is furthest out. @param {number[]} lanes @param {number[]} wanted @param {number[]} y */
function straighten(lanes, wanted, y) {
  if (lanes.length === 0) return;
  const furthest = lanes.reduce((a, b) => (Math.abs(y[b]) > Math.abs(y[a]) ? b : a));
  for (const lane of lanes) wanted[lane] = y[furthest];
}

/** One layer: its box of the spine on the axis, the others outwards from it, as near to where they want to be as they can. @param {number[]} layer @param {Order} order @param {(v: number) => Size} sizeOf @param {number} between @param {number[]} wanted @param {number[]} y */
function stack(layer, order, sizeOf, between, wanted, y) {
  const middle = layer.findIndex((v) => order.spine.has(v));
  y[layer[middle]] = 0;
  let edge = -sizeOf(layer[middle]).up;
  for (let k = middle - 1; k >= 0; k--) {
    const size = sizeOf(layer[k]);
    y[layer[k]] = Math.min(wanted[layer[k]], edge - between - size.down);
    edge = y[layer[k]] - size.up;
  }
  edge = sizeOf(layer[middle]).down;
  for (let k = middle + 1; k < layer.length; k++) {
    const size = sizeOf(layer[k]);
    y[layer[k]] = Math.max(wanted[layer[k]], edge + between + size.up);
    edge = y[layer[k]] + size.down;
  }
}

/** Where the layers stand from left to right. @param {Order} order @param {(v: number) => Size} sizeOf @param {number[]} y @param {Air} air */
function across({ layers, layerOf, boxes, chains }, sizeOf, y, air) {
  const turns = new Array(layers.length).fill(0);
  for (const chain of chains) {
    const first = layerOf[chain[0]];
    for (let k = 1; k < chain.length; k++) if (Math.abs(y[chain[k]] - y[chain[k - 1]]) > 1) turns[first + k] += 1;
  }
  let x = 0;
  return layers.map((layer, k) => {
    const w = Math.max(...layer.filter((v) => v < boxes).map((v) => sizeOf(v).w));
    x += k === 0 ? 0 : air.gap + Math.min(air.gap * (WIDEST - 1), PER_TURN * Math.max(0, turns[k] - 1));
    const column = { x, w };
    x += w;
    return column;
  });
}

/** From box to box: level across every layer that it passes. @param {Order} order @param {number[]} chain @param {Box[]} boxes @param {number[]} y @param {{ x: number, w: number }[]} columns @param {(v: number) => { enter: number, leave: number }} meets @returns {Point[]} */
function route({ layerOf }, chain, boxes, y, columns, meets) {
  const [from, to] = [chain[0], chain[chain.length - 1]];
  const first = layerOf[from];
  /** @type {Point[]} */
  const points = [[boxes[from].x + boxes[from].w, meets(from).leave], [columns[first].x + columns[first].w, meets(from).leave]];
  chain.slice(1, -1).forEach((lane, k) => {
    const column = columns[first + 1 + k];
    points.push([column.x, y[lane]], [column.x + column.w, y[lane]]);
  });
  return [...points, [columns[layerOf[to]].x, meets(to).enter], [boxes[to].x, meets(to).enter]];
}

/** @param {Box[]} boxes @param {Point[][]} routes @returns {Box} */
function around(boxes, routes) {
  const ys = [...boxes.flatMap((b) => [b.y, b.y + b.h]), ...routes.flat().map((p) => p[1])];
  const [top, bottom] = [Math.min(0, ...ys), Math.max(0, ...ys)];
  return { x: 0, y: top, w: Math.max(0, ...boxes.map((b) => b.x + b.w)), h: bottom - top };
}
