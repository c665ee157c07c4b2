/** How large an item of a large graph is drawn, and where its volumes stand within it. Pure. */

import { pose } from '../scene/pose.js';
import { stackSize } from '../scene/sizes.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Graph, Pose } from '../stage.d.ts' */
/** @import { Projection } from '../scene/sizes.js' */
/** @import { Size } from './layered.js' */
/** @import { Item } from './structure.js' */
/** @typedef {{ node: NodeView, x: number, y: number, s: ReturnType<typeof stackSize> }} Part x, y: of the volume's extent, from the item's left edge and its axis */
/** @typedef {Size & { parts: Part[] }} Measured */
/**
 * @typedef {object} Measures
 * @property {Projection} look
 * @property {number} gap px between layers
 * @property {number} between px between the volumes of a step
 * @property {number} above px for a label above several volumes
 * @property {number} below px for a label below
 * @property {number} least px across for a label
 */

/** A folded group stands on cards, one for each block up to so many, each so far (px) behind the one before. */
export const CARDS = { most: 3, away: 5 };
/** px from a folded group's volume to the edge of its card. */
export const EDGE = 7;

/** The volumes that are drawn of an item: all of a step, what comes out of a group. @param {Item} item */
export const drawn = (item) => (item.column ? item.column.nodes : [item.out]);

/** How many cards are behind a folded group. @param {Item} item */
export const cardsOf = (item) => (item.column ? 0 : Math.min(CARDS.most, Math.max(1, item.items.every((block) => !block.column) ? item.items.length - 1 : 1)));

/** @param {Graph} graph @param {Item} item @param {number} side of the largest map @param {Measures} measures @returns {Measured} */
export function measured(graph, item, side, measures) {
  const nodes = drawn(item);
  const sizes = nodes.map((node) => stackSize(graph, /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(node.name)), side, measures.look));
  const tall = sizes.reduce((sum, s) => sum + s.height, measures.between * (sizes.length - 1));
  const room = item.column ? 0 : EDGE + cardsOf(item) * CARDS.away;
  const w = Math.max(measures.least, Math.max(...sizes.map((s) => s.width)) + 2 * room);
  let y = -tall / 2;
  const parts = sizes.map((s, k) => {
    const part = { node: nodes[k], x: (w - s.width) / 2, y, s };
    y += s.height + measures.between;
    return part;
  });
  const last = parts[parts.length - 1];
  const several = parts.length > 1 ? measures.above : 0;
  return { w, up: tall / 2 + room + several, down: tall / 2 + room + measures.below, enter: near(parts[0]), leave: near(last), parts };
}

/** The point of a volume's side that is nearest to the axis, or near to it. @param {Part} part */
function near({ y, s }) {
  if (y <= 0 && y + s.height >= 0) return 0;
  return y > 0 ? y + s.height * 0.3 : y + s.height * 0.7;
}

/** @param {Part} part @param {number} left @param {number} axis @param {Projection} look @returns {Pose} */
export const poseOf = ({ x, y, s }, left, axis, look) =>
  pose({ x: left + x, y: axis + y + s.rise, w: s.w, h: s.h, ax: look.ax, ay: look.ay, dx: s.dx, dy: s.dy });
