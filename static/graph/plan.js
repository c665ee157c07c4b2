/** The plan of a large graph on a stage of some size: what is seen of it, how large, where. Pure. */

import { MANY } from '../model/graph.js';
import { seenOf } from './fold.js';
import { layered } from './layered.js';
import { measured } from './measure.js';
import { orderOf } from './order.js';
import { stepsOf, structureOf } from './structure.js';

/** @import { Box, Column, Graph } from '../stage.d.ts' */
/** @import { Seen } from './fold.js' */
/** @import { Layered } from './layered.js' */
/** @import { Measured, Measures } from './measure.js' */
/** @import { Order } from './order.js' */
/** @import { Item } from './structure.js' */
/** @typedef {{ items: Item[], seen: Seen, sizes: Measured[], made: Layered, side: number, axis: number }} Plan axis: y of the axis on the stage */

/** Between these the largest map's side (px) is chosen so that the folded graph fills the room. */
const SIDE = { least: 60, most: 230 };
/** What is left over of the width widens the gaps by at most this factor. */
const WIDEST_GAP = 2.4;
/** What is missing of it narrows them as far as this, px, and then the room for a name. */
const LEAST_GAP = 11;
const LEAST_NAME = 56;
/** px between boxes of a layer, and that an edge passing by takes. */
const BETWEEN = 22;
const LANE = 12;
/** px across for what is said of the photograph and of what is done to it. */
const INPUT = 100;

/** @type {WeakMap<Graph, { items: Item[], orders: Map<string, { seen: Seen, order: Order }> }>} */
const known = new WeakMap();

/** What repeats in the flow of a graph, worked out once. @param {Graph} graph @param {Column[]} columns */
export function itemsOf(graph, columns) {
  const made = known.get(graph) ?? { items: (graph.nodes.length > MANY ? structureOf : stepsOf)(graph, columns), orders: new Map() };
  known.set(graph, made);
  return made.items;
}

/** @param {Graph} graph @param {Column[]} columns @param {string} open */
function ordered(graph, columns, open) {
  const items = itemsOf(graph, columns);
  const { orders } = /** @type {{ orders: Map<string, { seen: Seen, order: Order }> }} */ (known.get(graph));
  const found = orders.get(open);
  if (found) return found;
  const seen = seenOf(graph, items, open);
  const made = { seen, order: orderOf(seen.items.length, seen.edges) };
  orders.set(open, made);
  return made;
}

/**
 * @param {Graph} graph @param {Column[]} columns of the flow @param {string} open the open groups @param {Box} room @param {Measures} wanted
 * @param {number} head px above an input, beside its own width, for the picture it was made from
 * @returns {Plan}
 */
export function planOf(graph, columns, open, room, wanted, head) {
  const folded = ordered(graph, columns, '');
  let measures = wanted;
  const lay = (/** @type {typeof folded} */ { seen, order }, /** @type {number} */ side, /** @type {number} */ gap) => {
    const sizes = seen.items.map((item) => (item.out.inputs.length === 0 ? headed(measured(graph, item, side, { ...measures, least: INPUT }), head) : measured(graph, item, side, measures)));
    return { sizes, made: layered(order, sizes, { gap, between: BETWEEN, lane: LANE }) };
  };
  if (lay(folded, SIDE.least, LEAST_GAP).made.box.w > room.w) measures = { ...wanted, least: LEAST_NAME };
  let [low, high] = [SIDE.least, SIDE.most];
  for (let k = 0; k < 12; k++) {
    const side = (low + high) / 2;
    const { box } = lay(folded, side, measures.gap).made;
    if (box.w <= room.w && box.h <= room.h) low = side;
    else high = side;
  }
  const first = lay(folded, low, measures.gap).made;
  const gap = measures.gap + Math.max(LEAST_GAP - measures.gap, Math.min(measures.gap * (WIDEST_GAP - 1), (room.w - first.box.w) / Math.max(1, first.columns.length - 1)));
  const axis = room.y + Math.max(0, room.h - first.box.h) / 2 - first.box.y;
  const now = ordered(graph, columns, open);
  return { items: itemsOf(graph, columns), seen: now.seen, ...lay(now, low, gap), side: low, axis };
}

/** An input has the photograph above it. @param {Measured} size @param {number} head @returns {Measured} */
const headed = (size, head) => ({ ...size, up: size.up + head + size.parts[0].s.width });
