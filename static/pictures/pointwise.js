/** One number in, one number out: the curve that all pairs of the channel lie on, with this pair on it. Pure. */

import { attention, curve, line, rect, shape } from '../scene/marks.js';
import { mapOf, placeOf } from '../model/tensor.js';
import { acrossOf, cellOutline, peak, plate, reachOver } from './parts/plate.js';
import { CAPTION, WEDGE, caption, indexed, label, printer } from './parts/words.js';
import { LONG, single, valueText } from '../lens/digits.js';

/** @import { Box, Mark, PictureFrame, PictureInput, Point } from '../stage.d.ts' */

/** The curve is drawn through so many of the channel's pairs. */
const PAIRS = 400;
/** Shares of the box across: each map, and the curve. */
const SHARES = { map: 0.33, curve: 0.24 };
/** A plot smaller than this (px) has no room for y: it stands under the output. */
const SMALL = 150;
/** px of a letter of a formula, on average: one that would lie on the maps gives way to the layer's name. */
const LETTER = 8.4;

/** What the layer does to a number, while the network is used. @param {PictureInput} input */
function saidOf({ node, box }) {
  if (node.kind === 'dropout') return 'y = x';
  return node.equation.length * LETTER < box.w * (1 - 2 * SHARES.map) ? node.equation || node.summary : node.summary;
}

/** Kinds that let a number through, or do not. */
const GATES = /^(relu|relu6|thresholded_relu|clip)$/;

/** @param {PictureInput} input */
const gated = ({ node, explanation: e }) => (Number(e.operands[0].values[0]) === e.value ? [`${node.inputs[0]} goes on as it is:`, 'the gate is open'] : [`${e.value === 0 ? '0' : 'the bound'} goes on:`, 'the gate is shut']);

/** @param {PictureInput} input */
const beneath = (input) => (GATES.test(input.node.kind) ? gated(input) : input.node.kind === 'dropout' ? ['only while it learns', 'are some set to 0'] : ['the curve runs through', 'the pairs of this channel']);

/** @param {PictureInput} input @returns {PictureFrame} */
export function pointwise(input) {
  const { stage, explanation: e, node, source, box } = input;
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  if (!from || !to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const cell = source.shape.length === node.shape.length ? e.operands[0].cells.map(([i]) => i) : e.at;
  const channel = placeOf(node.shape, e.at)[0];
  const tall = Math.min(box.h - 60, box.w * 0.38);
  const top = box.y + Math.max(0, (box.h - tall - 60) / 2);
  const read = plate(from, { x: box.x, y: top, w: box.w * SHARES.map, h: tall }, placeOf(source.shape, cell)[0]);
  const made = plate(to, { x: box.x + box.w * (1 - SHARES.map), y: top, w: box.w * SHARES.map, h: tall }, channel);
  const side = Math.min(box.w * SHARES.curve, tall * 0.86);
  const plot = { x: box.x + (box.w - side) / 2, y: read.y + (read.h - side) / 2, w: side, h: side };
  const pairs = pairsOf(input, channel);
  const [x, y] = [Number(e.operands[0].values[0]), e.value];
  const axes = axesOf(plot, [...pairs, [x, y]]);
  const [inAt, outAt] = [cellOutline(source, from, read, cell), cellOutline(node, to, made, e.at)];
  const point = axes.at(x, y);
  const print = printer([x, y]);
  return {
    poses: new Map([[source.name, read], [node.name, made]]),
    under: [],
    over: [
      ...frame(plot, axes),
      line(pairs.map(([a, b]) => axes.at(a, b)), { width: 1.6, alpha: 0.75 }),
      line([[point[0], axes.at(x, 0)[1]], point], { width: 1, alpha: 0.6, dash: [3, 3] }),
      line([point, [axes.at(0, y)[0], point[1]]], { width: 1, alpha: 0.6, dash: [3, 3] }),
      disc(point, 7, stage.look.scale.css(y, stage.look.range(node.name))),
      curve([[inAt[1][0] + 5, inAt[1][1]], [inAt[1][0] + 60, inAt[1][1]], [plot.x - 50, plot.y + plot.h + 30], [axes.at(x, 0)[0], plot.y + plot.h + 8]], { width: 1.3, alpha: 0.8, head: true }),
      reachOver([plot.x + plot.w + 8, point[1]], [outAt[0][0] - 5, (outAt[0][1] + outAt[3][1]) / 2], 1.3),
      ...attention(inAt), ...attention(outAt),
    ],
    labels: [
      caption('from', source, `channel ${placeOf(source.shape, cell)[0]}`, acrossOf(from, read).x0, peak(from, read) - CAPTION),
      caption('to', node, `channel ${channel}`, acrossOf(to, made).x0, peak(to, made) - CAPTION),
      label('function', plot.x + plot.w / 2, plot.y - 12, 's', 'direction', saidOf(input)),
      label('x', axes.at(x, 0)[0], plot.y + plot.h + 10, 'n', 'number', `x = ${print.plain(x)}`),
      ...(side < SMALL ? [] : [aside(axes.at(0, 0)[0], plot, point, `y = ${print.plain(y)}`)]),
      label('result', (made.x + made.x + made.w) / 2, made.y + made.h + 12, 'n', 'result', { text: valueText(e), look: 'value' }, { text: indexed(node.name, e.at), look: 'place' }),
      label('given', (read.x + read.x + read.w) / 2, read.y + read.h + 12, 'n', 'result', { text: single(x, LONG), look: 'value' }, { text: indexed(source.name, cell), look: 'place' }),
      ...(box.w < 480 ? [] : [label('pairs', plot.x + plot.w / 2, plot.y + plot.h + 34, 'n', 'caption small', ...beneath(input))]),
    ],
    targets: [],
    spans: [{ node: source.name, ...acrossOf(from, read), y: peak(from, read) - WEDGE }, { node: node.name, ...acrossOf(to, made), y: peak(to, made) - WEDGE }],
  };
}

/** What y is, beside its axis where there is room for it, else on the other side of the point. @param {number} axis x of it @param {Box} plot @param {Point} point @param {string} text */
const aside = (axis, plot, point, text) => {
  const room = text.length * LETTER, left = axis - room > plot.x - 8;
  return left ? label('y', axis - 6, point[1] - 3, 'se', 'number', text) : point[0] + room + 12 < plot.x + plot.w ? label('y', point[0] + 12, point[1] + 4, 'nw', 'number', text) : label('y', point[0] - 12, point[1] + 4, 'ne', 'number', text);
};

/** Pairs of numbers of this channel, in the order of x. @param {PictureInput} input @param {number} channel @returns {Point[]} */
function pairsOf({ stage, node, source }, channel) {
  const [xs, ys] = [stage.scene.activations.get(source.name), stage.scene.activations.get(node.name)];
  if (!xs || !ys) return [];
  const [a, b] = [mapOf(xs, channel), mapOf(ys, channel)];
  const pairs = Array.from(a, (x, k) => /** @type {Point} */ ([x, b[k]])).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  pairs.sort((p, q) => p[0] - q[0]);
  const step = Math.max(1, pairs.length / PAIRS);
  return Array.from({ length: Math.min(PAIRS, pairs.length) }, (_, k) => pairs[Math.floor(k * step)]).concat(pairs.slice(-1));
}

/** Where numbers stand in a plot. @param {Box} plot @param {Point[]} pairs */
function axesOf(plot, pairs) {
  const [xs, ys] = [pairs.map((p) => p[0]), pairs.map((p) => p[1])];
  const [x0, x1] = [Math.min(0, ...xs), Math.max(0, ...xs)];
  const [y0, y1] = [Math.min(0, ...ys), Math.max(0, ...ys)];
  const inset = 0.06;
  const along = (/** @type {number} */ v, /** @type {number} */ low, /** @type {number} */ high) => inset + (1 - 2 * inset) * ((v - low) / (high - low || 1));
  return { at: (/** @type {number} */ x, /** @type {number} */ y) => /** @type {Point} */ ([plot.x + plot.w * along(x, x0, x1), plot.y + plot.h * (1 - along(y, y0, y1))]) };
}

/** @param {Box} plot @param {ReturnType<typeof axesOf>} axes @returns {Mark[]} */
const frame = (plot, axes) => [
  rect(plot, { fill: 'sheet', stroke: 'ink', width: 0.8, alpha: 0.9 }),
  line([[plot.x, axes.at(0, 0)[1]], [plot.x + plot.w, axes.at(0, 0)[1]]], { width: 0.8, alpha: 0.35 }),
  line([[axes.at(0, 0)[0], plot.y], [axes.at(0, 0)[0], plot.y + plot.h]], { width: 0.8, alpha: 0.35 }),
];

/** @param {Point} at @param {number} r @param {string} fill @returns {Mark} */
const disc = ([x, y], r, fill) =>
  shape(Array.from({ length: 28 }, (_, k) => /** @type {Point} */ ([x + r * Math.cos((k * Math.PI) / 14), y + r * Math.sin((k * Math.PI) / 14)])), { fill, stroke: 'ink', width: 2 });
