/** What a column and a block are called, from their kinds, windows and connections. Pure. */

import { longestWay, outOf } from './segments.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Column } from '../stage.d.ts' */
/** @import { Flow } from './segments.js' */

/** The rows of a layer's window, 1 where it has none. @param {NodeView} node */
function kernelOf(node) {
  const axis = node.windows[0]?.axes?.[1];
  return axis && 'size' in axis ? axis.size : 1;
}

/** Whether each output channel reads the one input channel at its place. @param {NodeView} node */
function isDepthwise(node) {
  const axis = node.windows[0]?.axes?.[0];
  return node.params.length > 0 && kernelOf(node) > 1 && axis !== undefined && 'size' in axis && axis.size === 1;
}

/** A column's kinds and whether its window is one cell, more, or of one channel alone: equal for steps that do alike. @param {Column} column */
export const signature = ({ nodes }) =>
  `${nodes.map((node) => node.kind).join('+')} ${isDepthwise(nodes[0]) ? 'depthwise' : kernelOf(nodes[0]) > 1 ? 'wide' : 'narrow'}`;

/** Whether several ways meet in the column. @param {Column} column */
export const isMerge = ({ nodes }) => nodes[0].inputs.length > 1;

/** The way through a block without the merge at its end, as signatures: equal for blocks with and without a shortcut. @param {Flow} flow @param {number[]} block @returns {string[]} */
export function wayOf(flow, block) {
  const columns = longestWay(flow, block).map((k) => flow.columns[k]);
  return (isMerge(columns[columns.length - 1]) ? columns.slice(0, -1) : columns).map(signature);
}

/** Whether a block squeezes its channels and then reads them in two ways, which meet: Iandola et al. 2016. @param {Flow} flow @param {number[]} block */
export function isFire({ columns, before }, block) {
  const [squeeze, ...rest] = block;
  const merge = rest.pop();
  if (merge === undefined || rest.length !== 2 || columns[merge].nodes[0].kind !== 'concat' || !/conv/.test(columns[squeeze].nodes[0].kind)) return false;
  return kernelOf(columns[squeeze].nodes[0]) === 1 && rest.every((k) => before[k].length === 1 && before[k][0] === squeeze) && before[merge].every((k) => rest.includes(k));
}

/** What people call a block. @param {Flow} flow @param {number[]} block @returns {string} */
export function titleOf(flow, block) {
  const way = longestWay(flow, block).map((k) => flow.columns[k]);
  const last = way[way.length - 1];
  const heads = way.filter((column) => !isMerge(column) && column.nodes.some((node) => node.params.length > 0)).map(({ nodes }) => nodes.find((n) => n.params.length > 0 && !/norm/.test(n.kind)) ?? nodes[0]);
  const form = heads.filter((node) => /conv/.test(node.kind)).map((node) => (isDepthwise(node) ? 'd' : kernelOf(node) > 1 ? 'k' : '1')).join('');
  const merge = isMerge(last) ? last.nodes[0].kind : '';
  const shuffles = form !== '' && way.some((column) => column.nodes[0].kind === 'transpose');
  if (isFire(flow, block)) return 'fire module';
  if (block.length > 1 && block.some((k) => flow.columns[k].nodes.some(({ kind }) => kind === 'softmax'))) return 'attention';
  const named = FORMS.find(({ test }) => test(shuffles ? `s${form}` : form, merge, flow.before[block[block.length - 1]].length));
  return named?.title ?? (merge ? undefined : stepsOf(way)) ?? commonPart(block.map((k) => outOf(flow.columns[k]).name)) ?? 'block';
}

/** A few steps in a word each: `conv, pool`. @param {Column[]} way */
const stepsOf = (way) => (way.length < 4 ? way.map(({ nodes: [{ kind, summary }] }) => /pool|conv|norm|dense/.exec(kind)?.[0] ?? summary).join(', ') : undefined);

/** Shapes of blocks by their convolutions (1: one cell, k: a wider window, d: depthwise; s before them: channels change places), how they merge, and how many ways meet. @type {{ title: string, test: (form: string, merge: string, ways: number) => boolean }[]} */
const FORMS = [
  { title: 'shuffle block', test: (form) => form[0] === 's' },
  { title: 'MBConv', test: (form) => /^1d(11)?1$|^d111$/.test(form) },
  { title: 'separable conv', test: (form) => /^(d1)+$/.test(form) },
  { title: 'bottleneck', test: (form, merge) => form === '1k1' && merge === 'add' },
  { title: 'residual block', test: (_, merge) => merge === 'add' },
  { title: 'inception block', test: (_, merge, ways) => merge === 'concat' && ways > 2 },
  { title: 'dense layer', test: (form, merge) => form === '1k' && merge === 'concat' },
  { title: 'two branches', test: (_, merge) => merge === 'concat' },
];

/** `block2` of `block2.expand.conv` and `block2.add`; undefined where the names share no part. @param {string[]} names */
export function commonPart(names) {
  const parts = names.map((name) => name.split(/[./]/).filter(Boolean));
  const first = parts[0]?.[0];
  return first && parts.every((part) => part.length > 1 && part[0] === first) ? first : undefined;
}
