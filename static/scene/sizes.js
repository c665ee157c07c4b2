/** How large maps and stacks are drawn: smaller maps smaller, but by less than their resolution, so that the small survive. Pure. */

/** @import { Graph, Volume } from '../stage.d.ts' */
/** @typedef {{ ax: number, ay: number, rise: number, depth: number }} Projection how a closed stack is seen; depth: ten channels, in shares of the side */

/** side ∝ pixels^0.66: a halving is seen. */
const SHRINK = 0.66;
/** The smallest map is not drawn below this share of the largest. */
const SMALLEST = 0.2;
/** Sides below this (px) are not drawn smaller. */
const LEAST_SIDE = 7;
/** Ten channels are at most so deep (px); beyond ten, depth grows slower than their number. */
const DEEPEST_TEN = 32;
const DEPTH_GROWTH = 0.35;

/** The exponent for this network: gentler where maps shrink a lot. @param {Graph} graph */
const shrinkOf = ({ largest, smallest }) =>
  smallest < largest ? Math.min(SHRINK, Math.log(SMALLEST) / Math.log(smallest / largest)) : SHRINK;

/**
 * Width and height of one map face on, where the network's largest map is `side` px.
 * @param {Graph} graph @param {Volume} volume @param {number} side
 */
export function mapSize(graph, volume, side) {
  const longest = Math.max(volume.rows, volume.columns);
  const drawn = Math.max(LEAST_SIDE, side * (longest / graph.largest) ** shrinkOf(graph));
  return { w: (drawn * volume.columns) / longest, h: (drawn * volume.rows) / longest };
}

/** How far a stack of so many channels goes back, px. @param {number} channels @param {number} side @param {Projection} look */
export function depthOf(channels, side, look) {
  const ten = Math.min(DEEPEST_TEN, side * look.depth);
  return channels <= 10 ? (ten * channels) / 10 : ten * (channels / 10) ** DEPTH_GROWTH;
}

/**
 * A closed stack under a projection: its pose's lengths and the room it takes.
 * @param {Graph} graph @param {Volume} volume @param {number} side @param {Projection} look
 */
export function stackSize(graph, volume, side, look) {
  const { w, h } = mapSize(graph, volume, side);
  const depth = depthOf(volume.channels, side, look);
  const rise = depth * look.rise;
  return {
    w, h, dx: depth / volume.channels, dy: -rise / volume.channels,
    width: w * look.ax + depth,
    height: h + w * look.ay + rise,
    rise,
  };
}
