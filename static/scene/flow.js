/** The lines of the flow: who reads whom, drawn from volume to volume. Pure. */

import { extentOf } from './slices.js';
import { curve, line } from './marks.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Box, Graph, Mark, Point, Pose } from '../stage.d.ts' */

const STYLE = { width: 1.1, alpha: 0.6, head: true };
const AWAY = 2;
/** A line leaves and meets a volume at most this far from the axis, or this share of the volume's height. */
const OFF_AXIS = 44;
const OFF_SHARE = 0.3;

/**
 * @param {Graph} graph @param {Map<string, Pose>} poses @param {(node: string) => number} axisOf where the flow's axis lies for a node
 * @param {boolean} [back] the lines point to what was read, as gradients flow
 * @returns {Mark[]}
 */
export function flowMarks(graph, poses, axisOf, back = false) {
  const marks = linesOf(graph, poses, axisOf, back);
  return back ? marks.map(turned) : marks;
}

/** The same line, the other way. @param {Mark} mark @returns {Mark} */
const turned = (mark) => (mark.kind === 'curve' || mark.kind === 'path' ? { ...mark, points: [...mark.points].reverse() } : mark);

/** @param {Graph} graph @param {Map<string, Pose>} poses @param {(node: string) => number} axisOf @param {boolean} back @returns {Mark[]} */
function linesOf(graph, poses, axisOf, back) {
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  for (const [name, pose] of poses) {
    const volume = graph.volumes.get(name);
    if (volume) boxes.set(name, extentOf(volume, pose));
  }
  const home = new Map(graph.columns.flatMap((column) => column.nodes.map((node) => [node.name, column])));
  return graph.nodes.filter((node) => boxes.has(node.name)).flatMap((node) =>
    drawnInputs(graph, node, boxes).flatMap((input) => {
      const [from, to] = [boxes.get(input), boxes.get(node.name)];
      const [pose, next] = [poses.get(input), poses.get(node.name)];
      if (!from || !to || !pose || !next) return [];
      if (home.get(input) === home.get(node.name) && to.y > from.y + from.h) return [down(pose, from, next, to)];
      return across(from, to, axisOf(input), axisOf(node.name), skips(graph, input, node.name), back);
    }),
  );
}

/** What a node reads, of what is drawn: through layers that are folded away. @param {Graph} graph @param {NodeView} node @param {Map<string, Box>} boxes @returns {string[]} */
function drawnInputs(graph, node, boxes) {
  const found = node.inputs.flatMap((name) => {
    const input = graph.byName.get(name);
    return boxes.has(name) || !input ? [name] : drawnInputs(graph, input, boxes);
  });
  return [...new Set(found)];
}

/** From a layer to the lid of what hangs below it. @param {Pose} pose @param {Box} from @param {Pose} next @param {Box} to @param {boolean} [up] it points to what was read @returns {Mark} */
export function down(pose, from, next, to, up = false) {
  const x = pose.x + pose.w * pose.ax;
  const [across, back] = [next.w * next.ax, to.w - next.w * next.ax];
  const lid = to.y + next.w * next.ay * Math.max(0, 1 - back / across);
  const way = line([[x, from.y + from.h + AWAY], [x, lid - AWAY]], STYLE);
  return up ? turned(way) : way;
}

/** How many ranks a line passes by. @param {Graph} graph @param {string} from @param {string} to */
function skips(graph, from, to) {
  const rank = (/** @type {string} */ name) => graph.columns.find((c) => c.nodes.some((n) => n.name === name))?.rank ?? 0;
  return rank(to) - rank(from) - 1;
}

/** @param {Box} from @param {Box} to @param {number} fromAxis @param {number} toAxis @param {number} passed @param {boolean} back @returns {Mark[]} */
function across(from, to, fromAxis, toAxis, passed, back) {
  const start = /** @type {Point} */ ([from.x + from.w + AWAY, toward(from, fromAxis)]);
  const end = /** @type {Point} */ ([to.x - AWAY, toward(to, toAxis)]);
  if (end[0] <= start[0]) return turn(start, end, back);
  if (passed > 0) return [arch(end, from, to)];
  const middle = (start[0] + end[0]) / 2;
  return [curve([start, [middle, start[1]], [middle, end[1]], end], STYLE)];
}

/** The point of a volume's side that is nearest to the axis, or near to it. @param {Box} box @param {number} axis */
function toward(box, axis) {
  if (box.y <= axis && axis <= box.y + box.h) return axis;
  const off = Math.min(OFF_AXIS, box.h * OFF_SHARE);
  return axis < box.y ? box.y + off : box.y + box.h - off;
}

/** px over the higher of two volumes at which a line passes by what lies between, under the names there; across of its bends; their points. */
const LOFT = 6, BEND = 22, STEPS = 8;

/** Up beside the volume that it comes out of, over what lies between, and down. @param {Point} end @param {Box} from @param {Box} to @returns {Mark} */
function arch(end, from, to) {
  const top = Math.min(from.y, to.y) - LOFT, x = from.x + from.w;
  const up = bend([x, from.y + LOFT], [x + AWAY, from.y], [x + AWAY, top], [x + AWAY + BEND, top]);
  return line([...up, ...bend([end[0] - BEND, top], [end[0] - BEND / 2, top], [end[0] - BEND / 4, to.y], [end[0], to.y + LOFT])], { ...STYLE, alpha: 0.45 });
}

/** A Bézier curve as points. @param {...Point} points four @returns {Point[]} */
const bend = (...points) => Array.from({ length: STEPS + 1 }, (_, k) => {
  const t = k / STEPS, weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  return /** @type {Point} */ ([0, 1].map((axis) => weights.reduce((sum, weight, n) => sum + weight * points[n][axis], 0)));
});

/** Out of the end of one line of the flow, and into the start of the next. @param {Point} start @param {Point} end @param {boolean} back @returns {Mark[]} */
const turn = (start, end, back) => [
  line([start, [start[0] + 12, start[1]]], { ...STYLE, head: back }),
  line([[end[0] - 12, end[1]], end], { ...STYLE, head: !back }),
];
