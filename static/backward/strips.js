/**
 * What one number of a row gives back: every input gets its gradient times the local one, and every weight of its row
 * its gradient times the input that it met: a dense layer's outer product, a softmax's Jacobian. Pure.
 */

import { attention, rect, shape } from '../scene/marks.js';
import { cellOutline, plate } from '../pictures/parts/plate.js';
import { sizeOf, tileMarks } from '../pictures/parts/tiles.js';
import { LONG, single } from '../lens/digits.js';
import { CAPTION, WEDGE, caption, indexed, label, inCells } from '../pictures/parts/words.js';

/** @import { GivingView } from '../types.d.ts' */
/** @import { Box, Label, Mark, PictureFrame, Scale } from '../stage.d.ts' */
/** @typedef {{ stage: import('../stage.d.ts').Stage, giving: GivingView, node: import('../types.d.ts').NodeView, source: import('../types.d.ts').NodeView, at: number[], box: Box, sent?: number | null }} Told sent: products that are given so far, null for all */

/** px: the words at the left, a strip, between strips that belong together, to the next, the number at the right. */
const WORDS = 150, TALL = 34, NEAR = 10, APART = 30, RIGHT = 130;
/** Strips of so few numbers carry them. */
const FEW = 12;

/** Whether a row gives to a row, or to maps of which it takes the numbers one by one. @param {GivingView} giving */
export const inRows = ({ sources, tensors }) => sources.length === 1 && tensors.get('local x0')?.shape.length === 1;

/** The same before it has come: a dense layer or a softmax, of a row. @param {Pick<import('../types.d.ts').ExplanationView, 'kind' | 'at'>} e */
export const givesRow = ({ kind, at }) => /^(dense|softmax|log_softmax)$/.test(kind) && at.length === 1;

/** @param {Told} told @returns {PictureFrame} */
export function strips(told) {
  const { stage, giving, node, source, at, box, sent = null } = told, { look } = stage, to = stage.graph.volumes.get(node.name), narrow = box.w < 480;
  const words = narrow ? 0 : WORDS, wide = box.w - words - (narrow ? 60 : RIGHT), given = single(giving.given, LONG);
  const rows = /** @type {[string, string[], Scale, number][]} */ ([
    ['local x0', node.kind === 'softmax' ? [`∂${node.name}@${at}`, `/ ∂${source.name}`] : [`weights of ${indexed(node.name, at)}`], look.weight, 0],
    ['sent x0', [`× ${given}`, `into ∂${source.name}`], look.scale, NEAR], ['so_far x0', [`∂${source.name} so far`, `${giving.index + 1} of ${giving.count} have given`], look.scale, NEAR],
    ['local weight', [`${source.name}, what it read`], look.weight, APART], ['sent weight', [`× ${given}`, `is ∂weight[${at}, :]`], look.scale, NEAR],
  ]);
  /** @type {Mark[]} */
  const marks = [];
  /** @type {Label[]} */
  const labels = [];
  let y = box.y + 6, first = y;
  for (const [name, lines, scale, gap] of rows) {
    const tensor = giving.tensors.get(name);
    if (!tensor) continue;
    y += marks.length ? TALL + gap + (narrow ? 30 : 0) : narrow ? 30 : 0;
    first = marks.length ? first : y;
    const place = { x: box.x + words, y, w: wide, h: TALL }, range = sizeOf(tensor.data), each = wide / tensor.data.length, said = inCells([...tensor.data]);
    const values = name === 'sent x0' && sent !== null ? tensor.data.map((value, k) => (k < sent ? value : 0)) : tensor.data;
    marks.push(...tileMarks({ box: place, rows: 1, columns: values.length, values, range, scale }));
    if (sent !== null && name.endsWith('x0')) marks.push(rect({ x: place.x + (Math.min(sent, values.length) - 1) * each, y: y - 2, w: Math.max(3, each), h: TALL + 4 }, { stroke: 'ink', width: 2 }));
    labels.push(narrow ? label(`row ${name}`, box.x, y - 4, 'sw', 'row', lines.join(' ')) : label(`row ${name}`, box.x + words - 14, y + TALL / 2, 'e', 'row', ...lines));
    if (tensor.data.length <= FEW && each > 40) tensor.data.forEach((value, k) => (name !== 'sent x0' || sent === null || k < sent) && labels.push({ ...label(`${name} ${k}`, place.x + (k + 0.5) * each, y + TALL / 2, 'o', 'cell', said.plain(value)), ink: scale.ink(value, range) }));
  }
  const gave = to && plate(to, { x: box.x + box.w - 44, y: first, w: 40, h: Math.max(TALL, y + TALL - first) }, 0), outline = to && gave ? cellOutline(node, to, gave, at) : null;
  return {
    poses: new Map(gave ? [[node.name, gave]] : []), under: [],
    over: [...marks, ...(outline ? [shape(outline, { fill: look.scale.css(giving.given, look.range(node.name)) }), ...attention(outline)] : [])],
    labels: [
      caption('from', source, 'here it is added', box.x + words, box.y - CAPTION), ...(narrow ? [] : [caption('to', node, 'gives', box.x + box.w, box.y - CAPTION, 'se')]), ...labels,
      label('result', box.x + box.w - 24, y + TALL + 16, 'n', 'result', { text: given, look: 'value' }, { text: `∂${indexed(node.name, at)}`, look: 'place' }),
      ...(node.kind === 'softmax' && /^loss/.test(stage.scene.objective?.name ?? '') ? [label('collapse', box.x + words, y + TALL + 24, 'nw', 'direction', giving.given === 0 ? 'The loss asks for one answer alone: this one gives nothing.' : '−1/p times p (t − p) is p − t: the p cancels.')] : []),
    ],
    targets: [],
    spans: [{ node: source.name, x0: box.x + words, x1: box.x + words + wide, y: box.y - WEDGE }],
  };
}
