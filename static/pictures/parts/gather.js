/**
 * The way back as a gathering: one input cell collects from every output that read it, each times the local gradient, for
 * a convolution the same filter turned by half a turn. The mirror of the forward picture: given from the right, summed
 * from right to left, to the cell at the left. What has another form is told step by step. Pure.
 */

import { attention, curve, line, rect, shape } from '../../scene/marks.js';
import { apply } from '../../scene/matrix.js';
import { pose } from '../../scene/pose.js';
import { depthOf } from '../../scene/sizes.js';
import { facesOf } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { chain } from './chain.js';
import { gate } from './gate.js';
import { cellOutline } from './plate.js';
import { block, explode, numbers, SEEN } from './stack.js';
import { measures } from './stack_sum.js';
import { sizeOf, tileMarks, tileTargets } from './tiles.js';
import { waterfall } from './waterfall.js';
import { valueText } from '../../lens/digits.js';
import { growth } from '../../lens/growth.js';
import { adding, CAPTION, WEDGE, caption, drawn, indexed, label, many } from './words.js';

/** @import { Cell, ExplanationView, NodeView } from '../../types.d.ts' */
/** @import { Label, Mark, PictureFrame, PictureInput, Point, Target, Volume } from '../../stage.d.ts' */
/** @import { Plan } from './stack.js' */
/** @typedef {{ channels: number[], rows: number[], columns: number[], cells: Map<number, (Cell | null)[]>, given: Map<number, number[]>, local: Map<number, number[]> }} Window the outputs that read one cell, channel by channel */

const TO_TILES = 34;
const TO_FALL = 18;
/** Depth of the closed block at the left, in shares of its side. */
const DEPTH = 0.16;
/** Bars closer than this (px) carry no numbers. */
const NUMBERED = 30;

/** The layer that gradients come back through, where there is one. @param {ExplanationView} e */
export const through = (e) => e.operands.find((operand) => operand.name === 'dy')?.source.replace(/^∂/, '');

/** Which outputs read the cell, and what each gives; null where they are no maps, or several layers. @param {ExplanationView} e @param {NodeView} source @returns {Window | null} */
export function windowOf(e, source) {
  const [dy, w] = e.operands;
  if (e.operands.length !== 2 || dy.name !== 'dy' || !dy.at?.length || source.shape.length !== 3 || w.values.length !== dy.at.length) return null;
  const span = (/** @type {number} */ axis) => {
    const all = /** @type {Cell[]} */ (dy.at).map((cell) => cell[axis]);
    const low = all.reduce((a, b) => Math.min(a, b));
    return Array.from({ length: all.reduce((a, b) => Math.max(a, b)) - low + 1 }, (_, k) => low + k);
  };
  const [rows, columns] = [span(1), span(2)];
  const channels = [...new Set(dy.at.map(([c]) => c))];
  const places = new Map(dy.at.map((cell, k) => [cell.join(), k]));
  /** Channel by channel in reading order; where no output read the cell, `none`. @type {<T>(of: ArrayLike<T>, none: T) => Map<number, T[]>} */
  const laid = (of, none) => new Map(channels.map((c) => [c, rows.flatMap((i) => columns.map((j) => {
    const k = places.get(`${c},${i},${j}`);
    return k === undefined ? none : of[k];
  }))]));
  return { channels, rows, columns, cells: laid(/** @type {(Cell | null)[]} */ (dy.at), null), given: laid(dy.values, 0), local: laid(w.values, 0) };
}

/** @param {PictureInput} input source: the layer that gave @returns {PictureFrame} */
export function gather(input) {
  const { stage, explanation: e, node, source, box } = input;
  const readers = windowOf(e, source);
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  const steps = drawn(e.steps);
  if (!readers || !from || !to || to.vector || from.vector || steps.length !== readers.channels.length) return chain(input);
  if (readers.channels.length === 1 && source.kind !== 'conv2d') return gate(input, readers);
  const m = measures(box), now = workingAt(input, readers);
  const out = output(input, to, m);
  const stackBox = { x: out.x1 + m.gap + m.label, y: box.y, w: box.x + box.w - out.x1 - m.gap - m.label, h: Math.min(m.tallest, box.h * m.stack) };
  const plan = explode(from, stackBox, [...readers.channels].reverse(), [...readers.channels].map((channel, k) => (channel === now?.channel ? Infinity : steps[k].value)).reverse(), 0, m.closest);
  const range = sizeOf(e.operands[1].values);
  const turned = block(from, plan, readers, (channel) => readers.local.get(channel) ?? [], range, stage.look.weight);
  const outline = cellOutline(node, to, out.pose, e.at);
  const parts = m.capped ? { marks: [], labels: [], targets: [], start: null } : below(input, readers, m, plan, turned.feet, range, out.middle, now);
  return {
    poses: new Map([[source.name, plan.pose], [node.name, out.pose]]),
    under: [],
    over: [
      ...turned.marks, ...parts.marks, ...arrow(outline, out.middle, parts.start),
      shape(outline, { fill: stage.look.scale.css(e.value, stage.look.range(node.name)) }), ...attention(outline),
    ],
    labels: [
      caption('from', source, m.capped ? 'given' : `given from the right, ${plan.shown.length < readers.channels.length ? `the ${plan.shown.length} channels that weigh most of ${readers.channels.length}` : many(readers.channels.length, 'channel')}`, plan.pose.x - 2, box.y - CAPTION),
      caption('to', node, m.capped ? '' : `${m.digits > 3 ? 'to the left, channel' : 'ch'} ${placeOf(node.shape, e.at)[0]}`, out.pose.x, box.y - CAPTION),
      ...numbers(plan), ...parts.labels,
    ],
    targets: parts.targets,
    spans: [
      { node: source.name, x0: plan.pose.x, x1: plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax, y: box.y - WEDGE },
      { node: node.name, x0: out.pose.x, x1: out.x1, y: box.y - WEDGE },
    ],
  };
}

/** Where the input's block stands: at the left. @param {PictureInput} input @param {Volume} volume @param {ReturnType<typeof measures>} m */
function output({ explanation: e, node, box }, volume, m) {
  const longest = Math.max(volume.rows, volume.columns);
  const side = Math.min(m.tallest, box.h * m.stack) / (1 + (SEEN.ay * volume.columns) / longest);
  const [w, h] = [(side * volume.columns) / longest, (side * volume.rows) / longest];
  const depth = depthOf(volume.channels, side, { ...SEEN, rise: 0.21, depth: DEPTH });
  const p = pose({ x: box.x + 6, y: box.y, w, h, ...SEEN, dx: depth / volume.channels, dy: (-0.21 * depth) / volume.channels, front: placeOf(node.shape, e.at)[0] });
  const across = w * SEEN.ax + depth;
  return { pose: p, x1: p.x + across, middle: p.x + across / 2, bottom: apply(facesOf(volume, p).front, 1, 1)[1] };
}

/**
 * Gradients given, local gradients and running sum under each slice.
 * @param {PictureInput} input @param {Window} readers @param {ReturnType<typeof measures>} m @param {Plan} plan @param {[Point, Point][]} feet
 * @param {number} range of the local gradients @param {number} end where the sum is carried to @param {Now | null} now
 * @returns {{ marks: Mark[], labels: Label[], targets: Target[], start: number | null }}
 */
function below(input, readers, m, plan, feet, range, end, now) {
  const { stage, explanation: e, node, source, box } = input;
  const { rows: { length: rows }, columns: { length: columns } } = readers;
  const wide = Math.min(m.tile * (plan.pitch > 90 ? 1.5 : 1), plan.pitch - 10);
  const cell = wide / Math.max(rows, columns);
  const [tw, th] = [cell * columns, cell * rows];
  const yx = box.y + Math.min(m.tallest, box.h * m.stack) + TO_TILES;
  const yw = yx + th + m.between;
  const yf = yw + th + TO_FALL;
  const steps = drawn(e.steps);
  const tiles = plan.shown.map((channel, k) => {
    const left = plan.middle(k) - tw / 2;
    const cells = readers.cells.get(channel) ?? [];
    const padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[r * columns + c] === null;
    const [over, under] = [{ x: left, y: yx, w: tw, h: th }, { x: left, y: yw, w: tw, h: th }];
    return {
      marks: [
        line([[feet[k][0][0], feet[k][0][1] + 2], [left, yx - 2]], { width: 0.8, alpha: 0.3 }),
        line([[feet[k][1][0], feet[k][1][1] + 2], [left + tw, yx - 2]], { width: 0.8, alpha: 0.3 }),
        ...tileMarks({ box: over, rows, columns, values: readers.given.get(channel) ?? [], range: stage.look.range(source.name), scale: stage.look.scale, padding }),
        ...tileMarks({ box: under, rows, columns, values: readers.local.get(channel) ?? [], range, scale: stage.look.weight, padding }),
      ],
      targets: tileTargets(over, source.name, cells, columns),
    };
  });
  const print = adding(e, m.digits);
  const grown = now?.grown ?? null, total = grown ? grown.total : e.value;
  const fall = leftward({ steps: grown ? soFar(steps, grown) : steps, scaled: steps, plan, readers, y0: yf, y1: box.y + box.h, bar: Math.min(tw, 30), end: end + (m.digits > 3 ? 56 : 44), scale: stage.look.scale, print: plan.pitch >= NUMBERED ? print : null });
  const left = plan.middle(0) - tw / 2 - 14;
  const result = Math.min(fall.yOf(total) + 10, box.y + box.h - 44);
  return {
    marks: [...tiles.flatMap((t) => t.marks), ...(now ? square(plan, now, columns, cell, [yx, yw], tw) : []), ...fall.marks],
    targets: tiles.flatMap((t) => t.targets),
    labels: [
      label('row window', left, yx + th / 2, 'e', 'row', ...(m.digits > 3 ? ['the outputs', 'that read it'] : ['read it'])),
      label('row filter', left, yw + th / 2, 'e', 'row', ...localSaid(source, e)),
      label('row sums', left, Math.max(yf + 44, (yf + box.y + box.h) / 2), 'e', 'row', 'summed from', 'the right ←'),
      ...fall.labels, ...(print.unit ? [label('unit', left, Math.min(yf + 18, box.y + box.h - 14), 'e', 'row', `each${print.unit}`)] : []),
      label('result', end, result, 'n', 'result', { text: valueText(e, total), look: 'value' }, { text: grown ? 'so far' : `∂${indexed(node.name, e.at)}`, look: 'place' }),
    ],
    start: grown ? null : result - 8,
  };
}

/** @typedef {{ channel: number, place: number, grown: NonNullable<ReturnType<typeof growth>> | null }} Now the product at work: its channel, its cell in the tile, and how far the sum is */

/** Which product is added, where they are added one by one. @param {PictureInput} input @param {Window} readers @returns {Now | null} */
function workingAt({ explanation: e, added }, readers) {
  const at = added === null || !e.products || added > e.products.length ? null : e.operands[0].at?.[added - 1];
  if (!at || added === null) return null;
  const place = (readers.cells.get(at[0]) ?? []).findIndex((cell) => cell?.join() === at.join());
  return { channel: at[0], place, grown: growth({ explanation: e, added }) };
}

/** The steps as far as they are added. @param {ExplanationView['steps']} steps @param {NonNullable<ReturnType<typeof growth>>} grown */
function soFar(steps, { group, whole, total }) {
  const before = whole > 0 ? steps[whole - 1].total : 0;
  return [...steps.slice(0, whole), ...(group !== null && group === whole ? [{ ...steps[group], value: total - before, total }] : [])];
}

/** The two numbers that are multiplied, in ink. @param {Plan} plan @param {Now} now @param {number} columns @param {number} cell @param {number[]} tops @param {number} wide @returns {Mark[]} */
function square(plan, { channel, place }, columns, cell, tops, wide) {
  const k = plan.shown.indexOf(channel);
  if (k < 0 || place < 0) return [];
  return tops.flatMap((top) => {
    const box = { x: plan.middle(k) - wide / 2 + (place % columns) * cell, y: top + Math.floor(place / columns) * cell, w: cell, h: cell };
    return [rect(box, { stroke: 'halo', width: 4.6, alpha: 0.95 }), rect(box, { stroke: 'ink', width: 2.2 })];
  });
}

/** What the local gradient is. @param {NodeView} source @param {ExplanationView} e */
const localSaid = (source, e) => (source.kind === 'conv2d' ? ['× filters,', 'turned around'] : ['× local', e.operands[1].name]);

/** A waterfall that runs from right to left: the engine's running sum, channel by channel. @param {{ steps: ExplanationView['steps'], scaled: ExplanationView['steps'], plan: Plan, readers: Window, y0: number, y1: number, bar: number, end: number, scale: import('../../stage.d.ts').Scale, print: ReturnType<typeof adding> | null }} fall */
function leftward({ steps, plan, readers, end, ...how }) {
  const places = plan.shown.map((channel, k) => ({ x: -plan.middle(k), index: readers.channels.indexOf(channel) })).filter(({ index }) => index < steps.length).reverse();
  const { marks, labels, yOf } = waterfall({ ...how, steps, places, end: -end });
  return {
    yOf,
    marks: marks.map((mark) => (mark.kind === 'path' ? { ...mark, points: mark.points.map(([x, y]) => /** @type {Point} */ ([-x, y])) } : mark)),
    labels: labels.map((said) => ({ ...said, x: -said.x })),
  };
}

/** From the sum up to the cell that it is. @param {Point[]} cell @param {number} x @param {number | null} y @returns {Mark[]} */
function arrow(cell, x, y) {
  if (y === null) return [];
  const [tipX, tipY] = [(cell[2][0] + cell[3][0]) / 2, (cell[2][1] + cell[3][1]) / 2 + 7];
  return [curve([[x, y], [x, y - 70], [tipX, tipY + 90], [tipX, tipY]], { width: 1.5, alpha: 0.9, head: true })];
}
