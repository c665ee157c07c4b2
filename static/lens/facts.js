/** Where the number's window lies, and who reads the number. */
import { nodeOf } from '../state/select.js';
import { h } from '../ui/h.js';
import { isPadding, cellOf } from './context.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {(name: string, at: number[]) => HTMLElement} Link */

/**
 * `rows 18–20, columns 22–24, all 10 channels of relu1`, and how much of it is padding.
 * @param {View} view
 */
export function windowFact(view) {
  const [x] = view.explanation.operands, source = x && nodeOf(view.scene, x.source);
  if (!source || x.cells.length !== 3 || view.explanation.picture === 'copy' || x.values.length < 2) return null;
  const [channels, rows, columns] = x.cells, all = channels.length === source.shape[0];
  const where = [`rows ${span(rows)}`, `columns ${span(columns)}`,
    all ? channels.length > 1 && `all ${channels.length} channels` : channels.length > 1 ? `channels ${span(channels)}` : `channel ${channels[0]}`];
  const outside = x.values.filter((_, k) => isPadding(view, x, cellOf(x, k))).length;
  return h('p', { class: 'fact' }, `${where.filter(Boolean).join(', ')} of ${source.name}`,
    outside > 0 && `; ${outside} of its ${x.values.length} cells lie outside, in the padding`);
}

/** @param {number[]} cells */
const span = ([first, ...rest]) => (rest.length === 0 ? `${first}` : first < 0 ? `−${-first} to ${rest[rest.length - 1]}` : `${first}–${rest[rest.length - 1]}`);

/**
 * `conv 3×3, stride 1, padding 1`: what the layer is, from its own attributes; names as in ONNX.
 * @param {View} view
 */
export function layerFact({ node, explanation }) {
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
export function readers({ explanation: e }, link) {
  if (!e.readers.length) return h('p', { class: 'foot' }, e.of === 'activation' ? 'Read by nobody: the network ends here.' : '');
  return h('p', { class: 'foot' }, 'Read by ', e.readers.map(({ node, count, example }, k) => [
    k ? ', ' : '', count === 1 ? link(node, example) : h('span', null, `${count} cells of ${node}, such as `, link(node, example)),
  ]).flat(), '.');
}
