/**
 * What one number of a row collects through a dense layer: from every output its gradient, times the weight between the
 * two: a column of W, which is a row of Wᵀ. Pure.
 */

import { growth } from '../lens/growth.js';
import { attention, rect, shape } from '../scene/marks.js';
import { cellOutline, plate, reachOver } from '../pictures/parts/plate.js';
import { sizeOf, tileMarks, tileTargets } from '../pictures/parts/tiles.js';
import { valueText } from '../lens/digits.js';
import { CAPTION, WEDGE, caption, indexed, label, inCells, printer } from '../pictures/parts/words.js';

/** @import { ExplanationView, NodeView } from '../types.d.ts' */
/** @import { Box, Label, Mark, PictureFrame, Scale, Stage } from '../stage.d.ts' */

/** px: the number at the left, the words beside the strips, a strip, and between strips; a narrow box has its words above. */
const LEFT = 130, WORDS = 120, TALL = 40, BETWEEN = 34, NARROW = 480;
/** Strips of so few numbers carry them, and their names, where one has so much room (px). */
const FEW = 12, ROOM = 40, NAME = 58;

/** Whether it is gathered along a row: one layer gave, a dense one, a row of numbers. @param {ExplanationView} e @param {NodeView | undefined} from */
export const gathersRow = (e, from) => from?.kind === 'dense' && e.products !== null && e.operands.length === 2 && e.operands[0].at?.[0]?.length === 1 && e.at.length === 1;

/** @param {{ stage: Stage, explanation: ExplanationView, node: NodeView, from: NodeView, box: Box, added?: number | null }} told from: the layer that gave; added: products, null for all @returns {PictureFrame} */
export function column({ stage, explanation: e, node, from, box, added = null }) {
  const [dy, w] = e.operands, { look, scene } = stage, grown = growth({ explanation: e, added }), done = grown && added !== null ? added : Infinity, products = e.products ?? [], narrow = box.w < NARROW, named = dy.values.length <= FEW;
  const words = narrow ? 0 : WORDS, left = narrow ? 60 : LEFT, x = box.x + left + words, wide = box.w - left - words, each = wide / products.length;
  const print = printer(products), to = stage.graph.volumes.get(node.name), names = from.name === scene.network.logits ? scene.network.labels : [];
  const rows = /** @type {[string, string[], ArrayLike<number>, Scale, number, (value: number) => string][]} */ ([
    ['given', ['given', 'from the right'], dy.values, look.scale, look.range(from.name), inCells(dy.values).signed], ['weights', [`× column ${e.at[0]}`, `of W: a row of Wᵀ`], w.values, look.weight, sizeOf(w.values), inCells(w.values).signed],
    ['products', ['= products', `their sum goes left${print.unit && `,${print.unit.replace(' ×', '')}`}`], products, look.scale, sizeOf(products), print.signed],
  ]);
  /** @type {Mark[]} */
  const marks = [];
  /** @type {Label[]} */
  const labels = [];
  const [tall, between] = narrow ? [28, 24] : [TALL, BETWEEN], y = (/** @type {number} */ k) => box.y + (named && names.length && !narrow ? 30 : 8) + k * (tall + between);
  rows.forEach(([key, said, values, scale, range, printed], k) => {
    const place = { x, y: y(k), w: wide, h: tall };
    const there = (/** @type {number} */ n) => key !== 'products' || n < done;
    marks.push(...tileMarks({ box: place, rows: 1, columns: values.length, values: Array.from(values, (value, n) => (there(n) ? value : 0)), range, scale }), ...(grown ? [rect({ x: x + (done - 1) * each, y: y(k) - 2, w: Math.max(3, each), h: tall + 4 }, { stroke: 'ink', width: 2.2 })] : []));
    labels.push(narrow ? label(`row ${key}`, x, y(k) - 4, 'sw', 'row', said.join(' ')) : label(`row ${key}`, x - 14, y(k) + tall / 2, 'e', 'row', ...said));
    if (named && each > ROOM) [...Array(values.length).keys()].filter(there).forEach((n) => labels.push({ ...label(`${key} ${n}`, x + (n + 0.5) * each, y(k) + tall / 2, 'o', 'cell near', printed(values[n])), ink: scale.ink(values[n], range) }));
  });
  if (named && each > NAME) dy.values.forEach((_, n) => names[n] && labels.push(label(`name ${n}`, x + (n + 0.5) * each, y(0) - 6, 's', 'caption small', names[n])));
  const made = to && plate(to, { x: box.x + 10, y: y(0), w: 40, h: Math.min(box.h - 90, 3 * tall + 2 * between + (narrow ? 0 : 90)) }, 0), outline = to && made ? cellOutline(node, to, made, e.at) : null;
  if (outline) marks.push(...(grown ? [] : [reachOver([x - (narrow ? 4 : words + 6), y(2) + tall / 2], [outline[1][0] + 6, (outline[1][1] + outline[2][1]) / 2], 1.6)]), shape(outline, { fill: look.scale.css(e.value, look.range(node.name)) }), ...attention(outline));
  const foot = Math.max(made ? made.y + made.h : 0, y(2) + tall);
  return {
    poses: new Map(made ? [[node.name, made]] : []), under: [], over: marks,
    labels: [
      caption('to', node, narrow ? '' : 'to the left', box.x, box.y - CAPTION), caption('from', from, 'given from the right', x, box.y - CAPTION), ...labels,
      label('result', box.x + (narrow ? 40 : LEFT / 2 + 10), foot + 12, 'n', 'result', { text: valueText(e, grown ? grown.total : e.value), look: 'value' }, { text: grown ? 'so far' : `∂${indexed(node.name, e.at)}`, look: 'place' }),
    ],
    targets: tileTargets({ x, y: y(0), w: wide, h: tall }, from.name, dy.at ?? [], products.length),
    spans: [{ node: from.name, x0: x, x1: x + wide, y: box.y - WEDGE }, { node: node.name, x0: box.x, x1: box.x + 60, y: box.y - WEDGE }],
  };
}
