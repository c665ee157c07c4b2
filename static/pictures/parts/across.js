/**
 * One place, through several channels: what a norm across channels reads. The slices that it reads with the place lit in
 * each, the numbers there, and the steps from the one in the middle to what comes of it. Pure.
 */

import { attention, line, rect } from '../../scene/marks.js';
import { placeOf } from '../../model/tensor.js';
import { cellOutline, reachOver } from './plate.js';
import { block, explode, numbers, SEEN } from './stack.js';
import { measures, output } from './stack_sum.js';
import { tileTargets } from './tiles.js';
import { LONG, single } from '../../lens/digits.js';
import { CAPTION, WEDGE, caption, drawn, indexed, label, many, inCells, shapeText } from './words.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput } from '../../stage.d.ts' */
/** @import { Plan } from './stack.js' */

/** px: a cell with its number, and from the slices to it; a step's box, and the air between boxes. */
const CELL = { w: 58, h: 30, under: 34 };
const STEP = { h: 58, gap: 26, least: 118, low: 34 };

/** Whether the operand is one place of several channels. @param {PictureInput} input */
export const isAcross = ({ explanation: { operands: [x] }, node }) =>
  node.shape.length === 3 && x?.cells.length === 3 && x.cells[0].length > 1 && x.cells[1].length === 1 && x.cells[2].length === 1;

/** The channels that are read and are there: at the ends of the volume some are not. @param {PictureInput} input */
const channelsOf = ({ explanation: { operands: [x] }, source }) => x.cells[0].filter((channel) => channel >= 0 && channel < source.shape[0]);

/** @param {PictureInput} input @returns {PictureFrame} */
export function across(input) {
  const { stage, explanation: e, node, source, box } = input, m = measures(box), [x] = e.operands, [all, rows, columns] = x.cells, channels = channelsOf(input);
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  if (!from || !to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const own = placeOf(node.shape, e.at)[0], out = output(input, m), high = Math.min(m.tallest, box.h * m.stack);
  const of = (/** @type {number} */ channel) => x.values[all.indexOf(channel)], range = stage.look.range(source.name);
  const weight = channels.map((channel) => (channel === own ? Infinity : Math.abs(of(channel))));
  const plan = explode(from, { x: box.x, y: box.y, w: out.x0 - m.gap - box.x, h: high }, channels, weight, 0, Math.max(m.closest, m.capped ? 0 : CELL.w + 6));
  const through = block(from, plan, { rows, columns }, (channel) => [of(channel)], range, stage.look.scale);
  const outline = cellOutline(node, to, out.pose, e.at);
  const parts = m.capped ? { marks: [], labels: [], targets: [] } : told(input, plan, own, box.y + high + CELL.under, through.feet, { x: (outline[2][0] + outline[3][0]) / 2, y: Math.max(outline[2][1], outline[3][1]) + 6 });
  return {
    poses: new Map([[source.name, plan.pose], [node.name, out.pose]]), under: [],
    over: [...through.marks, ...parts.marks, ...attention(outline)],
    labels: [
      caption('from', source, said(input, plan.shown.length), plan.pose.x - 2, box.y - CAPTION),
      caption('to', node, `${m.capped ? 'ch' : 'channel'} ${own}`, out.x0, box.y - CAPTION),
      ...numbers(plan), ...parts.labels,
    ],
    targets: parts.targets,
    spans: [{ node: source.name, x0: plan.pose.x, x1: plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax, y: box.y - WEDGE }, { node: node.name, x0: out.x0, x1: out.x1, y: box.y - WEDGE }],
  };
}

/** A number by itself. @param {number} value */
const alone = (value) => single(value, LONG);

/** What is read, and what of it would lie outside of the volume. @param {PictureInput} input @param {number} shown channels */
function said(input, shown) {
  const there = channelsOf(input).length, outside = input.explanation.operands[0].cells[0].length - there;
  if (input.box.w < 720) return many(shown, 'channel');
  return `${shapeText(input.source)}, ${shown < there ? `${many(shown, 'channel')} of the ${there} that are read` : `the ${many(there, 'channel')} that are read`}${outside ? `; ${many(outside, 'other')} would lie outside` : ''}`;
}

/**
 * The numbers under their slices, and the steps in boxes: the first takes the number itself, the second all of them.
 * @param {PictureInput} input @param {Plan} plan @param {number} own channel @param {number} y @param {import('../../stage.d.ts').Point[][]} feet the lower corners of the place on each slice
 * @param {{ x: number, y: number }} goal below the output's cell
 * @returns {{ marks: Mark[], labels: Label[], targets: import('../../stage.d.ts').Target[] }}
 */
function told(input, plan, own, y, feet, goal) {
  const { stage, explanation: e, node, source, box, added } = input, [x] = e.operands, [channels] = x.cells, { scale } = stage.look, range = stage.look.range(source.name);
  const print = inCells(x.values.filter(Number.isFinite)), all = drawn(e.steps), steps = all.slice(0, added ?? undefined), whole = steps.length === all.length;
  const cells = plan.shown.map((channel, k) => ({ channel, value: x.values[channels.indexOf(channel)], box: { x: plan.middle(k) - CELL.w / 2, y, w: CELL.w, h: CELL.h } }));
  const room = { x: box.x, y: y + CELL.h + STEP.low, w: box.w, h: box.y + box.h - y - CELL.h - STEP.low - 8 };
  const inRow = room.w >= all.length * (STEP.least + STEP.gap), boxes = (inRow ? row(all.length, room) : column(all.length, room)).slice(0, steps.length), last = boxes[boxes.length - 1];
  const mine = cells.find(({ channel }) => channel === own) ?? cells[0], under = { x0: cells[0].box.x, x1: cells[cells.length - 1].box.x + CELL.w, y: y + CELL.h + 7 };
  const taken = boxes[Math.min(1, boxes.length - 1)];
  return {
    marks: [
      ...cells.flatMap(({ box: b, value: v }, k) => [line([feet[k][0], [b.x, b.y]], { width: 0.8, alpha: 0.3 }), line([feet[k][1], [b.x + b.w, b.y]], { width: 0.8, alpha: 0.3 }), rect(b, { fill: scale.css(v, range), stroke: 'ink', width: 1, alpha: 0.9 })]),
      rect(mine.box, { stroke: 'ink', width: 2.8 }),
      line([[under.x0, under.y], [under.x1, under.y]], { width: 1.2, alpha: 0.7 }), line([[taken.x + taken.w / 2, under.y], [taken.x + taken.w / 2, taken.y - 3]], { width: 1.2, alpha: 0.7, head: true }),
      ...boxes.map((b, k) => rect(b, { fill: 'sheet', stroke: 'ink', width: whole && k === boxes.length - 1 ? 1.8 : 0.9, alpha: 0.9 })),
      ...boxes.slice(1).map((b, k) => line([[boxes[k].x + boxes[k].w + 3, boxes[k].y + boxes[k].h / 2], [b.x - 4, b.y + b.h / 2]], { width: 1.1, alpha: 0.6, head: true })).filter(() => inRow),
      ...(!whole ? [] : inRow ? [line([[goal.x, last.y - 2], [goal.x, goal.y]], { width: 1.4, alpha: 0.9, head: true })] : [reachOver([last.x + last.w + 4, last.y + 6], [goal.x - 2, goal.y], 1.4)]),
    ],
    labels: [
      ...(print.unit ? [label('unit', cells[cells.length - 1].box.x + CELL.w + 8, y + CELL.h / 2, 'w', 'row', `each${print.unit}`)] : []),
      ...cells.map(({ box: b, value: v, channel }) => ({ ...label(`cell ${channel}`, b.x + b.w / 2, b.y + b.h / 2, 'o', channel === own ? 'cell won' : 'cell', print.plain(v)), ink: scale.ink(v, range) })),
      ...boxes.flatMap((b, k) => {
        const [name, number] = [steps[k].label, alone(steps[k].value)];
        return inRow ? [label(`step ${k}`, b.x + b.w / 2, b.y + 9, 'n', 'caption small', name), label(`step value ${k}`, b.x + b.w / 2, b.y + b.h - 8, 's', 'number', number)]
          : [label(`step ${k}`, b.x + 8, b.y + b.h / 2, 'w', 'caption small', name), label(`step value ${k}`, b.x + b.w - 8, b.y + b.h / 2, 'e', 'number', number)];
      }),
      label('result', inRow ? last.x + last.w / 2 : last.x + last.w + 20, inRow ? last.y + last.h + 8 : last.y + last.h, inRow ? 'n' : 'sw', 'result', { text: whole ? alone(e.value) : '…', look: 'value' }, { text: indexed(node.name, e.at), look: 'place' }),
    ],
    targets: cells.flatMap(({ box: b, channel }) => tileTargets(b, source.name, [[channel, x.cells[1][0], x.cells[2][0]]], 1)),
  };
}

/** So many boxes beside one another. @param {number} count @param {Box} room @returns {Box[]} */
function row(count, room) {
  const w = Math.min(200, (room.w + STEP.gap) / count - STEP.gap), h = Math.min(STEP.h, room.h - 50);
  return Array.from({ length: count }, (_, k) => ({ x: room.x + k * (w + STEP.gap), y: room.y, w, h }));
}

/** So many boxes below one another. @param {number} count @param {Box} room @returns {Box[]} */
function column(count, room) {
  const h = Math.min(30, room.h / count);
  return Array.from({ length: count }, (_, k) => ({ x: room.x, y: room.y + k * h, w: Math.min(320, room.w * 0.6), h: h - 3 }));
}
