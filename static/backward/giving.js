/**
 * What one output of a convolution gives back, in the engine's numbers: its gradient times its filter is added into the
 * window that it read, and its gradient times that window into the gradient of its filter. The slices hold what has come
 * so far, from this output and all before it. Pure.
 */

import { attention, curve, image, line, shape } from '../scene/marks.js';
import { blockOn, corners } from '../scene/matrix.js';
import { mapQuad } from '../scene/slices.js';
import { mapOf, placeOf } from '../model/tensor.js';
import { atWork } from '../pictures/parts/adding.js';
import { cellOutline } from '../pictures/parts/plate.js';
import { block, explode, numbers, SEEN } from '../pictures/parts/stack.js';
import { CELL, LONG, SHORT, single, thousands } from '../lens/digits.js';
import { measures, output, overhang } from '../pictures/parts/stack_sum.js';
import { cellsOf, sizeOf, tileMarks } from '../pictures/parts/tiles.js';
import { CAPTION, WEDGE, caption, fitting, indexed, label, roomBeside } from '../pictures/parts/words.js';

/** @import { GivingView, Tensor } from '../types.d.ts' */
/** @import { Label, Mark, PictureFrame, PictureInput, Point } from '../stage.d.ts' */
/** @typedef {{ name: string, lines: string[], tensor: Tensor, scale: import('../stage.d.ts').Scale, range: number, gap: number }} Row */

/** px from the slices to the first row of tiles; between rows that belong together, and to the next two. */
const TO_TILES = 24, NEAR = 7, APART = 14;

/** @param {PictureInput} input explanation: of the output, forward @param {GivingView} giving @returns {PictureFrame | null} null for what is no window of maps */
export function gives(input, giving) {
  const { stage, explanation: e, node, source, box } = input, [x] = e.operands, [sent, weight] = [giving.tensors.get('sent x0'), giving.tensors.get('local x0')];
  const [from, to] = [stage.graph.volumes.get(source.name), stage.graph.volumes.get(node.name)];
  if (!from || !to || !sent || !weight || e.kind !== 'conv2d' || x.cells.length !== 3) return null;
  const [channels, rows, columns] = x.cells, size = rows.length * columns.length, m = measures(box);
  const whole = channels.length * size, term = input.added === null ? null : Math.min(input.added, whole) - 1, now = term === null ? null : channels[Math.floor(term / size)];
  const part = (/** @type {Tensor} */ tensor, /** @type {number} */ channel) => given(tensor, sent, term).subarray(channels.indexOf(channel) * size, (channels.indexOf(channel) + 1) * size);
  const out = output(input, m), high = Math.min(m.tallest, box.h * m.stack), over = overhang(input, from, high);
  const room = { x: box.x + m.label, y: box.y + over, w: out.x0 - m.gap - box.x - m.label, h: high - over };
  const plan = explode(from, room, channels, channels.map((channel) => (channel === now ? Infinity : sizeOf(part(weight, channel)))), 0, m.closest);
  const added = block(from, plan, { rows, columns }, (channel) => part(sent, channel), sizeOf(sent.data), stage.look.scale);
  const outline = cellOutline(node, to, out.pose, e.at), [, right] = [outline[0], outline[3]], end = added.end;
  const parts = m.capped ? { marks: [], labels: [] } : below(input, giving, plan, added.feet, part, box.y + high + TO_TILES, m.tile, term), at = now === null || term === null ? [] : cellAtWork(from, plan.pose, now, rows, columns, term % size);
  const gave = `${m.digits > 3 ? 'gives, channel' : 'ch'} ${placeOf(node.shape, e.at)[0]}`, count = `${thousands(giving.index + 1)} of ${thousands(giving.count)}`;
  return {
    poses: new Map([[source.name, plan.pose], [node.name, out.pose]]), under: [],
    over: [
      ...soFar(input, giving, plan.shown, plan.pose), ...added.marks, ...parts.marks, ...at,
      curve([[outline[0][0] - 6, (outline[0][1] + right[1]) / 2], [outline[0][0] - 60, outline[0][1]], [end[0] + 70, end[1]], [end[0] + 6, end[1]]], { width: 1.7, alpha: 0.9, head: true }),
      shape(outline, { fill: stage.look.scale.css(giving.given, stage.look.range(node.name)) }), ...attention(outline),
    ],
    labels: [
      caption('from', source, m.capped ? 'so far' : fitting(source.name, roomBeside(plan.pose.x, out.x1, `∂${node.name} ${gave}`), `so far: ${count} outputs have given`, `so far: ${count}`, 'so far'), plan.pose.x - 2, box.y - CAPTION),
      caption('to', node, gave, out.x0, box.y - CAPTION),
      ...numbers(plan), ...parts.labels,
      ...(term === null || m.capped ? [] : [label('product', out.middle, out.bottom + 74, 'n', 'number product', `${single(giving.given, CELL)} × ${single(weight.data[term], CELL)} = ${single(sent.data[term], CELL)}`)]),
      ...(m.capped ? [] : [label('result', out.middle, out.bottom + 20, 'n', 'result', { text: single(giving.given, LONG), look: 'value' }, { text: `∂${indexed(node.name, e.at)}`, look: 'place' })]),
    ],
    targets: [],
    spans: [
      { node: source.name, x0: plan.pose.x, x1: plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax, y: box.y - WEDGE },
      { node: node.name, x0: out.x0, x1: out.x1, y: box.y - WEDGE },
    ],
  };
}

/** What is sent is there as far as it is given; all else is there. @param {Tensor} tensor @param {Tensor} sent @param {number | null} term the last one given */
const given = (tensor, sent, term) => (tensor === sent && term !== null ? tensor.data.map((value, k) => (k <= term ? value : 0)) : tensor.data);

/** The cell of the slice that the product at work lands on; none in the padding. @param {import('../stage.d.ts').Volume} volume @param {import('../stage.d.ts').Pose} pose @param {number} channel @param {number[]} rows @param {number[]} columns @param {number} place @returns {Mark[]} */
function cellAtWork(volume, pose, channel, rows, columns, place) {
  const [r, c] = [rows[Math.floor(place / columns.length)], columns[place % columns.length]];
  if (r < 0 || c < 0 || r >= volume.rows || c >= volume.columns) return [];
  return attention(blockOn(mapQuad(volume, pose, channel).m, volume.rows, volume.columns, [r, r + 1, c, c + 1]), 2.6);
}

/** The gradient of the input as far as it has come, on the slices. @param {PictureInput} input @param {GivingView} giving @param {number[]} shown @param {import('../stage.d.ts').Pose} pose @returns {Mark[]} */
function soFar({ stage, explanation: e, source }, { tensors, sources: [told] }, shown, pose) {
  const tensor = tensors.get('so_far x0'), volume = stage.graph.volumes.get(source.name), { scale } = stage.look, range = stage.look.range(source.name);
  if (!tensor || !volume || !told?.channels) return [];
  const about = [stage.scene.network.id, stage.scene.image.id, stage.scene.edit, stage.scene.objective?.name, e.address, range, scale.name, stage.look.theme].join(' ');
  return shown.filter((channel) => told.channels?.includes(channel)).reverse().flatMap((channel) => [image({
    key: `so far ${about} ${channel}`,
    pixels: () => ({ width: volume.columns, height: volume.rows, data: scale.paint(mapOf(tensor, /** @type {number[]} */ (told.channels).indexOf(channel)), range) }),
  }, mapQuad(volume, pose, channel).m), shape(corners(mapQuad(volume, pose, channel).m), { stroke: 'ink', width: 0.8, alpha: 0.6 })]);
}

/**
 * Under each slice: the filter and what is added to the input; what was read and what is added to the filter.
 * @param {PictureInput} input @param {GivingView} giving @param {import('../pictures/parts/stack.js').Plan} plan @param {[Point, Point][]} feet
 * @param {(tensor: Tensor, channel: number) => Float32Array} part @param {number} top @param {number} tile @param {number | null} term the product at work
 */
function below({ stage, explanation: e, node, source }, giving, plan, feet, part, top, tile, term) {
  const [channels, rows, columns] = e.operands[0].cells, wide = Math.min(tile, plan.pitch - 10), cell = wide / Math.max(rows.length, columns.length);
  const [w, h] = [cell * columns.length, cell * rows.length], channel = placeOf(node.shape, e.at)[0], given = single(giving.given, SHORT);
  const cells = cellsOf(e.operands[0], source.shape), left = plan.middle(0) - w / 2 - 14, { look } = stage;
  const all = /** @type {Row[]} */ ([
    row('local x0', [`filter ${channel}`], look.weight, 0), row('sent x0', [`× ${given}`, `into ∂${source.name}`], look.scale, NEAR),
    row('local weight', ['what it read'], look.weight, APART), row('sent weight', [`× ${given}`, `into ∂filter ${channel}`], look.scale, NEAR), row('so_far weight', [`∂filter ${channel}`, 'so far'], look.scale, NEAR),
  ].filter((one) => one !== null));

  /** @param {string} name @param {string[]} lines @param {Row['scale']} scale @param {number} gap @returns {Row | null} */
  function row(name, lines, scale, gap) {
    const tensor = giving.tensors.get(name);
    return tensor ? { name, lines, tensor, scale, range: sizeOf(tensor.data), gap } : null;
  }

  /** @type {Mark[]} */
  const marks = [];
  /** @type {Label[]} */
  const labels = [];
  let y = top;
  all.forEach((one, r) => {
    y += r ? h + one.gap : 0;
    labels.push(label(`row ${one.name}`, left, y + h / 2, 'e', 'row', ...one.lines));
    plan.shown.forEach((c, k) => {
      const box = { x: plan.middle(k) - w / 2, y, w, h }, start = channels.indexOf(c) * rows.length * columns.length;
      const padding = (/** @type {number} */ i, /** @type {number} */ j) => one.name !== 'so_far weight' && cells[start + i * columns.length + j] === null;
      if (r === 0) marks.push(...[0, 1].map((side) => line([[feet[k][side][0], feet[k][side][1] + 2], [box.x + side * w, y - 2]], { width: 0.8, alpha: 0.3 })));
      marks.push(...tileMarks({ box, rows: rows.length, columns: columns.length, values: part(one.tensor, c), range: one.range, scale: one.scale, padding }));
    });
  });
  const size = rows.length * columns.length, y2 = [top, top + h + NEAR];
  if (term !== null) marks.push(...atWork(plan, channels, size, term, { y: y2, tw: w, th: h, rows: rows.length, columns: columns.length }));
  const bias = giving.tensors.get('so_far bias');
  if (bias) labels.push(label('bias', plan.middle(plan.shown.length - 1) + w / 2 + 18, y + h / 2, 'w', 'row', `∂b[${channel}] so far`, `${bias.data[0] > 0 ? '+' : ''}${single(bias.data[0], SHORT)}`));
  return { marks, labels };
}
