/** A volume's marks: closed, three faces of real numbers; opening, its slices; not yet computed, an empty frame. Pure. */

import { corners } from './matrix.js';
import { gridlines, image, line, quad, shape } from './marks.js';
import { lidTarget, mapTarget, sideTarget } from './hit.js';
import { deck, facesOf, isClosed, mapQuad, slicesOf } from './slices.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Look, Mark, Pose, Target, Volume } from '../stage.d.ts' */

/** Cells of a row of numbers are told apart by hairlines while they are at least this tall (px). */
const CELL_LINES_FROM = 5;
/** A cell smaller than this on screen (px) is averaged with its neighbours instead of dropped. */
const CRISP_FROM = 1;
/** Ticks at the left of a map of gradients: px from it, and how they are drawn. */
const TICKS = { away: 2.6, style: { width: 3.4, alpha: 0.8, dash: [1, 2.4] } };

/**
 * @param {NodeView} node @param {Volume} volume @param {Pose} pose @param {number} reveal share of it that is computed
 * @param {Look} look @param {number} [every] while it moves, draw every so many-th hidden slice
 * @param {boolean} [bare] only the numbers, for what lies under them to show beside them
 * @returns {Mark[]}
 */
export function volumeMarks(node, volume, pose, reveal, look, every = 1, bare = false) {
  if (pose.alpha < 0.01) return [];
  const all = isClosed(pose) && !isFlat(pose) ? closed(node, volume, pose, reveal, look) : open(node, volume, pose, reveal, look, every);
  const marks = bare ? all.filter((mark) => mark.kind !== 'path' || mark.fill !== 'sheet') : all;
  return pose.alpha < 1 ? [{ kind: 'group', alpha: pose.alpha, marks }] : marks;
}

/** @param {Pose} pose */
const isFlat = (pose) => pose.dx === 0 && pose.dy === 0;

/** @param {NodeView} node @param {Volume} volume @param {Pose} pose @param {number} reveal @param {Look} look @returns {Mark[]} */
function closed(node, volume, pose, reveal, look) {
  const { front, lid, side } = facesOf(volume, pose);
  const channel = deck(volume, pose)[0];
  const smooth = pose.h / volume.rows < CRISP_FROM;
  const empty = reveal <= 0;
  const sheet = [lid, side, front].map((m) => quad(m, { fill: 'sheet' }));
  const faces = empty ? [] : [
    image(look.picture(node.name, 'lid', channel), lid, { smooth }),
    image(look.picture(node.name, 'side', channel), side, { rows: reveal, smooth }),
    image(look.picture(node.name, 'map', channel), front, { rows: reveal, smooth }),
  ];
  const edge = { stroke: 'ink', width: empty ? 0.8 : 0.9, alpha: empty ? 0.3 : 0.55 };
  return [
    ...sheet,
    ...faces,
    quad(side, { fill: empty ? 'empty' : 'side' }),
    quad(lid, { fill: empty ? 'empty' : 'lid' }),
    ...[front, side, lid].map((m) => quad(m, edge)),
  ];
}

/** @param {NodeView} node @param {Volume} volume @param {Pose} pose @param {number} reveal @param {Look} look @param {number} every @returns {Mark[]} */
function open(node, volume, pose, reveal, look, every) {
  return slicesOf(volume, pose, every).flatMap(({ channel, m }) => {
    const cell = m[3] / volume.rows;
    const cells = volume.vector && cell >= CELL_LINES_FROM ? gridlines(m, volume.rows, volume.columns) : [];
    return [
      quad(m, { fill: 'sheet' }),
      ...(reveal > 0 ? [image(look.picture(node.name, 'map', channel), m, { rows: reveal, smooth: cell < CRISP_FROM && !volume.vector })] : []),
      ...cells,
      shape(corners(m), { stroke: 'ink', width: 0.9, alpha: reveal > 0 ? 0.5 : 0.3 }),
    ];
  });
}

/**
 * The edge that says gradient without a hue: ticks along the left of every map, where gradients leave.
 * @param {Volume} volume @param {Pose} pose @param {number} [every]
 * @returns {Mark[]}
 */
export function hatchedEdge(volume, pose, every = 1) {
  const maps = isClosed(pose) ? [mapQuad(volume, pose, deck(volume, pose)[0])] : slicesOf(volume, pose, every);
  const ticks = maps.map(({ m }) => line([[m[4] - TICKS.away, m[5]], [m[4] - TICKS.away, m[5] + m[3]]], TICKS.style));
  return pose.alpha < 1 ? [{ kind: 'group', alpha: pose.alpha, marks: ticks }] : ticks;
}

/** Where the volume's cells can be pointed at. @param {NodeView} node @param {Volume} volume @param {Pose} pose @returns {Target[]} */
export function volumeTargets(node, volume, pose) {
  if (pose.alpha < 0.01) return [];
  const { name, shape: dims } = node;
  if (!isClosed(pose) || isFlat(pose)) return slicesOf(volume, pose).map(({ channel, m }) => mapTarget(name, dims, volume, channel, m));
  const { front, lid, side } = facesOf(volume, pose);
  const order = deck(volume, pose);
  return [lidTarget(name, dims, volume, order, lid), sideTarget(name, dims, volume, order, side), mapTarget(name, dims, volume, order[0], front)];
}
