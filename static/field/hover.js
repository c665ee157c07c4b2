/** What the pointer is at: the cell, its window behind it, those that read it ahead, and its slice pulled out of a closed stack. Pure. */

import { revealed } from '../anim/timeline.js';
import { readerCells } from '../model/window.js';
import { placeOf } from '../model/tensor.js';
import { cellMarks, selectionMarks } from '../scene/attention.js';
import { cellBlock } from '../scene/hit.js';
import { attention, image, quad, shape } from '../scene/marks.js';
import { blockOn } from '../scene/matrix.js';
import { deck, isClosed, mapQuad } from '../scene/slices.js';

/** @import { Cell, NodeView } from '../types.d.ts' */
/** @import { Mark, Matrix, Pose, Stage } from '../stage.d.ts' */

/** How far a slice comes out, in shares of its height. */
const OUT = 0.3;
/** More readers than this are not outlined one by one, but as the block that they are. */
const THIN = 1.1;

/** @param {Stage} stage @param {Map<string, Pose>} poses @param {{ node: string, at: Cell }} hover @returns {Mark[]} */
export function hoverMarks(stage, poses, { node: name, at }) {
  const { graph } = stage, node = graph.byName.get(name);
  if (!node) return [];
  if (stage.state.view === 'window') return cellMarks(graph, poses, node, at);
  return [...readerMarks(stage, poses, node, at), ...selectionMarks(graph, poses, name, at, stage.state.camera.zoom), ...pulled(stage, poses, node, at)];
}

/** Where the number goes on to: in each node that reads it, the block of those that do. @param {Stage} stage @param {Map<string, Pose>} poses @param {NodeView} node @param {Cell} at @returns {Mark[]} */
function readerMarks({ graph }, poses, node, at) {
  return (graph.readers.get(node.name) ?? []).flatMap((name) => {
    const reader = graph.byName.get(name), volume = graph.volumes.get(name), pose = poses.get(name);
    if (!reader || !volume || !pose) return [];
    const rule = reader.windows[reader.inputs.indexOf(node.name)], readers = rule && readerCells(rule, at, node.shape, reader.shape);
    if (!readers || readers.some((axis) => axis.length === 0)) return [];
    const first = placeOf(reader.shape, readers.map((axis) => axis[0])), last = placeOf(reader.shape, readers.map((axis) => axis[axis.length - 1]));
    const inside = (/** @type {number} */ channel) => volume.vector || (channel >= first[0] && channel <= last[0]);
    const shown = isClosed(pose) ? deck(volume, pose).slice(0, 1) : deck(volume, pose).filter(inside); // of a closed volume the place, though its map is behind others
    const block = /** @type {[number, number, number, number]} */ ([first[1], last[1] + 1, first[2], last[2] + 1]);
    return shown.map((channel) => shape(blockOn(mapQuad(volume, pose, channel).m, volume.rows, volume.columns, block), { fill: 'ink', fillAlpha: 0.08, stroke: 'ink', width: THIN, dash: [3, 2] }));
  });
}

/** A map that stands behind others in a closed stack, lifted out of it. @param {Stage} stage @param {Map<string, Pose>} poses @param {NodeView} node @param {Cell} at @returns {Mark[]} */
function pulled({ graph, look, back, t }, poses, node, at) {
  const volume = graph.volumes.get(node.name), pose = poses.get(node.name);
  if (revealed(graph, node.name, t) < 1 || !volume || !pose || volume.vector || !isClosed(pose)) return [];
  const [channel] = placeOf(node.shape, at);
  if (deck(volume, pose)[0] === channel) return [];
  const { m } = mapQuad(volume, pose, channel), shown = back && back.share(node.name) >= 1 ? back.look : look;
  const out = /** @type {Matrix} */ ([m[0], m[1], m[2], m[3], m[4], m[5] - pose.h * OUT]);
  return [
    quad(out, { fill: 'sheet' }), image(shown.picture(node.name, 'map', channel), out, { smooth: pose.h / volume.rows < 1 }), quad(out, { stroke: 'ink', width: 1.4 }),
    ...attention(blockOn(out, volume.rows, volume.columns, cellBlock(node.shape, at)), 1.6),
  ];
}
