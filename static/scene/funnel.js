/**
 * The funnel: the flow goes right along one axis; a layer stands above it and what it feeds elementwise hangs below,
 * everything else sits on it; branches stand below one another. Sizes are solved so that the flow fills the room. Pure.
 */

import { breakLines, ranksOf } from './lines.js';
import { pose } from './pose.js';
import { stackSize } from './sizes.js';

/** @import { Box, Column, Graph, Pose } from '../stage.d.ts' */
/** @import { Projection } from './sizes.js' */
/**
 * @typedef {object} Style
 * @property {Projection} look
 * @property {number} gap px between two columns, before what is left over is shared out
 * @property {number} between px between a layer and what hangs below it
 * @property {number} above px for a label above a column of several
 * @property {number} below px for a label below a column
 * @property {number} most the largest map's side, px
 * @property {number} head px above an input, beside its own width, for the picture it was made from; 0 for none
 * @property {number} lines the flow may be broken into so many
 */
/** @typedef {{ axis: number, top: number, bottom: number, x0: number, x1: number, columns: Column[] }} Line */
/** @typedef {{ poses: Map<string, Pose>, lines: Line[], side: number }} Funnel */

/** One more line must make the maps larger by this factor. */
const WORTH_A_LINE = 1.15;
const BETWEEN_LINES = 6;
const BETWEEN_BRANCHES = 10;
/** What is left over of the width widens gaps by at most this factor, then the flow is centred. */
const WIDEST_GAP = 4;

/**
 * @param {Graph} graph @param {Column[]} columns @param {Box} room @param {Style} style
 * @returns {Funnel}
 */
export function funnel(graph, columns, room, style) {
  const ranks = ranksOf(columns);
  let best = solve(graph, [ranks], room, style);
  for (let count = 2; count <= Math.min(style.lines, ranks.length); count++) {
    const widthOf = (/** @type {Column[]} */ rank) => rankSize(graph, rank, 100, style).width + style.gap;
    const tried = solve(graph, breakLines(ranks, count, widthOf), room, style);
    if (tried.side > best.side * WORTH_A_LINE) best = tried;
  }
  return place(graph, best.lines, best.side, room, style);
}

/** The largest side at which all lines fit. @param {Graph} graph @param {Column[][][]} lines @param {Box} room @param {Style} style */
function solve(graph, lines, room, style) {
  let [low, high] = [4, style.most];
  for (let k = 0; k < 24; k++) {
    const side = (low + high) / 2;
    const heights = lines.map((line) => lineHeight(graph, line, side, style));
    const tall = heights.reduce((sum, { up, down }) => sum + up + down + BETWEEN_LINES, -BETWEEN_LINES);
    const wide = Math.max(...lines.map((line) => lineWidth(graph, line, side, style)));
    if (tall <= room.h && wide <= room.w) low = side;
    else high = side;
  }
  return { lines, side: low };
}

/** @param {Column} column @param {Graph} graph @param {number} side @param {Style} style */
function columnSize(column, graph, side, style) {
  const sizes = column.nodes.map((node) => stackSize(graph, volumeIn(graph, node.name), side, style.look));
  const volumes = sizes.reduce((sum, s) => sum + s.height, 0) + style.between * (sizes.length - 1);
  const several = sizes.length > 1;
  const head = style.head > 0 && column.nodes[0].inputs.length === 0 ? style.head + sizes[0].width : 0;
  return { sizes, volumes, above: head + (several ? style.above : 0), width: Math.max(...sizes.map((s) => s.width)) };
}

/** @param {Graph} graph @param {string} name */
const volumeIn = (graph, name) => /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(name));

/** A rank's width, and how far it goes above and below the axis. @param {Graph} graph @param {Column[]} rank @param {number} side @param {Style} style */
function rankSize(graph, rank, side, style) {
  const columns = rank.map((column) => columnSize(column, graph, side, style));
  const width = Math.max(...columns.map((c) => c.width));
  if (columns.length === 1) {
    const [{ volumes, above }] = columns;
    return { width, up: volumes / 2 + above, down: volumes / 2 + style.below };
  }
  const tall = columns.reduce((sum, c) => sum + c.above + c.volumes + style.below + BETWEEN_BRANCHES, -BETWEEN_BRANCHES);
  return { width, up: tall / 2, down: tall / 2 };
}

/** @param {Graph} graph @param {Column[][]} line @param {number} side @param {Style} style */
function lineHeight(graph, line, side, style) {
  const sizes = line.map((rank) => rankSize(graph, rank, side, style));
  return { up: Math.max(...sizes.map((s) => s.up)), down: Math.max(...sizes.map((s) => s.down)) };
}

/** The rhythm of the gaps: wide after the input and between blocks, so that blocks are seen. @param {Column[]} rank @param {Column[] | undefined} next */
function gapWeight(rank, next) {
  if (!next) return 0;
  if (rank.some((column) => column.nodes[0].inputs.length === 0)) return 1.7;
  if (rank[0].block !== next[0].block) return 1.6;
  return next.every((column) => column.nodes.length === 1) && rank.some((column) => column.nodes.length > 1) ? 1.15 : 1;
}

/** @param {Graph} graph @param {Column[][]} line @param {number} side @param {Style} style */
const lineWidth = (graph, line, side, style) =>
  line.reduce((sum, rank, k) => sum + rankSize(graph, rank, side, style).width + style.gap * gapWeight(rank, line[k + 1]), 0);

/** @param {Graph} graph @param {Column[][][]} lines @param {number} side @param {Box} room @param {Style} style @returns {Funnel} */
function place(graph, lines, side, room, style) {
  const heights = lines.map((line) => lineHeight(graph, line, side, style));
  const used = heights.reduce((sum, { up, down }) => sum + up + down, 0);
  const spare = Math.max(0, (room.h - used) / (lines.length + 1));
  /** @type {Map<string, Pose>} */
  const poses = new Map();
  let top = room.y + (lines.length > 1 ? 0 : spare);
  const placed = lines.map((line, k) => {
    const { up, down } = heights[k];
    const made = placeLine(graph, line, side, { ...room, y: top, h: up + down }, top + up, style, poses);
    top += up + down + (lines.length > 1 ? (room.h - used) / (lines.length - 1) : 0);
    return made;
  });
  return { poses, lines: placed, side };
}

/** @param {Graph} graph @param {Column[][]} line @param {number} side @param {Box} room @param {number} axis @param {Style} style @param {Map<string, Pose>} poses @returns {Line} */
function placeLine(graph, line, side, room, axis, style, poses) {
  const weights = line.reduce((sum, rank, k) => sum + gapWeight(rank, line[k + 1]), 0);
  const spare = room.w - lineWidth(graph, line, side, style);
  const gap = Math.min(style.gap * WIDEST_GAP, style.gap + (weights > 0 ? spare / weights : 0));
  let x = room.x;
  line.forEach((rank, k) => {
    const { width, up } = rankSize(graph, rank, side, style);
    let y = axis - up;
    for (const column of rank) {
      const { sizes, above } = columnSize(column, graph, side, style);
      y += above;
      column.nodes.forEach((node, n) => {
        const s = sizes[n];
        poses.set(node.name, pose({ x: x + (width - s.width) / 2, y: y + s.rise, w: s.w, h: s.h, ax: style.look.ax, ay: style.look.ay, dx: s.dx, dy: s.dy }));
        y += s.height + style.between;
      });
      y += -style.between + style.below + BETWEEN_BRANCHES;
    }
    x += width + gap * gapWeight(rank, line[k + 1]);
  });
  return { axis, top: room.y, bottom: room.y + room.h, x0: room.x, x1: x, columns: line.flat() };
}
