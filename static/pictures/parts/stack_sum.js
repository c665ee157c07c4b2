/**
 * A convolution: the filter as a block through all channels of the input, channel by channel a window, a tile of weights
 * and the sum of their products; the running sum ends in the output cell. Every number is the engine's. Pure.
 */

import { depthOf } from '../../scene/sizes.js';
import { attention, curve, line, shape } from '../../scene/marks.js';
import { apply } from '../../scene/matrix.js';
import { pose } from '../../scene/pose.js';
import { facesOf } from '../../scene/slices.js';
import { placeOf } from '../../model/tensor.js';
import { cellOutline } from './plate.js';
import { block, explode, numbers, SEEN } from './stack.js';
import { cellsOf, sizeOf, tileMarks, tileTargets } from './tiles.js';
import { atWork, summed } from './adding.js';
import { adding, CAPTION, WEDGE, caption, drawn, fitting, indexed, label, many, roomBeside, shapeText, weightsOf } from './words.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput, Point, Target } from '../../stage.d.ts' */
/** @import { Plan } from './stack.js' */

/** Measures by the room there is, px. */
const ROOMY = { label: 92, gap: 58, tile: 40, stack: 0.44, tallest: 246, between: 10, digits: 4, closest: 40, capped: false };
const TIGHT = { label: 62, gap: 26, tile: 30, stack: 0.46, tallest: 190, between: 8, digits: 3, closest: 31, capped: false };
const PHONE = { label: 0, gap: 18, tile: 0, stack: 0.9, tallest: 190, between: 0, digits: 4, closest: 19, capped: true };
/** Depth of the output's closed block, in shares of its side. */
const DEPTH = 0.16;
/** Bars closer than this (px) carry no numbers. */
const NUMBERED = 30;
/** px across of a letter of the filter's name. */
const LETTER = 7.5;
/** px from the slices to the tiles, and from the tiles to the running sum. */
const TO_TILES = 34;
const TO_FALL = 18;

/** @param {Box} box */
export const measures = (box) => (box.w >= 720 ? ROOMY : box.w >= 480 ? TIGHT : PHONE);

/** @param {PictureInput} input @returns {PictureFrame} */
export function stackSum(input) {
  const { stage, explanation: e, node, source, box, heavy } = input;
  const m = measures(box);
  const [x, w] = e.operands;
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  if (!from || !to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const [channels, rows, columns] = x.cells;
  const extras = m.capped ? 0 : Math.max(0, heavy.length - channels.length);
  const out = output(input, m);
  const high = Math.min(m.tallest, box.h * m.stack), over = overhang(input, from, high);
  const stackBox = { x: box.x + m.label, y: box.y + over, w: out.x0 - m.gap - box.x - m.label, h: high - over };
  const plan = explode(from, stackBox, channels, heavy, extras, m.closest);
  const size = rows.length * columns.length;
  const at = (/** @type {number} */ channel) => channels.indexOf(channel) * size;
  const weights = (/** @type {number} */ channel) => w.values.slice(at(channel), at(channel) + size);
  const range = sizeOf(w.values);
  const filter = block(from, plan, { rows, columns }, weights, range, stage.look.weight);
  const outline = cellOutline(node, to, out.pose, e.at);
  const parts = m.capped ? bare() : below(input, m, plan, filter.feet, range, extras, out);
  return {
    poses: new Map([[source.name, plan.pose], [node.name, out.pose]]),
    under: [],
    over: [
      ...filter.marks, ...parts.marks,
      ...arrow(outline, out.middle, parts.start),
      shape(outline, { fill: stage.look.scale.css(e.value, stage.look.range(node.name)) }), ...attention(outline),
    ],
    labels: [
      caption('from', source, captionText(input, plan.shown.length, channels.length, roomBeside(plan.pose.x, out.x1, `${node.name} channel ${placeOf(node.shape, e.at)[0]}`)), plan.pose.x - 2, box.y - CAPTION),
      caption('to', node, `${m.capped ? 'ch' : 'channel'} ${placeOf(node.shape, e.at)[0]}`, out.x0, box.y - CAPTION),
      ...numbers(plan), ...parts.labels,
      ...(m.capped || filterX(filter.end, plan) + weightsOf(e).length * LETTER > out.x0 ? [] : [label('filter', filterX(filter.end, plan), filter.end[1], 'w', 'caption', { text: weightsOf(e), look: 'name' }, `${channels.length}×${rows.length}×${columns.length}`)]),
    ],
    targets: parts.targets,
    spans: [
      { node: source.name, x0: plan.pose.x, x1: plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax, y: box.y - WEDGE },
      { node: node.name, x0: out.x0, x1: out.x1, y: box.y - WEDGE },
    ],
  };
}

/** How far the block of the layer's windows comes out over the top of the slices, px: they stand lower by it. @param {PictureInput} input @param {import('../../stage.d.ts').Volume} volume @param {number} high */
export function overhang({ node, source }, volume, high) {
  const axis = node.windows[Math.max(0, node.inputs.indexOf(source.name))]?.axes?.[1];
  const padding = axis && 'offset' in axis && !axis.inverse ? Math.max(0, -axis.offset) : 0;
  const cell = high / (1 + SEEN.ay) / Math.max(volume.rows, volume.columns);
  return Math.min(high * 0.3, Math.max(0, padding * cell - CAPTION / 4));
}

/** The filter's name stands right of the last slice, and right of the block's end where that sticks out. @param {Point} end @param {Plan} plan */
const filterX = (end, plan) => Math.max(end[0] + 12, plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax + 8);

/** @param {PictureInput} input @param {number} shown @param {number} all @param {number} room px beside the other caption */
function captionText({ source, box }, shown, all, room) {
  const shape = shapeText(source);
  if (box.w < 480) return many(shown, 'slice');
  if (shown < all) return fitting(source.name, room, `${shape}, the ${shown} channels that weigh most of ${all}`, `${shown} of ${all} channels`, `${shown} of ${all}`);
  return source.shape[0] === all ? `${shape}, one slice per channel` : `${shape}, the ${many(all, 'channel').replace(/^one /, '')} of this group`;
}

/** Where the output's block stands. @param {PictureInput} input @param {typeof ROOMY} m */
export function output({ stage, explanation: e, node, box }, m) {
  const volume = /** @type {import('../../stage.d.ts').Volume} */ (stage.graph.volumes.get(node.name));
  const longest = Math.max(volume.rows, volume.columns);
  const side = Math.min(m.tallest, box.h * m.stack) / (1 + (SEEN.ay * volume.columns) / longest);
  const [w, h] = [(side * volume.columns) / longest, (side * volume.rows) / longest];
  const depth = depthOf(volume.channels, side, { ...SEEN, rise: 0.21, depth: DEPTH });
  const across = w * SEEN.ax + depth;
  const x0 = box.x + box.w - across;
  const p = pose({ x: x0, y: box.y, w, h, ...SEEN, dx: depth / volume.channels, dy: (-0.21 * depth) / volume.channels, front: placeOf(node.shape, e.at)[0] });
  const bottom = apply(facesOf(volume, p).front, 1, 1)[1];
  return { pose: p, x0, x1: x0 + across, middle: x0 + across / 2, bottom };
}

/** Nothing below the slices: a phone shows that in the lens. @returns {{ marks: Mark[], labels: Label[], targets: Target[], start: number | null }} */
const bare = () => ({ marks: [], labels: [], targets: [], start: null });

/**
 * Window, weights and running sum under each slice.
 * @param {PictureInput} input @param {typeof ROOMY} m @param {Plan} plan @param {[Point, Point][]} feet @param {number} range of the weights
 * @param {number} extras steps that belong to no channel @param {ReturnType<typeof output>} out
 */
function below(input, m, plan, feet, range, extras, out) {
  const { stage, explanation: e, node, source, box } = input;
  const [x, w] = e.operands;
  const [channels, rows, columns] = x.cells;
  const size = rows.length * columns.length;
  const wide = Math.min(m.tile * (plan.pitch > 90 ? 1.5 : 1), plan.pitch - 10);
  const cell = wide / Math.max(rows.length, columns.length);
  const [tw, th] = [cell * columns.length, cell * rows.length];
  const yx = box.y + Math.min(m.tallest, box.h * m.stack) + TO_TILES;
  const yw = yx + th + m.between;
  const yf = yw + th + TO_FALL;
  const cells = cellsOf(x, source.shape);
  const read = { scale: stage.look.scale, range: stage.look.range(source.name), rows: rows.length, columns: columns.length };
  const tiles = plan.shown.map((channel, k) => {
    const start = channels.indexOf(channel) * size;
    const left = plan.middle(k) - tw / 2;
    const [over, under] = [{ x: left, y: yx, w: tw, h: th }, { x: left, y: yw, w: tw, h: th }];
    const padding = (/** @type {number} */ r, /** @type {number} */ c) => cells[start + r * columns.length + c] === null;
    return {
      marks: [
        line([[feet[k][0][0], feet[k][0][1] + 2], [left, yx - 2]], { width: 0.8, alpha: 0.3 }),
        line([[feet[k][1][0], feet[k][1][1] + 2], [left + tw, yx - 2]], { width: 0.8, alpha: 0.3 }),
        ...tileMarks({ ...read, box: over, values: x.values.slice(start, start + size), padding }),
        ...tileMarks({ ...read, box: under, values: w.values.slice(start, start + size), range, scale: stage.look.weight }),
      ],
      targets: tileTargets(over, source.name, cells.slice(start, start + size), columns.length),
    };
  });
  const places = [
    ...plan.shown.map((channel, k) => ({ x: plan.middle(k), index: channels.indexOf(channel) })),
    ...Array.from({ length: extras }, (_, k) => ({ x: plan.middle(plan.shown.length + k), index: channels.length + k })),
  ];
  const print = adding(e, m.digits);
  const area = { y0: yf, y1: box.y + box.h, bar: Math.min(tw, 30), end: out.middle - (m.digits > 3 ? 56 : 44), scale: stage.look.scale, print: plan.pitch >= NUMBERED ? print : null };
  const fall = summed(input, places, area, size, print);
  const now = input.added !== null && input.added <= channels.length * size ? atWork(plan, channels, size, input.added - 1, { y: [yx, yw], tw, th, columns: columns.length, rows: rows.length }) : [];
  const left = plan.middle(0) - tw / 2 - 14;
  const y = Math.min(fall.end + 10, box.y + box.h - (fall.rest ? 58 : 44));
  const extraNames = drawn(e.steps).slice(channels.length).map((step) => step.label);
  const sum = size === 1 ? ['= product'] : m.digits > 3 ? [`= ${many(size, 'product')},`, 'summed'] : ['= sums'];
  return {
    marks: [...tiles.flatMap((t) => t.marks), ...now, ...fall.marks],
    targets: tiles.flatMap((t) => t.targets),
    labels: [
      label('row window', left, yx + th / 2, 'e', 'row', 'window'),
      label('row filter', left, yw + th / 2, 'e', 'row', `× ${/locally/.test(e.kind) ? 'its filter' : weightsOf(e)}`),
      ...(fall.marks.length ? [label('row sums', left, (yf + box.y + box.h) / 2, 'e', 'row', ...sum)] : []),
      ...Array.from({ length: extras }, (_, k) => label(`extra ${k}`, plan.middle(plan.shown.length + k), yw + th / 2, 'o', 'row', `+ ${extraNames[k] ?? 'bias'}`)),
      ...fall.labels,
      ...(fall.said ? [label('result', out.middle, y, 'n', 'result', { text: fall.said, look: 'value' }, { text: fall.whole ? indexed(node.name, e.at) : 'so far', look: 'place' }, ...(fall.rest ? [{ text: `${fall.rest} by rounding`, look: 'place' }] : []))] : []),
    ],
    start: fall.said && fall.whole ? y - 8 : null,
  };
}

/** From the sum up to the cell that it is. @param {Point[]} cell @param {number} x @param {number | null} y @returns {Mark[]} */
function arrow(cell, x, y) {
  if (y === null) return [];
  const [tipX, tipY] = [(cell[2][0] + cell[3][0]) / 2, (cell[2][1] + cell[3][1]) / 2 + 7];
  return [curve([[x - 6, y], [x - 6, y - 70], [tipX, tipY + 90], [tipX, tipY]], { width: 1.5, alpha: 0.9, head: true })];
}
