/** Every volume unravelled into its feature maps: the network as a contact sheet. Pure. */

import { frontsOf, selectionMarks } from '../scene/attention.js';
import { barClasses, barsOf } from '../scene/bars.js';
import { nodeLabel, stripLabel, times } from '../scene/labels.js';
import { breakLines, ranksOf } from '../scene/lines.js';
import { line } from '../scene/marks.js';
import { revealed } from '../anim/timeline.js';
import { opened, sheet } from '../scene/sheet.js';
import { extentOf } from '../scene/slices.js';
import { photoBox, placeTail, tailOf, tailWidth } from '../scene/tail.js';
import { formOf } from './form.js';
import { overview } from './overview.js';

/** @import { Column, Frame, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */
/** @import { Sheet } from '../scene/sheet.js' */

/** px under the sheet for names and shapes; at its left for the numbers of the channels. */
const NAMES = 44;
const NUMBERS = 22;
const TO_BARS = 14;
/** Names of the channels of a picture. */
const COLOURS = ['R', 'G', 'B'];
/** Pitch of the rows on a phone, px. */
const PHONE_PITCH = 34;

/** @param {Stage} stage @returns {Frame} */
export function maps(stage) {
  const form = formOf(stage.width);
  const { graph, scene, state, look } = stage;
  const { network } = scene;
  const tail = tailOf(network, graph);
  const spatial = graph.columns.filter((column) => !tail.strips.includes(column.nodes[0]) && tail.bars !== column.nodes[0]);
  const closed = overview(stage);
  const { sheets, axis, bars, height, poses } = form.name === 'phone' ? onPhone(stage, form, spatial) : onScreen(stage, form, spatial);
  for (const s of sheets) for (const [name, grid] of s.grids) poses.set(name, opened(grid, /** @type {Pose} */ (closed.poses.get(name))));
  const front = frontsOf(graph, look.front, state.node, state.at);
  for (const [name, pose] of poses) poses.set(name, { ...pose, front: front(name) });
  return {
    key: `maps ${form.name}`, height, scrolls: form.name === 'phone', poses, photo: photoPlace(stage, form, poses), bars,
    under: [...sheets.flatMap((s) => rules(s, graph)), ...barLines(stage, poses, bars, axis)],
    over: state.node ? selectionMarks(graph, poses, state.node, state.at) : [],
    labels: [...sheets.flatMap((s) => names(stage, s, spatial)), ...stripNames(stage, poses), ...numbers(stage, sheets[0]), ...title(bars)],
    targets: [], lit: new Set(),
  };
}

/** One sheet, the classes at its right. @param {Stage} stage @param {Form} form @param {Column[]} spatial */
function onScreen(stage, form, spatial) {
  const { graph, scene, width, height, state } = stage;
  const { network } = scene;
  const classes = barClasses(scene).length;
  const strips = tailWidth(network, graph, form.bars.gap);
  const right = width - form.margin - (classes ? form.bars.w + TO_BARS : 0);
  const top = form.head.maps;
  const room = { x: form.margin + 14, y: top, w: right - strips - 34 - form.margin, h: height - top - NAMES - 8 };
  const made = sheet(graph, spatial, room);
  const axis = (made.top + made.bottom) / 2;
  const tallest = made.bottom - made.top;
  const poses = placeTail(network, graph, { x: right - strips, axis, gap: form.bars.gap, pitch: form.bars.pitch, rows: classes || 10, tallest });
  alongside(stage, poses, made);
  const node = tailOf(network, graph).bars?.name ?? network.logits;
  const bars = barsOf(scene, { x: right + TO_BARS, y: axis - (classes * form.bars.pitch) / 2, w: form.bars.w, pitch: form.bars.pitch }, node, revealed(graph, node, state.t) < 1);
  return { sheets: [made], axis, bars, height, poses };
}

/** A row of numbers that re-reads the sheet's last volume is as tall as the sheet: its cells lie beside their channel. @param {Stage} stage @param {Map<string, Pose>} poses @param {Sheet} made */
function alongside({ graph }, poses, made) {
  for (const [name, pose] of poses) {
    const node = graph.byName.get(name);
    const source = graph.volumes.get(node?.inputs[0] ?? '');
    if (!node || !source || source.vector || node.windows[0]?.axes || source.channels !== made.rows) continue;
    poses.set(name, { ...pose, y: made.top, h: made.bottom - made.top, gy: made.top, gh: made.bottom - made.top });
  }
}

/** A sheet a block, below one another. @param {Stage} stage @param {Form} form @param {Column[]} spatial */
function onPhone(stage, form, spatial) {
  const { graph, scene, width, state } = stage;
  const { network } = scene;
  const lines = breakLines(ranksOf(spatial), Math.max(1, graph.blocks.length), (rank) => rank.reduce((sum, column) => sum + column.nodes.length, 0));
  let y = form.head.maps;
  const sheets = lines.map((ranks) => {
    const columns = ranks.flat();
    const channels = Math.max(...columns.flatMap((c) => c.nodes.map((n) => graph.volumes.get(n.name)?.channels ?? 1)));
    const rows = Math.min(channels, 16);
    const made = sheet(graph, columns, { x: form.margin + 14, y, w: width - 2 * form.margin - 14, h: rows * PHONE_PITCH }, PHONE_PITCH);
    y = made.bottom + NAMES + 10;
    return made;
  });
  const classes = barClasses(scene).length;
  const tall = Math.max(classes, 6) * form.bars.pitch;
  const axis = y + 20 + tall / 2;
  const poses = placeTail(network, graph, { x: form.margin + 6, axis, gap: form.bars.gap, pitch: form.bars.pitch, rows: classes || 10, tallest: tall });
  const left = form.margin + 6 + tailWidth(network, graph, form.bars.gap) + TO_BARS;
  const node = tailOf(network, graph).bars?.name ?? network.logits;
  const bars = barsOf(scene, { x: left, y: axis - (classes * form.bars.pitch) / 2, w: width - form.margin - left, pitch: form.bars.pitch }, node, revealed(graph, node, state.t) < 1);
  return { sheets, axis, bars, height: axis + tall / 2 + 40, poses };
}

/** The photograph over the input's maps. @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses */
function photoPlace({ scene, graph, width }, form, poses) {
  const pose = poses.get(scene.network.input);
  const volume = graph.volumes.get(scene.network.input);
  if (!pose || !volume) return null;
  const { image } = scene;
  if (form.name === 'phone') return photoBox({ x: width - form.margin - 72, y: 12, w: 72, h: 72 }, image.width, image.height);
  const box = extentOf(volume, pose);
  return photoBox({ x: box.x, y: box.y - 34 - box.w, w: box.w, h: box.w }, image.width, image.height);
}

/** Hairlines between the rows. @param {Sheet} s @param {Stage['graph']} graph @returns {Mark[]} */
function rules(s, graph) {
  const first = [...s.grids].find(([name]) => (graph.byName.get(name)?.inputs.length ?? 0) > 0);
  if (!first || [...s.grids.values()].some((grid) => grid.gc > 1)) return [];
  return Array.from({ length: s.rows + 1 }, (_, k) => line([[first[1].gx - 4, s.top + k * s.pitch], [s.x1 + 4, s.top + k * s.pitch]], { width: 0.6, alpha: 0.1 }));
}

/** Names under the columns; a layer and what follows it elementwise have one shape, said once. @param {Stage} stage @param {Sheet} s @param {Column[]} columns @returns {Label[]} */
function names({ graph }, s, columns) {
  return columns.filter((column) => s.grids.has(column.nodes[0].name)).flatMap((column) => {
    const boxes = column.nodes.map((node) => {
      const grid = /** @type {import('../scene/sheet.js').Grid} */ (s.grids.get(node.name));
      const channels = graph.volumes.get(node.name)?.channels ?? 1;
      const w = grid.gpx * (grid.gc - 1) + grid.gw;
      return { node, x: grid.gx, w, bottom: grid.gy + (Math.ceil(channels / grid.gc) - 1) * grid.gpy + grid.gh };
    });
    const input = column.nodes[0].inputs.length === 0;
    const y = input ? boxes[0].bottom + 8 : s.bottom + 8;
    const last = boxes[boxes.length - 1];
    const [x0, x1] = [boxes[0].x, last.x + last.w];
    const room = (x1 - x0) / boxes.length + 14;
    return [
      ...boxes.flatMap(({ node, x, w }) => nodeLabel(node, { x: x + w / 2, y, anchor: 'n' }, room, 'name')),
      ...(x1 - x0 >= 30 ? [/** @type {Label} */ ({ key: `shape ${column.nodes[0].name}`, x: (x0 + x1) / 2, y: y + 17, anchor: 'n', look: 'shape', lines: [{ text: times(column.nodes[0].shape) }] })] : []),
    ];
  });
}

/** @param {Stage} stage @param {Map<string, Pose>} poses @returns {Label[]} */
function stripNames({ graph, scene }, poses) {
  return [...poses].flatMap(([name, pose]) => {
    const [node, volume] = [graph.byName.get(name), graph.volumes.get(name)];
    if (!node || !volume?.vector) return [];
    return [stripLabel(node, { x: pose.x, y: pose.y + pose.h, w: pose.w }, name === scene.network.logits)];
  });
}

/** The channels' numbers at the left of their rows. @param {Stage} stage @param {Sheet} s @returns {Label[]} */
function numbers({ scene, graph }, s) {
  const input = s.grids.get(scene.network.input);
  const channels = graph.volumes.get(scene.network.input)?.channels ?? 0;
  const colours = input && channels === 3 && scene.network.preprocessing?.channels !== 'BGR'
    ? COLOURS.map((text, c) => place(`colour ${c}`, input.gx - 7, input.gy + input.gh / 2 + c * s.pitch, text)) : [];
  const first = [...s.grids].find(([name]) => (graph.byName.get(name)?.inputs.length ?? 0) > 0)?.[1];
  if (!first || s.pitch < 14 || [...s.grids.values()].some((grid) => grid.gc > 1)) return colours;
  const x = first.gx - 9;
  return [
    ...colours,
    place('channel', x, s.top - 9, 'channel'),
    ...Array.from({ length: s.rows }, (_, c) => place(`channel ${c}`, x, s.top + (c + 0.5) * s.pitch, String(c))),
  ].filter((label) => label.x > NUMBERS - 20);
}

/** @param {string} key @param {number} x @param {number} y @param {string} text @returns {Label} */
const place = (key, x, y, text) => ({ key, x, y, anchor: 'e', look: 'channel', lines: [{ text }] });

/** @param {Stage} stage @param {Map<string, Pose>} poses @param {Frame['bars']} bars @param {number} axis @returns {Mark[]} */
function barLines({ scene, graph }, poses, bars, axis) {
  const [pose, volume] = [poses.get(scene.network.logits), graph.volumes.get(scene.network.logits)];
  const before = poses.get(graph.byName.get(scene.network.logits)?.inputs[0] ?? '');
  if (!pose || !volume || !bars) return [];
  const cells = bars.rows.map(({ index, y }) => {
    const from = pose.y + (pose.h * ((index % volume.rows) + 0.5)) / volume.rows;
    return line([[pose.x + pose.w + 2, from], [bars.x - 4, y]], { width: 0.7, alpha: 0.3 });
  });
  return before ? [...cells, line([[before.x + before.w + 2, axis], [pose.x - 2, axis]], { width: 1.1, alpha: 0.5 })] : cells;
}

/** @param {Frame['bars']} bars @returns {Label[]} */
const title = (bars) =>
  bars ? [{ key: 'bars', x: bars.x, y: bars.rows[0].y - bars.pitch / 2 - 8, anchor: 'sw', look: 'caption', lines: [{ text: 'probability of each class' }] }] : [];
