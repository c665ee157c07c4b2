/** The ribbon: the whole network small and in one row, at the top of a close view. Pure. */

import { folded } from '../model/graph.js';
import { pose } from './pose.js';
import { stackSize } from './sizes.js';
import { extentOf } from './slices.js';
import { shape, line } from './marks.js';

/** @import { Box, Graph, Mark, Pose } from '../stage.d.ts' */
/** @import { Projection } from './sizes.js' */

const STRIP = 8;
/** More nodes than this are folded, and stand close, px. */
const MANY = 32;
const CLOSE = 2;
/** Strips are a little taller than the largest map. */
const TALLER = 1.1;

/**
 * A row of closed volumes that fills the width as far as its height lets it. Of a deep network only what comes out of
 * each column, and what is looked at.
 * @param {Graph} graph @param {Box} room @param {Projection} look @param {number} gap @param {Set<string>} lit
 * @returns {Map<string, Pose>}
 */
export function ribbon(graph, room, look, gap, lit) {
  const out = new Set(folded(graph.columns).map((column) => column.nodes[0].name));
  const nodes = graph.nodes.length <= MANY ? graph.nodes : graph.nodes.filter((node) => out.has(node.name) || lit.has(node.name));
  const air = nodes.length <= MANY ? gap : CLOSE;
  const widths = (/** @type {number} */ side) => nodes.map((node) => {
    const volume = /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(node.name));
    return volume.vector ? STRIP : stackSize(graph, volume, side, look).width;
  });
  const total = (/** @type {number} */ side) => widths(side).reduce((sum, w) => sum + w + air, -air);
  let [low, high] = [3, room.h / (1 + look.ay + 0.06)];
  for (let k = 0; k < 20; k++) {
    const side = (low + high) / 2;
    if (total(side) <= room.w) low = side;
    else high = side;
  }
  const spare = Math.min(26, Math.max(0, room.w - total(low)) / Math.max(1, nodes.length - 1));
  const middle = room.y + room.h / 2;
  const across = widths(low);
  /** @type {Map<string, Pose>} */
  const poses = new Map();
  let x = room.x;
  nodes.forEach((node, k) => {
    const volume = /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(node.name));
    if (volume.vector) {
      const h = Math.min(room.h, low * TALLER);
      poses.set(node.name, pose({ x, y: middle - h / 2, w: STRIP, h }));
    } else {
      const s = stackSize(graph, volume, low, look);
      poses.set(node.name, pose({ x, y: middle - s.height / 2 + s.rise, w: s.w, h: s.h, ax: look.ax, ay: look.ay, dx: s.dx, dy: s.dy }));
    }
    x += across[k] + air + spare;
  });
  return poses;
}

/** From a volume of the ribbon down to its enlarged self: a wedge, and a line under the small and over the large one. @param {Graph} graph @param {Map<string, Pose>} small @param {{ node: string, x0: number, x1: number, y: number }} span @param {number} below y of the lines under the ribbon @returns {Mark[]} */
export function wedge(graph, small, { node, x0, x1, y }, below) {
  const [p, volume] = [small.get(node), graph.volumes.get(node)];
  if (!p || !volume) return [];
  const box = extentOf(volume, p);
  return [
    shape([[box.x, below], [box.x + box.w, below], [x1, y], [x0, y]], { fill: 'wedge' }),
    line([[box.x, below], [box.x + box.w, below]], { width: 1.6, alpha: 0.8 }),
    line([[x0, y], [x1, y]], { width: 1.1, alpha: 0.55 }),
  ];
}
