/** The end of the flow, in every view of the whole network: strips of numbers, and the classes as bars. Pure. */

import { revealed } from '../anim/timeline.js';
import { thousands } from '../lens/digits.js';
import { labelOf } from '../scene/back.js';
import { barClasses, barsOf, slopesOf, TOLD_FROM } from '../scene/bars.js';
import { signRoom, stacked, stripLabel } from '../scene/labels.js';
import { line } from '../scene/marks.js';
import { placeTail, tailOf, tailWidth } from '../scene/tail.js';
import { SIGN } from './told.js';

/** @import { Bars, Column, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */

/** px from the strips to the bars. */
const TO_BARS = 14;
/** Below the flow, on a narrow screen: px from the strips to the left margin, rows at least, px for the names below. */
const BELOW = { left: 6, rows: 6, names: 40 };

/** Where strips have their names above them: below, names of volumes and notes come close. */
const ABOVE = /wide|middle/;
/** On a phone the name of a strip begins so far (px) to the left of its end. */
const FIRST = 30;

/** @typedef {{ poses: Map<string, Pose>, bars: Bars | null }} Ending */

/** The columns that are no part of the ending. @param {Stage} stage @param {Column[]} columns */
export function flowColumns({ scene, graph }, columns) {
  const { strips, bars } = tailOf(scene.network, graph);
  const ends = new Set([...strips, ...(bars ? [bars] : [])]);
  return columns.filter((column) => !ends.has(column.nodes[0]));
}

/** How much of the width the ending at the right takes, the margin included. @param {Stage} stage @param {Form} form */
export function endingWidth({ scene, graph }, form) {
  const bars = barClasses(scene).length ? form.bars.w + TO_BARS : 0;
  return form.margin + bars + tailWidth(scene.network, graph, form.bars.gap, form.bars.cell);
}

/** At the right of the flow, centred on its axis. @param {Stage} stage @param {Form} form @param {number} axis @param {number} tallest @returns {Ending} */
export function endingAtRight(stage, form, axis, tallest) {
  const x = stage.width - endingWidth(stage, form);
  return ending(stage, form, { x, axis, tallest, w: form.bars.w });
}

/** Below the flow. @param {Stage} stage @param {Form} form @param {number} top @returns {Ending & { height: number }} */
export function endingBelow(stage, form, top) {
  const rows = Math.max(barClasses(stage.scene).length, BELOW.rows);
  const tall = rows * form.bars.pitch;
  const x = form.margin + BELOW.left;
  const strips = tailWidth(stage.scene.network, stage.graph, form.bars.gap);
  const w = stage.width - form.margin - x - strips - TO_BARS;
  return { ...ending(stage, form, { x, axis: top + tall / 2, tallest: tall, w }), height: top + tall + BELOW.names };
}

/** @param {Stage} stage @param {Form} form @param {{ x: number, axis: number, tallest: number, w: number }} room @returns {Ending} */
function ending({ scene, graph, state, back }, form, { x, axis, tallest, w }) {
  const { network } = scene;
  const { gap, pitch, cell } = form.bars;
  const classes = barClasses(scene).length;
  const poses = placeTail(network, graph, { x, axis, gap, pitch, cell, rows: classes || 10, tallest });
  const node = tailOf(network, graph).bars?.name ?? network.logits;
  const room = { x: x + tailWidth(network, graph, gap, cell) + TO_BARS, y: axis - (classes * pitch) / 2, w, pitch };
  const chosen = state.node === node ? state.at?.[0] : undefined;
  const bars = barsOf(scene, room, node, revealed(graph, node, state.t) < 1, chosen);
  return { poses, bars: bars && back && back.share(network.logits) >= 1 ? slopesOf(bars, scene, back) : bars };
}

/** From each cell of the logits to its bar. @param {Stage} stage @param {Map<string, Pose>} poses @param {Bars | null} bars @returns {Mark[]} */
export function barLines({ scene, graph }, poses, bars) {
  const [pose, volume] = [poses.get(scene.network.logits), graph.volumes.get(scene.network.logits)];
  if (!pose || !volume || !bars) return [];
  return bars.rows.map(({ index, y }) => {
    const column = Math.floor(index / volume.rows) + 1;
    const from = pose.y + (pose.h * ((index % volume.rows) + 0.5)) / volume.rows;
    return line([[pose.x + (pose.w * column) / volume.columns + 2, from], [bars.x - 4, y]], { width: 0.7, alpha: 0.3 });
  });
}

/** Names of the strips, and what the bars are. @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Bars | null} bars @returns {Label[]} */
export function endingLabels(stage, form, poses, bars) {
  const { graph, scene, back } = stage;
  const beside = tailOf(scene.network, graph).strips.flatMap((node) => {
    const pose = poses.get(node.name);
    if (!pose) return [];
    const full = stripLabel(node, { x: pose.x, y: pose.y + pose.h, w: pose.w }, node.name === scene.network.logits);
    const label = ABOVE.test(form.name) ? full : { ...full, lines: full.lines.slice(0, 2) };
    if (form.name === 'phone' && label.anchor === 'ne') return [{ ...label, x: Math.max(0, label.x - FIRST - signRoom(back ? SIGN[back.show] : '')), anchor: /** @type {const} */ ('nw') }];
    return [label.anchor === 'ne' && ABOVE.test(form.name) ? { ...label, x: pose.x + pose.w / 2, y: pose.y - 6, anchor: /** @type {const} */ ('s') } : label];
  });
  const above = beside.filter(({ anchor }) => anchor === 's'), pitch = -30;
  const strips = [...stacked(above, 3, pitch), ...beside.filter(({ anchor }) => anchor !== 's')];
  if (!bars) return strips;
  const text = bars.range === null ? probability(form, bars, graph.volumes.get(scene.network.logits)?.cells ?? 0) : slopesTitle(form, back);
  return [...strips, ...kindLabels(stage, form, poses, bars), { key: 'bars', x: bars.x, y: bars.rows[0].y - bars.pitch / 2 - 8, anchor: 'sw', look: 'caption', lines: [{ text }] }];
}

/** What the bars are, of how many classes, and the tick where there is one. @param {Form} form @param {Bars} bars @param {number} classes */
function probability(form, bars, classes) {
  if (bars.rows.length < classes) return `the ${bars.rows.length} likeliest of ${thousands(classes)}`;
  const ticked = bars.rows.some(({ look }) => look.includes('truth')) ? ', ✓ the right one' : '';
  return form.name === 'wide' ? `probability by softmax${ticked}` : `probability${ticked}`;
}

/** What the bars are on the way back. @param {Form} form @param {Stage['back']} back */
function slopesTitle(form, back) {
  if (back?.show === 'product') return 'each logit × its gradient';
  return labelOf(back?.objective ?? '') === null ? 'gradient of the logits' : `${form.name === 'wide' && form.bars.w >= TOLD_FROM ? 'gradient of the loss: ' : ''}p − t, t = 1 at ✓`;
}

/** Each kind of layer in a few words, in the order in which they are met. @type {[RegExp, string, string][]} */
const KINDS = [
  [/^conv/, 'conv', 'slides small filters over its input'],
  [/^relu$/, 'relu', 'keeps what is positive'],
  [/max_pool/, 'max pool', 'keeps the largest of each window'],
  [/average_pool/, 'avg pool', 'keeps the mean of each window'],
  [/^dense$/, 'dense, fc', 'weighs all numbers for each class'],
];
/** A network of more layers than `most` is explored, not explained. */
const KIND = { most: 40, pitch: 21, w: 300, below: 44, foot: 26 };

/** What the kinds of layers do, at the foot of the ending, where nothing else stands. @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Bars | null} bars @returns {Label[]} */
function kindLabels({ graph, width, height, state, back }, form, poses, bars) {
  const kinds = KINDS.filter(([kind]) => graph.nodes.some((node) => kind.test(node.kind)));
  const tall = kinds.length * KIND.pitch;
  const [x, y] = [width - form.margin - KIND.w, height - KIND.foot - tall];
  const busy = (/** @type {Pose} */ pose) => pose.x + pose.w > x - 30 && pose.y + pose.h > y - KIND.below;
  const low = bars ? bars.rows[bars.rows.length - 1].y + bars.pitch : 0;
  if (form.name !== 'wide' || graph.nodes.length > KIND.most || back || state.view !== 'overview' || low > y - KIND.below || [...poses.values()].some(busy)) return [];
  return kinds.map(([, name, does], k) => ({
    key: `kind ${name}`, x, y: y + k * KIND.pitch, anchor: 'nw', look: 'kind', lines: [{ text: name, look: 'name' }, { text: does, look: 'does' }],
  }));
}
