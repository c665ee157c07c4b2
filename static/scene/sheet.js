/** The contact sheet: every volume unravelled, a column a node, a row a channel, so that one reads along a row. Pure. */

import { mapSize } from './sizes.js';

/** @import { Box, Column, Graph, Pose } from '../stage.d.ts' */

/** Largest and smallest pitch of the rows, px, and the air between two maps. */
const PITCH = { most: 58, least: 5 };
const AIR = 6;
/** Map side ∝ pixels^0.35 here: the rows keep one pitch, so small maps are drawn larger than in the flow. */
const SHRINK = 0.35;
/** Gaps in units of one: after an input, between a layer and what hangs below it, after a block, elsewhere. */
const GAPS = { input: 2.4, pair: 0.55, block: 1.7, other: 1 };
const LEAST_GAP = 10;
const CLOSE_GAP = 3;
const WIDEST_GAP = 46;

/** @typedef {{ gx: number, gy: number, gw: number, gh: number, gc: number, gpx: number, gpy: number, only?: number[] }} Grid */
/** @typedef {{ grids: Map<string, Grid>, pitch: number, rows: number, top: number, bottom: number, x0: number, x1: number }} Sheet */

/** Maps smaller than this (px) cannot be told apart: `excerpt` shows fewer. */
export const READABLE = 12;

/**
 * @param {Graph} graph @param {Column[]} line the columns of one line of the sheet @param {Box} room
 * @param {number} [most] the largest pitch
 * @returns {Sheet}
 */
export function sheet(graph, line, room, most = PITCH.most) {
  let pitch = Math.min(most, room.h);
  while (pitch > PITCH.least && widthOf(gridSizes(graph, line, room, pitch), line) > room.w) pitch -= 1;
  return laidOut(gridSizes(graph, line, room, pitch), line, room, pitch);
}

/**
 * The first channels of every volume, one row each, for networks of more maps than the screen has room for.
 * @param {Graph} graph @param {Column[]} line @param {Box} room
 * @returns {Sheet}
 */
export function excerpt(graph, line, room) {
  let pitch = PITCH.most;
  const sizes = (/** @type {number} */ p) => gridSizes(graph, line, room, p).map((s) => ({ ...s, across: 1, width: s.w }));
  while (pitch > PITCH.least && widthOf(sizes(pitch), line, CLOSE_GAP) > room.w) pitch -= 1;
  const made = laidOut(sizes(pitch), line, room, pitch);
  for (const [name, grid] of made.grids) {
    const { channels } = /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(name));
    if (channels > made.rows) grid.only = Array.from({ length: made.rows }, (_, c) => c);
  }
  return made;
}

/** @typedef {ReturnType<typeof gridSizes>[number]} Size */

/** @param {Size[]} sizes @param {Column[]} line @param {Box} room @param {number} pitch @returns {Sheet} */
function laidOut(sizes, line, room, pitch) {
  const rows = Math.max(...sizes.map((s) => s.rows));
  const weights = gapWeights(line).reduce((sum, w) => sum + w, 0);
  const spare = room.w - sizes.reduce((sum, s) => sum + s.width, 0);
  const gap = weights > 0 ? Math.min(WIDEST_GAP, spare / weights) : 0;
  const top = room.y + (room.h - rows * pitch) / 2;
  /** @type {Map<string, Grid>} */
  const grids = new Map();
  let x = room.x;
  const gaps = gapWeights(line);
  sizes.forEach((s, k) => {
    const lower = s.input ? Math.floor((rows - s.rows) / 2) * pitch : 0;
    grids.set(s.name, { gx: x, gy: top + lower + (pitch - s.h) / 2, gw: s.w, gh: s.h, gc: s.across, gpx: s.w + AIR - 2, gpy: pitch });
    x += s.width + gap * (gaps[k] ?? 0);
  });
  return { grids, pitch, rows, top, bottom: top + rows * pitch, x0: room.x, x1: x };
}

/** @param {Graph} graph @param {Column[]} line @param {Box} room @param {number} pitch */
function gridSizes(graph, line, room, pitch) {
  const fit = Math.max(1, Math.floor(room.h / pitch));
  return line.flatMap((column) =>
    column.nodes.map((node) => {
      const volume = /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(node.name));
      const longest = Math.max(volume.rows, volume.columns);
      const side = Math.max(2, (pitch - Math.min(AIR, pitch * 0.2)) * (longest / graph.largest) ** SHRINK);
      const { w, h } = mapSize(graph, volume, graph.largest);
      const across = Math.ceil(volume.channels / fit);
      const scale = side / Math.max(w, h);
      return {
        name: node.name, input: node.inputs.length === 0, across, rows: Math.min(volume.channels, fit),
        w: w * scale, h: h * scale, width: across * (w * scale + AIR - 2) - AIR + 2,
      };
    }),
  );
}

/** @param {Column[]} line */
function gapWeights(line) {
  const nodes = line.flatMap((column) => column.nodes.map((node) => ({ node, column })));
  return nodes.slice(0, -1).map(({ node, column }, k) => {
    const next = nodes[k + 1];
    if (node.inputs.length === 0) return GAPS.input;
    if (column === next.column) return GAPS.pair;
    return column.block !== next.column.block ? GAPS.block : GAPS.other;
  });
}

/** @param {Size[]} sizes @param {Column[]} line @param {number} [gap] px */
const widthOf = (sizes, line, gap = LEAST_GAP) =>
  sizes.reduce((sum, s) => sum + s.width, 0) + gap * gapWeights(line).reduce((sum, w) => sum + w, 0);

/** A pose whose stack lies where its grid is, opened. @param {Grid} grid @param {Pose} closed the pose it opens from @returns {Pose} */
export const opened = (grid, closed) => ({ ...closed, ...grid, u: 1 });
