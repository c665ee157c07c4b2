/** The network as a whole: every activation a volume in the flow, from the photograph to the classes. Pure. */

import { largeView } from '../graph/view.js';
import { apart, folded } from '../model/graph.js';
import { frontsOf, selectionMarks } from '../scene/attention.js';
import { flowMarks } from '../scene/flow.js';
import { funnel } from '../scene/funnel.js';
import { lifted, nodeLabel, oneWord, partLabel, signRoom, uncrowded } from '../scene/labels.js';
import { extentOf } from '../scene/slices.js';
import { tailOf } from '../scene/tail.js';
import { blockMarks, noteLabels } from './blocks.js';
import { barLines, endingAtRight, endingBelow, endingLabels, endingWidth, flowColumns } from './ending.js';
import { formOf, PHOTO_ROOM } from './form.js';
import { photoParts } from './photo.js';
import { inARow, isRow } from './row.js';
import { SIGN } from './told.js';

/** @import { Bars, Box, Column, Frame, Label, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */
/** @import { Line } from '../scene/funnel.js' */
/** @typedef {{ poses: Map<string, Pose>, lines: Line[], axis: number, bars: Bars | null, height: number }} Placed */

/** px a line of the flow on a phone, and most lines that get as much. */
const PHONE_LINE = { h: 136, most: 6, after: 34 };

/** Volumes smaller than `side` (px) are too many: then the flow is folded, into so many lines, after room for the photograph. */
const DEEP = { side: 44, lines: 6, below: 22, photo: 112 };

/** Graphs of more nodes than this are folded and laid out in layers where their volumes would be smaller than DEEP.side. */
const LARGE = { least: 32, ever: 90, narrow: 48 };
/** Lines that pass by more ranks than this would run over what stands there; in layers they go round it. */
const LONGEST_ARCH = 3;

/** @param {Stage} stage @returns {Frame} */
export function overview(stage) {
  const form = formOf(stage.width, stage.margin, stage.state.present);
  return isLarge(stage, form) ? largeView(stage, form) : asFunnel(stage, form);
}

/** Whether something is read from so far back that its line would cross others: as in a U-Net. @param {Stage['graph']} graph */
function reachesFar({ columns }) {
  const ranks = new Map(columns.flatMap((column) => column.nodes.map((node) => [node.name, column.rank])));
  return columns.some(({ nodes, rank }) => nodes.some((node) => node.inputs.some((name) => rank - (ranks.get(name) ?? rank) - 1 > LONGEST_ARCH)));
}

/** Whether a funnel would be too small to be read. @param {Stage} stage @param {Form} form */
function isLarge(stage, form) {
  const { length } = stage.graph.nodes;
  if (form.name === 'phone' || form.name === 'narrow') return length > LARGE.narrow;
  return length > LARGE.ever || reachesFar(stage.graph) || (length > LARGE.least && wholeFlow(stage, form).side < DEEP.side);
}

/** @param {Stage} stage @param {Form} form @returns {Frame} */
function asFunnel(stage, form) {
  const { graph, look, state } = stage;
  const placed = (isRow(stage, form) ? inARow : LAYOUTS[form.name])(stage, form);
  const front = frontsOf(graph, look.front, state.node, state.at);
  const poses = new Map([...placed.poses].map(([name, pose]) => [name, { ...pose, front: front(name) }]));
  const axisOf = (/** @type {string} */ name) => lineOf(placed.lines, name)?.axis ?? placed.axis;
  const photo = photoParts(stage, form, poses);
  const blocks = blockMarks(stage, form, poses, placed.lines, front), names = volumeLabels(stage, form, poses, placed.lines).map((label) => inside(label, stage.width));
  return {
    key: `overview ${form.name}`, height: placed.height, scrolls: form.name === 'phone', poses, photo: photo.box, bars: placed.bars,
    under: [...flowMarks(graph, poses, axisOf, stage.back !== null), ...photo.marks, ...blocks.marks, ...barLines(stage, poses, placed.bars)],
    over: state.node ? selectionMarks(graph, poses, state.node, state.at, state.camera.zoom) : [],
    labels: oneWord([
      ...names, ...photo.labels, ...blocks.labels,
      ...lifted(endingLabels(stage, form, poses, placed.bars), names), ...noteLabels(stage, form, poses, placed.lines),
    ]),
    targets: [], lit: new Set(state.node ? [state.node] : []),
  };
}

/** The room of one flow, the classes at its end. @param {Stage} stage @param {Form} form @returns {Box} */
function roomOf(stage, form) {
  const top = form.head.overview;
  const end = endingWidth(stage, form);
  const w = stage.width - end - form.margin - (end > form.margin ? form.funnel.gap * 1.6 : 0);
  return { x: form.margin, y: top, w, h: stage.height - top - form.foot };
}

/** @param {Stage} stage @param {Form} form */
const wholeFlow = (stage, form) =>
  funnel(stage.graph, flowColumns(stage, stage.graph.columns), roomOf(stage, form), { ...form.funnel, head: PHOTO_ROOM });

/** One flow from left to right, the classes at its end. @param {Stage} stage @param {Form} form @returns {Placed} */
function inOneFlow(stage, form) {
  const { graph, height } = stage;
  const room = roomOf(stage, form);
  const columns = flowColumns(stage, graph.columns);
  const whole = wholeFlow(stage, form);
  const { poses, lines } = whole.side >= DEEP.side ? whole : inManyLines(stage, form, columns, room);
  const axis = lines.length === 1 ? lines[0].axis : room.y + room.h / 2;
  const ending = endingAtRight(stage, form, axis, room.h - 2 * form.funnel.below);
  return { poses: new Map([...poses, ...ending.poses]), lines, axis, bars: ending.bars, height };
}

/** Many layers: of each column only what comes out, the photograph before the first line. @param {Stage} stage @param {Form} form @param {Column[]} columns @param {Box} room */
function inManyLines({ graph }, form, columns, room) {
  const after = { ...room, x: room.x + DEEP.photo, w: room.w - DEEP.photo, h: room.h + form.foot - 14 };
  return funnel(graph, folded(columns), after, { ...form.funnel, gap: 10, below: DEEP.below, above: 0, lines: DEEP.lines });
}

/** A line a block, the classes at the right. @param {Stage} stage @param {Form} form @returns {Placed} */
function inLinesBeside(stage, form) {
  const { graph, width, height } = stage;
  const top = form.head.overview;
  const room = { x: form.margin, y: top, w: width - endingWidth(stage, form) - form.margin - 28, h: height - top - form.foot };
  const { poses, lines } = funnel(graph, flowColumns(stage, apart(graph)), room, form.funnel);
  const axis = room.y + room.h / 2 + 40;
  const ending = endingAtRight(stage, form, axis, room.h - 160);
  return { poses: new Map([...poses, ...ending.poses]), lines, axis, bars: ending.bars, height };
}

/** A line a block, the classes below: for a phone. @param {Stage} stage @param {Form} form @returns {Placed} */
function inLines(stage, form) {
  const { graph, width } = stage;
  const top = form.head.overview;
  const tall = PHONE_LINE.h * Math.min(Math.max(1, graph.blocks.length), PHONE_LINE.most);
  const room = { x: form.margin, y: top, w: width - 2 * form.margin, h: tall };
  const { poses, lines } = funnel(graph, flowColumns(stage, apart(graph)), room, form.funnel);
  const bottom = Math.max(top, ...lines.map((line) => line.bottom));
  const ending = endingBelow(stage, form, bottom + PHONE_LINE.after);
  const axis = ending.bars ? ending.bars.rows[0].y : bottom;
  return { poses: new Map([...poses, ...ending.poses]), lines, axis, bars: ending.bars, height: ending.height };
}

/** @type {Record<Form['name'], (stage: Stage, form: Form) => Placed>} */
const LAYOUTS = { wide: inOneFlow, middle: inOneFlow, narrow: inLinesBeside, phone: inLines };

/** px across of a letter of a name, and from a name to the stage's edge at least. */
const LETTER = 8, EDGE = 4;
/** px between a name and the row of numbers at its right. */
const STRIP = 20;

/** A name under the last volume that would run over the edge stands beside its middle. @param {Label} label @param {number} width @returns {Label} */
function inside(label, width) {
  const half = Math.min(label.width ?? Infinity, Math.max(...label.lines.map(({ text }) => text.length)) * LETTER) / 2;
  return /^[ns]$/.test(label.anchor) && label.x + half > width - EDGE ? { ...label, x: width - EDGE - half } : label;
}

/** @param {Line[]} lines @param {string} name */
const lineOf = (lines, name) => lines.find((line) => line.columns.some((column) => column.nodes.some((node) => node.name === name)));

/** Names above and below the volumes. @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Line[]} lines @returns {Label[]} */
function volumeLabels({ graph, back, scene }, form, poses, lines) {
  const strips = lines.length > 1 ? [] : tailOf(scene.network, graph).strips, edge = Math.min(...strips.map(({ name }) => poses.get(name)?.x ?? Infinity));
  const most = form.name === 'phone' || form.name === 'narrow' ? 'shape' : lines.length > 1 ? 'name' : 'full';
  const labels = lines.flatMap((line) => {
    const rooms = new Map(roomsIn(line, poses, graph));
    return line.columns.flatMap((column) => column.nodes.flatMap((node, k) => {
      const [pose, volume] = [poses.get(node.name), graph.volumes.get(node.name)];
      if (!pose || !volume) return [];
      const box = extentOf(volume, pose);
      const x = box.x + box.w / 2;
      const room = Math.min(rooms.get(node.name) ?? box.w, x < edge ? 2 * (edge - x) - STRIP : Infinity) / form.type - signRoom(back ? SIGN[back.show] : '');
      if (k === 0 && column.nodes.length > 1) return nodeLabel(node, { x, y: box.y - 9, anchor: 's' }, room);
      const last = k === column.nodes.length - 1;
      const said = nodeLabel(node, { x, y: box.y + box.h + (last ? 7 : 4), anchor: 'n' }, room, last ? most : 'name');
      return said.length && most !== 'name' ? said : [partLabel(node, { x: box.x, y: box.y + box.h + 4 })];
    }));
  });
  const seen = new Set();
  return uncrowded(labels.filter(({ key }) => !seen.has(key) && seen.add(key)));
}

/**
 * How far apart the middles of neighbouring volumes are: the room of their labels. Volumes of a block say the same much.
 * @param {Line} line @param {Map<string, Pose>} poses @param {Stage['graph']} graph
 * @returns {[string, number][]}
 */
function roomsIn(line, poses, graph) {
  const middles = line.columns.map((column) => {
    const [pose, volume] = [poses.get(column.nodes[0].name), graph.volumes.get(column.nodes[0].name)];
    const box = pose && volume ? extentOf(volume, pose) : { x: 0, w: 0 };
    return box.x + box.w / 2;
  });
  const rooms = line.columns.map((_, k) => {
    const near = [middles[k] - (middles[k - 1] ?? -Infinity), (middles[k + 1] ?? Infinity) - middles[k]].filter((d) => d > 1);
    return Math.min(160, ...near) - 4;
  });
  const ofBlock = (/** @type {number} */ block) => Math.min(...rooms.filter((_, k) => line.columns[k].block === block));
  return line.columns.flatMap((column) => column.nodes.map((node) => /** @type {[string, number]} */ ([node.name, ofBlock(column.block)])));
}
