/** Any arithmetic step by step: what is read at the left, the steps between, what comes of it at the right. Pure. */

import { attention, rect } from '../../scene/marks.js';
import { blockOn, corners } from '../../scene/matrix.js';
import { mapQuad } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { acrossOf, cellOutline, plate, reachOver } from './plate.js';
import { valueText } from '../../lens/digits.js';
import { CAPTION, WEDGE, caption, drawn, indexed, label, printer } from './words.js';

/** @import { NodeView, OperandView } from '../../types.d.ts' */
/** @import { Box, PictureFrame, PictureInput, Point, Pose, Volume } from '../../stage.d.ts' */

/** More sources than this are not drawn as maps. */
const MOST_SOURCES = 3;
const SHARE = 0.3;
const STEP = { w: 210, h: 40, gap: 10, most: 12, letter: 7.4 };

/** @param {PictureInput} input @returns {PictureFrame} */
export function chain(input) {
  const { stage, explanation: e, node, box } = input;
  const to = stage.graph.volumes.get(node.name);
  if (!to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const tall = Math.min(box.h - 60, box.w * 0.36);
  const made = plate(to, { x: box.x + box.w * (1 - SHARE), y: box.y, w: box.w * SHARE, h: tall }, placeOf(node.shape, e.at)[0]);
  const read = senders(input, { x: box.x, y: box.y, w: box.w * SHARE, h: box.h - 40 }) ?? sources(input, { x: box.x, y: box.y, w: box.w * SHARE, h: box.h - 40 });
  const told = drawn(e.steps), all = input.added === null || e.products ? told : told.slice(0, input.added);
  const steps = all.slice(-STEP.most), whole = all.length === told.length;
  const print = printer(steps.map((s) => s.value));
  const longest = Math.max(0, ...steps.map((step) => step.label.length + print.plain(step.value).length + print.unit.length));
  const wide = Math.min(Math.max(STEP.w, longest * STEP.letter + 44), box.w * (1 - 2 * SHARE) - 40);
  const left = box.x + (box.w - wide) / 2;
  const each = Math.min(STEP.h + STEP.gap, box.h / steps.length);
  const high = (each * STEP.h) / (STEP.h + STEP.gap);
  const top = box.y + Math.max(0, (tall - steps.length * each) / 2);
  const rows = steps.map((step, k) => ({ step, y: top + k * each }));
  const outline = cellOutline(node, to, made, e.at);
  const tip = /** @type {Point} */ ([outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2]);
  const ends = read.length ? rows.slice(-1) : rows; // what is made of nothing on the screen is the sum of all its boxes
  return {
    poses: new Map([...read.map((r) => /** @type {[string, Pose]} */ ([r.node.name, r.pose])), [node.name, made]]),
    under: [],
    over: [
      ...rows.map(({ y }, k) => rect({ x: left, y, w: wide, h: high }, { fill: 'sheet', stroke: 'ink', width: ends.includes(rows[k]) ? 1.6 : 0.8, alpha: 0.8 })),
      ...read.flatMap(({ outline: at, what, name }, k) => [reachOver(at[1], [left - 4, top + Math.max(0, what === 'gives' ? k : told.findIndex(({ label: said }) => said === name)) * each + high / 2], 1.2), ...(what === 'gives' ? [] : attention(at))]),
      ...(whole ? ends : []).map(({ y }) => reachOver([left + wide + 4, y + high / 2], tip)),
      ...attention(outline),
    ],
    labels: [
      ...read.map((r, k) => caption(`from ${k}`, r.node, r.what, acrossOf(r.volume, r.pose).x0, r.y - CAPTION)),
      caption('to', node, node.shape.length === 3 ? `channel ${placeOf(node.shape, e.at)[0]}` : '', acrossOf(to, made).x0, box.y - CAPTION),
      ...rows.flatMap(({ step, y }, k) => [
        label(`step ${k}`, left + 12, y + high / 2, 'w', 'row', (box.w >= 480 && read.find(({ name }) => name === step.label)?.node.name) || step.label),
        label(`step value ${k}`, left + wide - 12, y + high / 2, 'e', 'number', print.plain(step.value) + print.unit),
      ]),
      label('result', made.x + made.w / 2, made.y + made.h + 12, 'n', 'result', { text: whole ? valueText(e) : '…', look: 'value' }, { text: `${e.of === 'gradient' ? '∂' : ''}${indexed(node.name, e.at)}`, look: 'place' }),
      ...(all.length > steps.length ? [label('before', left, top - 6, 'sw', 'caption small', `after ${all.length - steps.length} steps before these`)] : []),
    ],
    targets: [],
    spans: [
      ...read.slice(0, 1).map((r) => ({ node: r.node.name, ...acrossOf(r.volume, r.pose), y: box.y - WEDGE })),
      { node: node.name, ...acrossOf(to, made), y: box.y - WEDGE },
    ],
  };
}

/** On the way back, where several layers read the number: what each of them gives. @param {PictureInput} input @param {Box} box */
function senders({ stage, explanation: e }, box) {
  const nodes = e.of === 'gradient' ? e.steps.flatMap(({ label: said }) => stage.graph.byName.get(said.replace(/^through /, '')) ?? []).slice(0, MOST_SOURCES) : [];
  if (nodes.length === 0) return null;
  const each = box.h / nodes.length;
  return nodes.map((node, k) => {
    const volume = /** @type {Volume} */ (stage.graph.volumes.get(node.name)), y = box.y + k * each;
    const pose = plate(volume, { x: box.x, y, w: box.w, h: Math.min(each - 44, box.w) }, 0);
    return { node, volume, pose, y, outline: corners(mapQuad(volume, pose, 0).m), what: 'gives', name: '' };
  });
}

/** The volumes that operands were read from, below one another, each with what was read of it. @param {PictureInput} input @param {Box} box */
function sources({ stage, explanation: e }, box) {
  const operands = e.operands.filter((o, k, all) => o.cells.length > 0 && stage.graph.byName.has(o.source) && all.findIndex((p) => p.source === o.source) === k).slice(0, MOST_SOURCES);
  const each = box.h / Math.max(1, operands.length);
  return operands.map((operand, k) => {
    const node = /** @type {NodeView} */ (stage.graph.byName.get(operand.source));
    const volume = /** @type {Volume} */ (stage.graph.volumes.get(operand.source));
    const first = operand.cells.map((axis, a) => (axis.includes(e.at[a]) && node.shape.length === e.at.length ? e.at[a] : axis.find((i) => i >= 0 && i < node.shape[a]) ?? 0));
    const channel = placeOf(node.shape, first)[0];
    const y = box.y + k * each;
    const pose = plate(volume, { x: box.x, y, w: box.w, h: Math.min(each - 44, box.w) }, channel);
    return { node, volume, pose, y, outline: outlineOf(node, volume, pose, operand), what: node.shape.length === 3 ? `channel ${channel}` : '', name: operands.length > 1 ? operand.name : '' };
  });
}

/** @param {NodeView} node @param {Volume} volume @param {Pose} pose @param {OperandView} operand @returns {Point[]} */
function outlineOf(node, volume, pose, operand) {
  const inside = operand.cells.map((axis, a) => axis.filter((i) => i >= 0 && i < node.shape[a]));
  if (volume.vector) return blockOn(mapQuad(volume, pose, 0).m, volume.rows, volume.columns, [Math.min(...inside[0]) % volume.rows, (Math.max(...inside[0]) % volume.rows) + 1, 0, volume.columns]);
  const [rows, columns] = inside.slice(-2);
  const channel = placeOf(node.shape, inside.map((axis) => axis[0] ?? 0))[0];
  return blockOn(mapQuad(volume, pose, channel).m, volume.rows, volume.columns, [Math.min(...rows), Math.max(...rows) + 1, Math.min(...columns), Math.max(...columns) + 1]);
}
