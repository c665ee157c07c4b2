/** Every volume unravelled into its feature maps: the network as a contact sheet. Pure. */

import { folded } from '../model/graph.js';
import { frontsOf, selectionMarks } from '../scene/attention.js';
import { nodeLabel, partLabel, stacked, times, uncrowded } from '../scene/labels.js';
import { breakLines, ranksOf } from '../scene/lines.js';
import { line } from '../scene/marks.js';
import { STILL } from '../scene/pose.js';
import { excerpt, opened, READABLE, sheet } from '../scene/sheet.js';
import { extentOf } from '../scene/slices.js';
import { photoBox } from '../scene/tail.js';
import { barLines, endingAtRight, endingBelow, endingLabels, endingWidth, flowColumns } from './ending.js';
import { formOf } from './form.js';
import { overview } from './overview.js';
import { SIGN } from './told.js';

/** @import { Bars, Column, Frame, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */
/** @import { Grid, Sheet } from '../scene/sheet.js' */
/** @typedef {{ sheets: Sheet[], poses: Map<string, Pose>, bars: Bars | null, height: number }} Placed */

/** px under the sheet for names and shapes, at its left for the names of the colours, at its right before the strips. */
const ROOM = { names: 56, left: 14, right: 20 };
/** A name may be so wide, px. */
const NAME_ROOM = 58;
/** Beside the lens on a small screen the maps take the room of the bars. */
const NO_BARS = 10;
/** Names stand in so many rows, px apart, before one is left out. */
const NAME_ROWS = { most: 2, pitch: 15 };
/** Names of the channels of a picture. */
const COLOURS = ['R', 'G', 'B'];
/** Pitch of the rows on a phone, px, and rows before they go on in the next column. */
const PHONE = { pitch: 38, rows: 16, between: 54, after: 20 };
/** Rows closer than this (px) have no numbers. */
const NUMBERED = 14;

/** @param {Stage} stage @returns {Frame} */
export function maps(stage) {
  const form = formOf(stage.width, stage.margin, stage.state.present);
  const { graph, state, look } = stage;
  const columns = flowColumns(stage, graph.columns);
  const closed = overview(stage).poses;
  const { sheets, poses: strips, bars, height } = form.name === 'phone' ? inLines(stage, form, columns) : inOneSheet(stage, form, columns);
  const front = frontsOf(graph, look.front, state.node, state.at);
  const grids = sheets.flatMap((s) => [...s.grids].map(([name, grid]) => /** @type {[string, Pose]} */ ([name, opened(grid, closed.get(name) ?? STILL)])));
  const poses = new Map([...strips, ...grids].map(([name, pose]) => [name, { ...pose, front: front(name) }]));
  return {
    key: `maps ${form.name}`, height, scrolls: form.name === 'phone', poses, photo: photoPlace(stage, form, poses), bars,
    under: [...sheets.flatMap((s) => rules(s, stage)), ...barLines(stage, poses, bars)],
    over: state.node ? selectionMarks(graph, poses, state.node, state.at, state.camera.zoom) : [],
    labels: [...sheets.flatMap((s) => (isExcerpt(s) ? parts(s, columns, form.margin) : names(stage, s, columns))), ...numbers(stage, sheets[0]), ...besideSheet(endingLabels(stage, form, poses, bars), sheets[0], poses)],
    targets: [], lit: new Set(),
  };
}

/** One sheet, the classes at its right. @param {Stage} stage @param {Form} form @param {Column[]} columns @returns {Placed} */
function inOneSheet(stage, form, columns) {
  const { graph, width, height } = stage;
  const top = form.head.maps;
  const x = form.margin + ROOM.left;
  const end = form.name === 'narrow' ? { ...form, bars: { ...form.bars, w: NO_BARS } } : form;
  const room = { x, y: top, w: width - endingWidth(stage, end) - ROOM.right - x, h: height - top - ROOM.names };
  const whole = sheet(graph, columns, room);
  const made = whole.pitch >= READABLE ? whole : excerpt(graph, folded(columns), room);
  const { poses, bars } = endingAtRight(stage, end, (made.top + made.bottom) / 2, made.bottom - made.top);
  alongside(stage, poses, made);
  return { sheets: [made], poses, bars: end === form ? bars : null, height };
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

/** A sheet a block, below one another. @param {Stage} stage @param {Form} form @param {Column[]} columns @returns {Placed} */
function inLines(stage, form, columns) {
  const { graph, width } = stage;
  const count = (/** @type {Column[]} */ rank) => rank.reduce((sum, column) => sum + column.nodes.length, 0);
  let y = form.head.maps;
  const sheets = breakLines(ranksOf(columns), Math.max(1, graph.blocks.length), count).map((ranks) => {
    const line = ranks.flat();
    const channels = Math.max(...line.flatMap((c) => c.nodes.map((n) => graph.volumes.get(n.name)?.channels ?? 1)));
    const x = form.margin + ROOM.left;
    const made = sheet(graph, line, { x, y, w: width - form.margin - x, h: Math.min(channels, PHONE.rows) * PHONE.pitch }, PHONE.pitch);
    y = made.bottom + PHONE.between;
    return made;
  });
  return { sheets, ...endingBelow(stage, form, y + PHONE.after) };
}

/** The photograph over the input's maps. @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses */
function photoPlace({ scene, graph, width }, form, poses) {
  const [pose, volume] = [poses.get(scene.network.input), graph.volumes.get(scene.network.input)];
  if (!pose || !volume) return null;
  const { image } = scene;
  if (form.name === 'phone') return photoBox({ x: width - form.margin - 72, y: 12, w: 72, h: 72 }, image.width, image.height);
  const box = extentOf(volume, pose);
  return photoBox({ x: box.x, y: box.y - 34 - box.w, w: box.w, h: box.w }, image.width, image.height);
}

/** The grid of the first layer: its rows are the channels that are numbered. @param {Sheet} s @param {Stage} stage */
const firstGrid = (s, { graph }) => [...s.grids].find(([name]) => (graph.byName.get(name)?.inputs.length ?? 0) > 0)?.[1];

/** @param {Sheet} s */
const isExcerpt = (s) => [...s.grids.values()].some((grid) => grid.only);

/** Whether one row is one channel all the way. @param {Sheet} s */
const oneRowEach = (s) => [...s.grids.values()].every((grid) => grid.gc === 1) && !isExcerpt(s);

/** Hairlines between the rows. @param {Sheet} s @param {Stage} stage @returns {Mark[]} */
function rules(s, stage) {
  const first = firstGrid(s, stage);
  if (!first || !oneRowEach(s)) return [];
  return Array.from({ length: s.rows + 1 }, (_, k) => line([[first.gx - 4, s.top + k * s.pitch], [s.x1 + 4, s.top + k * s.pitch]], { width: 0.6, alpha: 0.1 }));
}

/** Names under the columns, layers first; a layer and what follows it elementwise have one shape, said once. @param {Stage} stage @param {Sheet} s @param {Column[]} columns @returns {Label[]} */
function names({ graph, back }, s, columns) {
  const here = columns.map((column) => ({ ...column, nodes: column.nodes.filter((node) => s.grids.has(node.name)) })).filter((column) => column.nodes.length > 0);
  const boxes = new Map(here.flatMap((column) => column.nodes).map((node) => {
    const grid = /** @type {Grid} */ (s.grids.get(node.name));
    const rows = Math.ceil((graph.volumes.get(node.name)?.channels ?? 1) / grid.gc);
    return [node.name, { x0: grid.gx, x1: grid.gx + grid.gpx * (grid.gc - 1) + grid.gw, bottom: grid.gy + (rows - 1) * grid.gpy + grid.gh }];
  }));
  const box = (/** @type {import('../types.d.ts').NodeView} */ node) => /** @type {{ x0: number, x1: number, bottom: number }} */ (boxes.get(node.name));
  const y = (/** @type {Column} */ column) => (column.nodes[0].inputs.length === 0 ? box(column.nodes[0]).bottom : s.bottom) + 8;
  const name = (/** @type {Column} */ column, /** @type {number} */ k) => {
    const node = column.nodes[k];
    return nodeLabel(node, { x: (box(node).x0 + box(node).x1) / 2, y: y(column), anchor: 'n' }, NAME_ROOM, 'name');
  };
  const names = stacked(here.flatMap((column) => column.nodes.flatMap((_, k) => name(column, k))), NAME_ROWS.most, NAME_ROWS.pitch, back ? SIGN[back.show] : '');
  const low = (/** @type {Column} */ column) => Math.max(...names.filter((one) => one.y < y(column) + NAME_ROWS.most * NAME_ROWS.pitch && one.y >= y(column)).map((one) => one.y), y(column));
  const shapes = here.map((column) => /** @type {Label} */ ({
    key: `shape ${column.nodes[0].name}`, x: (box(column.nodes[0]).x0 + box(column.nodes[column.nodes.length - 1]).x1) / 2, y: low(column) + 17,
    anchor: 'n', look: 'shape', lines: [{ text: times(column.nodes[0].shape) }],
  }));
  return [...names, ...uncrowded(shapes, 3)];
}

/** Under an excerpt stand the parts of the network, and what it is an excerpt of. @param {Sheet} s @param {Column[]} columns @param {number} margin @returns {Label[]} */
function parts(s, columns, margin) {
  const first = new Map(columns.map(({ nodes }) => nodes[nodes.length - 1]).filter((node) => node.inputs.length > 0).reverse().map((node) => {
    const label = partLabel(node, { x: s.grids.get(node.name)?.gx ?? 0, y: s.bottom + 8 });
    return [label.key, label];
  }));
  const text = `the first ${s.rows} channels of what comes out of each layer`;
  return [...stacked([...first.values()].reverse(), NAME_ROWS.most, NAME_ROWS.pitch), { key: 'excerpt', x: margin, y: s.bottom + 40, anchor: 'nw', look: 'caption small', lines: [{ text }] }];
}

/** A strip as tall as the sheet has its name above it, for below stand the names of the columns. @param {Label[]} labels @param {Sheet} s @param {Map<string, Pose>} poses @returns {Label[]} */
function besideSheet(labels, s, poses) {
  return labels.map((label) => {
    const pose = label.node ? poses.get(label.node) : undefined;
    if (!pose || pose.y > s.top + 1 || pose.y + pose.h < s.bottom - 1) return label;
    return { ...label, x: pose.x + pose.w / 2, y: pose.y - 6, anchor: /** @type {const} */ ('s') };
  });
}

/** The channels' numbers at the left of their rows. @param {Stage} stage @param {Sheet} s @returns {Label[]} */
function numbers(stage, s) {
  const { scene, graph } = stage;
  const input = s.grids.get(scene.network.input);
  const coloured = input && graph.volumes.get(scene.network.input)?.channels === 3 && scene.network.preprocessing?.channels !== 'BGR';
  const colours = coloured ? COLOURS.map((text, c) => place(`colour ${c}`, input.gx - 7, input.gy + input.gh / 2 + c * s.pitch, text)) : [];
  const first = firstGrid(s, stage);
  if (!first || s.pitch < NUMBERED || !oneRowEach(s)) return colours;
  const x = first.gx - 9;
  const rows = Array.from({ length: s.rows }, (_, c) => place(`channel ${c}`, x, s.top + (c + 0.5) * s.pitch, String(c)));
  return [...colours, place('channel', x, s.top - 9, 'channel'), ...rows];
}

/** @param {string} key @param {number} x @param {number} y @param {string} text @returns {Label} */
const place = (key, x, y, text) => ({ key, x, y, anchor: 'e', look: 'channel', lines: [{ text }] });
