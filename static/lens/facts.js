/** Where the number's window lies, and who reads the number. */
import { nodeOf } from '../state/select.js';
import { h } from '../ui/h.js';
import { isPadding } from './context.js';
import { cellOf } from './operands.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {(name: string, at: number[]) => HTMLElement} Link */

/**
 * `rows 18–20, columns 22–24, all 10 channels of relu1`, and how much of it is padding.
 * @param {View} view
 */
export function windowFact(view) {
  if (view.back) return gatherFact(view);
  const [x] = view.explanation.operands, source = x && nodeOf(view.scene, x.source);
  if (!source || x.cells.length !== 3 || view.explanation.picture === 'copy' || x.values.length < 2) return null;
  const [channels, rows, columns] = x.cells, all = channels.length === source.shape[0];
  const where = [`rows ${span(rows)}`, `columns ${span(columns)}`,
    all ? channels.length > 1 && `all ${channels.length} channels` : channels.length > 1 ? `channels ${span(channels)}` : `channel ${channels[0]}`];
  const outside = x.values.filter((_, k) => isPadding(view, x, cellOf(x, k))).length;
  return h('p', { class: 'fact' }, `${where.filter(Boolean).join(', ')} of ${source.name}`,
    outside > 0 && `; ${outside} of its ${x.values.length} cells lie outside, in the padding`);
}

/** `from rows 4–6, columns 6–8, all 10 channels of ∂conv3`: where the gradients come from. @param {View} view */
function gatherFact({ explanation: e, scene }) {
  const [dy] = e.operands, source = dy && nodeOf(scene, dy.source.replace(/^∂/, ''));
  if (!source || !dy.at || dy.at.length < 2 || dy.at[0].length !== 3 || !e.products) return null;
  const { at } = dy, [channels, rows, columns] = [0, 1, 2].map((axis) => [...new Set(at.map((cell) => cell[axis]))].sort((a, b) => a - b));
  const all = channels.length === source.shape[0];
  return h('p', { class: 'fact' }, `from rows ${span(rows)}, columns ${span(columns)}, `,
    all ? `all ${channels.length} channels` : `channel${channels.length > 1 ? 's' : ''} ${span(channels)}`, ` of ${dy.source}`);
}

/** @param {number[]} cells */
const span = ([first, ...rest]) => (rest.length === 0 ? `${first}` : first < 0 ? `−${-first} to ${rest[rest.length - 1]}` : `${first}–${rest[rest.length - 1]}`);

/** The layer whose formula is shown: backward, the one that the gradient comes through, or that gives it on. @param {View & { giver?: boolean }} view */
export function layerOf({ back, giver, node, scene, explanation }) {
  const through = back && !giver ? nodeOf(scene, explanation.operands[0]?.source.replace(/^∂/, '') ?? '') : undefined;
  return through ?? node;
}

/**
 * `conv 3×3, stride 1, padding 1`: what the layer is, from its own attributes; names as in ONNX.
 * @param {View & { giver?: boolean }} view
 */
export function layerFact(view) {
  const { explanation } = view, node = layerOf(view);
  const { stride, padding, dilation, groups } = node?.config ?? {};
  const numbers = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.map(Number) : []);
  const one = (/** @type {number[]} */ list) => (list.every((n) => n === list[0]) ? `${list[0]}` : list.join(', '));
  return [
    node?.summary ?? explanation.kind,
    numbers(stride).length && `stride ${one(numbers(stride))}`,
    numbers(padding).length && (numbers(padding).some(Boolean) ? `padding ${one(numbers(padding))}` : 'no padding'),
    numbers(dilation).some((n) => n !== 1) && `dilation ${one(numbers(dilation))}`,
    typeof groups === 'number' && groups > 1 && `${groups} groups`,
  ].filter(Boolean).join(', ');
}

/**
 * @param {View} view
 * @param {Link} link
 */
export function readers({ explanation: e, back }, link) {
  if (back && !e.operands.length) return null;
  if (!e.readers.length) return back ? null : h('p', { class: 'foot' }, 'Read by nobody: the network ends here.');
  return h('p', { class: 'foot' }, back ? 'Comes back from ' : 'Read by ', e.readers.map(({ node, count, example }, k) => [
    k ? ', ' : '', count === 1 ? link(node, example) : h('span', null, `${count} cells of ${node}, such as `, link(node, example)),
  ]).flat(), '.');
}
