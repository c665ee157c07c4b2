/** The timeline's picture: the network's silhouette forward, the loss, the silhouette again backward. Pure. */

import { clamp01 } from '../anim/ease.js';
import { layerCount, passEnd, segmentsOf } from '../anim/timeline.js';
import { isWeighted } from '../model/graph.js';
import { line, rect, shape } from './marks.js';

/** @import { Graph, Mark, Point, Scale } from '../stage.d.ts' */
/** @typedef {{ width: number, height: number, small: boolean, big?: boolean }} Room big: in big type, for a room */

const BASE = 20;
const TALLEST = 32;
const LEAST = 5;
/** px: radius of the playhead's knob, which stays whole at both ends. */
const KNOB = 5;

/** Where t stands, and which t stands at x. @param {Graph} graph @param {Room} room */
export function rulerOf(graph, { width, small, big = false }) {
  const count = layerCount(graph);
  const loss = small ? 30 : 58;
  const pad = small ? KNOB + 2 : big ? 112 : 84;
  const unit = (width - loss - 2 * pad) / (2 * count);
  const middle = width / 2;
  return {
    unit, loss, middle,
    x: (/** @type {number} */ t) => (t <= count ? middle - loss / 2 - (count - t) * unit : t <= count + 1 ? middle - loss / 2 + (t - count) * loss : middle + loss / 2 + (t - count - 1) * unit),
    /** @param {number} x @param {boolean} [backward] whether there is a pass back to be in */
    t(x, backward = false) {
      const [before, after] = [count - (middle - loss / 2 - x) / unit, count + 1 + (x - middle - loss / 2) / unit];
      if (!backward || before < count) return Math.max(0, Math.min(count, before));
      return Math.min(2 * count + 1, after > count + 1 ? after : count + (x - middle + loss / 2) / loss);
    },
  };
}

/** A layer's height: √ of its maps' side, so that a halving is seen. @param {Graph} graph @param {string} name */
function heightOf(graph, name) {
  const volume = graph.volumes.get(name);
  if (!volume || volume.vector) return LEAST;
  return LEAST + (TALLEST - LEAST) * Math.sqrt(Math.max(volume.rows, volume.columns) / graph.largest);
}

/**
 * @param {Graph} graph @param {Room} room @param {number} t @param {Scale} scale @param {{ scale: Scale, shown: boolean } | null} [back] colours of the pass back where there is one; whether it is in it
 * @returns {Mark[]}
 */
export function silhouette(graph, room, t, scale, back = null) {
  const ruler = rulerOf(graph, room);
  const count = layerCount(graph);
  const base = room.height - BASE;
  const now = Math.min(t, passEnd(count, back?.shown ?? false));
  const bars = segmentsOf(graph).flatMap(({ node, pass, from, to }) => {
    const x = ruler.x(from);
    const w = Math.max(1, ruler.x(to) - x - (ruler.unit > 8 ? 2.5 : ruler.unit > 4 ? 1 : 0));
    const h = heightOf(graph, node);
    const weighted = isWeighted(/** @type {import('../types.d.ts').NodeView} */ (graph.byName.get(node)));
    const done = clamp01(now - from);
    const colour = pass === 'backward' && back ? back.scale : scale;
    const muted = pass === 'backward' && !back ? 0.55 : 1;
    return [
      rect({ x, y: base - h, w, h }, { fill: 'rule', fillAlpha: muted }),
      ...(done > 0 ? [rect({ x, y: base - h, w: w * done, h }, { fill: colour.css(0.5, 1), fillAlpha: weighted ? 1 : 0.55 })] : []),
      ...(weighted ? [rect({ x, y: base - h, w, h: 1.4 }, { fill: 'ink', fillAlpha: 0.75 * muted })] : []),
    ];
  });
  return [
    ...bars,
    line([[0, base + 0.5], [room.width, base + 0.5]], { width: 1, alpha: 0.5 }),
    ...circle(ruler.middle, base - 12, room.small ? 5 : 8, now >= count),
    ...playhead(ruler.x(now), base),
  ];
}

/** The part that is played over and over: a band behind the bars. @param {Graph} graph @param {Room} room @param {[number, number] | null} loop @returns {Mark[]} */
export function loopMarks(graph, room, loop) {
  if (!loop) return [];
  const [x0, x1] = loop.map(rulerOf(graph, room).x), base = room.height - BASE;
  const w = Math.max(3, x1 - x0);
  return [rect({ x: x0, y: 8, w, h: base - 8 }, { fill: 'wedge', fillAlpha: 2 }), line([[x0, 14], [x0, 8], [x0 + w, 8], [x0 + w, 14]], { width: 1.6 })];
}

/** The loss: full when the pass has come to it. @param {number} x @param {number} y @param {number} r @param {boolean} full @returns {Mark[]} */
function circle(x, y, r, full) {
  const points = Array.from({ length: 24 }, (_, k) => /** @type {Point} */ ([x + r * Math.cos((k * Math.PI) / 12), y + r * Math.sin((k * Math.PI) / 12)]));
  return [shape(points, { fill: full ? 'ink' : 'sheet', stroke: 'ink', width: 1 })];
}

/** @param {number} x @param {number} base @returns {Mark[]} */
function playhead(x, base) {
  const knob = Array.from({ length: 20 }, (_, k) => /** @type {Point} */ ([x + KNOB * Math.cos((k * Math.PI) / 10), 6 + KNOB * Math.sin((k * Math.PI) / 10)]));
  return [
    line([[x, 4], [x, base]], { stroke: 'halo', width: 5 }),
    line([[x, 4], [x, base + 1]], { width: 2 }),
    shape(knob, { fill: 'ink' }),
  ];
}

/** The names under the silhouette: block by block where there are blocks, layer by layer where there is room. @param {Graph} graph @param {Room} room */
export function silhouetteNames(graph, room) {
  const ruler = rulerOf(graph, room);
  const inputs = graph.nodes.length - layerCount(graph);
  const place = (/** @type {string} */ name) => (graph.index.get(name) ?? 0) - inputs;
  return graph.blocks.map((block) => {
    const nodes = block.columns.flatMap((column) => column.nodes.map((node) => place(node.name)));
    const [first, last] = [Math.min(...nodes), Math.max(...nodes) + 1];
    const count = layerCount(graph);
    return { title: block.title, forward: (ruler.x(first) + ruler.x(last)) / 2, backward: (ruler.x(2 * count + 1 - last) + ruler.x(2 * count + 1 - first)) / 2, width: (last - first) * ruler.unit };
  });
}
