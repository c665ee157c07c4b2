/** The same number at another place: flattened maps, and the picture itself, which is numbers already. Pure. */

import { attention, curve, rect, shape } from '../scene/marks.js';
import { apply, blockOn } from '../scene/matrix.js';
import { arithmetic } from '../preprocess/words.js';
import { mapQuad } from '../scene/slices.js';
import { cellBlock } from '../scene/hit.js';
import { placeOf } from '../model/tensor.js';
import { chain } from './parts/chain.js';
import { isJoined, joined } from './parts/joined.js';
import { acrossOf, cellOutline, plate, reachOver } from './parts/plate.js';
import { explode, numbers, SEEN } from './parts/stack.js';
import { measures } from './parts/stack_sum.js';
import { tileMarks, tileTargets } from './parts/tiles.js';
import { valueText } from '../lens/digits.js';
import { CAPTION, WEDGE, caption, indexed, label, shapeText } from './parts/words.js';
import { cropMarks } from '../scene/crop.js';
import { photoBox } from '../scene/tail.js';

/** @import { PictureFrame, PictureInput, Point } from '../stage.d.ts' */

const ROW = 44;

/** @param {PictureInput} input @returns {PictureFrame} */
export function copy(input) {
  const { node, source, stage } = input;
  if (node.inputs.length === 0) return given(input);
  if (isJoined(input)) return joined(input);
  const to = stage.graph.volumes.get(node.name);
  const from = stage.graph.volumes.get(source.name);
  return to?.vector && from && !from.vector ? flattened(input) : chain(input);
}

/** Maps side by side, and under them all of their numbers in one row, map after map. @param {PictureInput} input @returns {PictureFrame} */
function flattened(input) {
  const { stage, explanation: e, node, source, box } = input;
  const m = measures(box);
  const from = /** @type {import('../stage.d.ts').Volume} */ (stage.graph.volumes.get(source.name));
  const cell = e.operands[0].cells.map(([i]) => i);
  const [channel] = placeOf(source.shape, cell);
  const count = node.shape[0];
  const row = { x: box.x, y: box.y + box.h - ROW - 74, w: box.w, h: ROW };
  const part = row.w / from.channels;
  const plan = explode(from, { x: box.x, y: box.y, w: box.w, h: Math.min(m.tallest, box.h * 0.5) }, Array.from({ length: from.channels }, (_, c) => c), Array.from({ length: from.channels }, (_, c) => (c === channel ? 1 : 0)), 0);
  const tensor = stage.scene.activations.get(node.name);
  const quad = mapQuad(from, plan.pose, channel);
  const small = blockOn(quad.m, from.rows, from.columns, cellBlock(source.shape, cell));
  const pitch = row.w / count;
  const wide = Math.max(pitch, 5);
  const x = row.x + (e.at[0] + 0.5) * pitch;
  const spot = /** @type {Point[]} */ ([[x - wide / 2, row.y], [x + wide / 2, row.y], [x + wide / 2, row.y + ROW], [x - wide / 2, row.y + ROW]]);
  const groups = plan.shown.map((c, k) => {
    const base = apply(mapQuad(from, plan.pose, c).m, 0, 1);
    const end = apply(mapQuad(from, plan.pose, c).m, 1, 1);
    const [x0, x1] = [row.x + c * part, row.x + (c + 1) * part];
    return {
      mark: shape([[base[0], base[1] + 2], [end[0], end[1] + 2], [x1 - 1, row.y - 4], [x0 + 1, row.y - 4]], { fill: 'wedge', fillAlpha: c === channel ? 2 : 1 }),
      rule: rect({ x: x0, y: row.y - 4, w: 0.8, h: ROW + 8 }, { fill: 'ink', fillAlpha: 0.6 }),
      k,
    };
  });
  return {
    poses: new Map([[source.name, plan.pose]]),
    under: groups.map((g) => g.mark),
    over: [
      ...(tensor ? tileMarks({ box: row, rows: 1, columns: count, values: tensor.data, range: stage.look.range(node.name), scale: stage.look.scale }) : []),
      ...groups.map((g) => g.rule),
      curve([[(small[3][0] + small[2][0]) / 2, small[2][1] + 4], [(small[3][0] + small[2][0]) / 2, row.y - 40], [x, row.y - 60], [x, row.y - 7]], { width: 1.5, alpha: 0.9, head: true }),
      ...attention(small), ...attention(spot),
    ],
    labels: [
      caption('from', source, `${shapeText(source)}, one slice per channel`, plan.pose.x - 2, box.y - CAPTION),
      ...numbers(plan),
      x < row.x + row.w / 2 ? caption('to', node, shapeText(node), row.x + row.w, row.y + ROW + 24, 'se') : caption('to', node, shapeText(node), row.x, row.y + ROW + 24, 'sw'), // beside the number
      label('result', Math.max(box.x + 116, Math.min(box.x + box.w - 116, x)), row.y + ROW + 10, 'n', 'result', { text: valueText(e), look: 'value' }, { text: `${indexed(node.name, e.at)} = ${indexed(source.name, cell)}`, look: 'place' }),
    ],
    targets: tileTargets(row, node.name, Array.from({ length: count }, (_, k) => [k]), count),
    spans: [
      { node: source.name, x0: plan.pose.x, x1: plan.pose.x + (plan.shown.length - 1) * plan.pitch + plan.pose.w * SEEN.ax, y: box.y - WEDGE },
    ],
  };
}

/** The picture and the input's map of one channel: a pixel, and the number that it became. @param {PictureInput} input @returns {PictureFrame} */
function given(input) {
  const { stage, explanation: e, node, box } = input;
  const to = /** @type {import('../stage.d.ts').Volume} */ (stage.graph.volumes.get(node.name));
  const { image: view, trace, network } = stage.scene;
  const tall = Math.min(box.h - 70, box.w * 0.42);
  const photo = photoBox({ x: box.x, y: box.y + 6, w: box.w * 0.46, h: tall }, view.width, view.height);
  const made = plate(to, { x: box.x + box.w * 0.56, y: photo.y - 14, w: box.w * 0.42, h: photo.h + 14 }, placeOf(node.shape, e.at)[0]);
  const outline = cellOutline(node, to, made, e.at);
  const [, r, c] = placeOf(node.shape, e.at);
  const { crop } = trace;
  const [sx, sy] = [photo.w / view.width, photo.h / view.height];
  const pixel = { x: photo.x + (crop.x + (c * crop.width) / to.columns) * sx, y: photo.y + (crop.y + (r * crop.height) / to.rows) * sy, w: (crop.width / to.columns) * sx, h: (crop.height / to.rows) * sy };
  const patch = /** @type {Point[]} */ ([[pixel.x, pixel.y], [pixel.x + pixel.w, pixel.y], [pixel.x + pixel.w, pixel.y + pixel.h], [pixel.x, pixel.y + pixel.h]]);
  const middle = photo.y + photo.h / 2;
  const p = network.preprocessing;
  const says = p ? [`to ${p.size[1]}×${p.size[0]}`, { text: arithmetic(p), look: 'change' }] : ['as it is'];
  return {
    poses: new Map([[node.name, made]]), photo,
    under: [],
    over: [
      ...(stage.photo ? [] : [rect(photo, { stroke: 'ink', width: 0.9, alpha: 0.4 })]),
      ...cropMarks(stage.scene, photo),
      reachOver(patch[1], [outline[0][0] - 5, (outline[0][1] + outline[3][1]) / 2]),
      ...attention(patch), ...attention(outline),
    ],
    labels: [
      label('photo', photo.x, photo.y - CAPTION, 'sw', 'heading', { text: view.kind === 'photo' ? 'the photograph' : 'the picture', look: 'name' }, ` ${view.width}×${view.height}`),
      caption('to', node, `channel ${placeOf(node.shape, e.at)[0]}, ${to.rows}×${to.columns}`, acrossOf(to, made).x0, photo.y - 14 - CAPTION),
      ...(box.w < 480 ? [] : [label('preprocessing', box.x + box.w * 0.51, middle + 30, 'n', 'row preprocess', ...says)]),
      label('result', made.x + made.w / 2, made.y + made.h + 12, 'n', 'result', { text: valueText(e), look: 'value' }, { text: indexed(node.name, e.at), look: 'place' }),
    ],
    targets: [],
    spans: [{ node: node.name, ...acrossOf(to, made), y: photo.y - 14 - WEDGE }],
  };
}

