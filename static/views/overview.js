/** The network as a whole: every activation a volume in the flow, from the photograph to the classes. Pure. */

import { revealed } from '../anim/timeline.js';
import { apart } from '../model/graph.js';
import { frontsOf, selectionMarks } from '../scene/attention.js';
import { barClasses, barsOf } from '../scene/bars.js';
import { flowMarks } from '../scene/flow.js';
import { funnel } from '../scene/funnel.js';
import { nodeLabel, stripLabel } from '../scene/labels.js';
import { line } from '../scene/marks.js';
import { extentOf } from '../scene/slices.js';
import { placeTail, tailOf, tailWidth } from '../scene/tail.js';
import { formOf } from './form.js';
import { blockMarks, noteLabels } from './blocks.js';
import { photoParts } from './photo.js';

/** @import { Bars, Frame, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */
/** @import { Line } from '../scene/funnel.js' */

/** px above the input, beside the photograph's own side, for its caption and its arrow. */
const PHOTO_ROOM = 62;
/** px from the strips to the bars. */
const TO_BARS = 14;

/** @param {Stage} stage @returns {Frame} */
export function overview(stage) {
  const form = formOf(stage.width);
  return form.name === 'phone' ? lines(stage, form) : flow(stage, form);
}

/** One flow from left to right, the classes at its end. @param {Stage} stage @param {Form} form @returns {Frame} */
function flow(stage, form) {
  const { graph, scene, width, height } = stage;
  const { network } = scene;
  const classes = barClasses(scene).length;
  const strips = tailWidth(network, graph, form.bars.gap);
  const right = width - form.margin - (classes ? form.bars.w + TO_BARS : 0);
  const top = form.head.overview;
  const room = { x: form.margin, y: top, w: right - strips - form.margin - (strips ? form.funnel.gap * 1.6 : 0), h: height - top - form.foot };
  const spatial = graph.columns.filter((column) => !tailOf(network, graph).strips.includes(column.nodes[0]) && tailOf(network, graph).bars !== column.nodes[0]);
  const { poses, lines: placed } = funnel(graph, spatial, room, { ...form.funnel, head: PHOTO_ROOM });
  const axis = placed.length === 1 ? placed[0].axis : room.y + room.h / 2;
  const tail = placeTail(network, graph, {
    x: right - strips, axis, gap: form.bars.gap, pitch: form.bars.pitch, rows: classes || 10, tallest: room.h - 2 * form.funnel.below,
  });
  for (const [name, pose] of tail) poses.set(name, pose);
  const bars = barsAt(stage, { x: right + TO_BARS, y: axis - (classes * form.bars.pitch) / 2, w: form.bars.w, pitch: form.bars.pitch });
  return finish(stage, form, poses, placed, axis, bars, height);
}

/** A line a block, the classes below: for a narrow screen. @param {Stage} stage @param {Form} form @returns {Frame} */
function lines(stage, form) {
  const { graph, scene, width } = stage;
  const { network } = scene;
  const tail = tailOf(network, graph);
  const spatial = apart(graph).filter((column) => !tail.strips.includes(column.nodes[0]) && tail.bars !== column.nodes[0]);
  const count = Math.max(1, graph.blocks.length);
  const top = form.head.overview;
  const room = { x: form.margin, y: top, w: width - 2 * form.margin, h: 136 * Math.min(count, 6) };
  const { poses, lines: placed } = funnel(graph, spatial, room, form.funnel);
  const bottom = Math.max(top, ...placed.map((l) => l.bottom));
  const classes = barClasses(scene).length;
  const tall = Math.max(classes, 6) * form.bars.pitch;
  const axis = bottom + 34 + tall / 2;
  for (const [name, pose] of placeTail(network, graph, { x: form.margin + 6, axis, gap: form.bars.gap, pitch: form.bars.pitch, rows: classes || 10, tallest: tall })) poses.set(name, pose);
  const left = form.margin + 6 + tailWidth(network, graph, form.bars.gap) + TO_BARS;
  const bars = barsAt(stage, { x: left, y: axis - (classes * form.bars.pitch) / 2, w: width - form.margin - left, pitch: form.bars.pitch });
  return finish(stage, form, poses, placed, axis, bars, axis + tall / 2 + 40);
}

/** @param {Stage} stage @param {{ x: number, y: number, w: number, pitch: number }} room */
function barsAt({ scene, graph, state }, room) {
  const { network } = scene;
  const node = tailOf(network, graph).bars?.name ?? network.logits;
  return barsOf(scene, room, node, revealed(graph, node, state.t) < 1);
}

/** @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Line[]} placed @param {number} axis @param {Bars | null} bars @param {number} height @returns {Frame} */
function finish(stage, form, poses, placed, axis, bars, height) {
  const { graph, look, state } = stage;
  const front = frontsOf(graph, look.front, state.node, state.at);
  for (const [name, pose] of poses) poses.set(name, { ...pose, front: front(name) });
  const axisOf = (/** @type {string} */ name) => placed.find((l) => l.columns.some((c) => c.nodes.some((n) => n.name === name)))?.axis ?? axis;
  const photo = photoParts(stage, form, poses);
  const blocks = blockMarks(stage, form, poses, placed, front);
  return {
    key: `overview ${form.name}`, height, scrolls: form.name === 'phone', poses, photo: photo.box, bars,
    under: [...flowMarks(graph, poses, axisOf), ...photo.marks, ...blocks.marks, ...barLines(stage, poses, bars)],
    over: state.node ? selectionMarks(graph, poses, state.node, state.at) : [],
    labels: [...volumeLabels(stage, form, poses, placed), ...photo.labels, ...blocks.labels, ...barTitle(bars, form), ...noteLabels(stage, form, poses, placed)],
    targets: [], lit: new Set(state.node ? [state.node] : []),
  };
}

/** Names above and below the volumes. @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Line[]} placed @returns {Label[]} */
function volumeLabels({ graph, scene }, form, poses, placed) {
  const most = form.name === 'phone' ? 'shape' : 'full';
  const rooms = placed.flatMap((l) => roomsIn(l, poses, graph));
  return graph.columns.flatMap((column) =>
    column.nodes.flatMap((node) => {
      const [pose, volume] = [poses.get(node.name), graph.volumes.get(node.name)];
      if (!pose || !volume) return [];
      const box = extentOf(volume, pose);
      const middle = box.x + box.w / 2;
      if (volume.vector) return [stripLabel(node, { x: box.x, y: box.y + box.h, w: box.w }, node.name === scene.network.logits)];
      const stands = node === column.nodes[0] && column.nodes.length > 1 && form.name !== 'phone';
      const room = rooms.find((r) => r.node === node.name)?.room ?? box.w;
      return nodeLabel(node, stands ? { x: middle, y: box.y - 9, anchor: 's' } : { x: middle, y: box.y + box.h + 7, anchor: 'n' }, room, most);
    }),
  );
}

/** How far apart the middles of neighbouring volumes are: the room of their labels. @param {Line} placed @param {Map<string, Pose>} poses @param {Stage['graph']} graph */
function roomsIn(placed, poses, graph) {
  const middles = placed.columns.map((column) => {
    const pose = poses.get(column.nodes[0].name);
    const volume = graph.volumes.get(column.nodes[0].name);
    const box = pose && volume ? extentOf(volume, pose) : { x: 0, w: 0 };
    return box.x + box.w / 2;
  });
  return placed.columns.flatMap((column, k) => {
    const near = [middles[k] - (middles[k - 1] ?? -Infinity), (middles[k + 1] ?? Infinity) - middles[k]].filter((d) => d > 1);
    return column.nodes.map((node) => ({ node: node.name, room: Math.min(160, ...near) - 4 }));
  });
}

/** From each cell of the last strip to its bar. @param {Stage} stage @param {Map<string, Pose>} poses @param {Bars | null} bars @returns {Mark[]} */
function barLines({ scene, graph }, poses, bars) {
  const pose = poses.get(scene.network.logits);
  const volume = graph.volumes.get(scene.network.logits);
  if (!pose || !volume || !bars) return [];
  return bars.rows.map(({ index, y }) => {
    const column = Math.floor(index / volume.rows) + 1;
    const from = pose.y + (pose.h * ((index % volume.rows) + 0.5)) / volume.rows;
    return line([[pose.x + (pose.w * column) / volume.columns + 2, from], [bars.x - 4, y]], { width: 0.7, alpha: 0.3 });
  });
}

/** @param {Bars | null} bars @param {Form} form @returns {Label[]} */
const barTitle = (bars, form) =>
  bars ? [{ key: 'bars', x: bars.x, y: bars.rows[0].y - bars.pitch / 2 - 8, anchor: 'sw', look: 'caption', lines: [{ text: form.name === 'phone' ? 'probability' : 'probability of each class' }] }] : [];
