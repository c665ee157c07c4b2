/**
 * The other reading of the way back: what the selected number gives. Its gradient, times each local gradient, lands on the
 * cells that it was made of, and is added to what other outputs have given there. The picture beside it tells the same.
 */
import { sends } from '../backward/sending.js';
import { givesSaid, saysOf } from '../backward/words.js';
import { nodeOf } from '../state/select.js';
import { address } from '../state/url.js';
import { h } from '../ui/h.js';
import { largest } from './context.js';
import { CELL, LONG, SHORT, difference, factor, single, styleFor, text, unit } from './digits.js';
import { formula } from './mathml.js';
import { line } from './code.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('../backward/sending.js').Send} Send */
/** @typedef {import('../types.d.ts').GivingView} GivingView */

const MANY = 48; // products shown one by one
/** ∂L/∂x takes what ∂L/∂y gives, on top of what is there. */
const PARTS = [['x', '+='], ['y', '·'], ['y', '']];
const FORMULA = `<math><mrow>${PARTS.map(([under, sign], k) => `<mfrac><mrow><mi>∂</mi><mi>${k === 2 ? 'y' : 'L'}</mi></mrow><mrow><mi>∂</mi><mi>${k === 2 ? 'x' : under}</mi></mrow></mfrac>${sign && `<mo>${sign}</mo>`}`).join('')}</mrow></math>`;

/**
 * @param {View} view
 * @param {GivingView} giving
 * @param {number | null} sent how many products are given; null: all
 * @param {number} significant
 * @param {(name: string, at: number[]) => HTMLElement} link
 */
export function gives(view, giving, sent, significant, link) {
  const { scene } = view, node = nodeOf(scene, giving.node), all = sends(giving, scene.network), now = sent === null ? null : all[sent - 1] ?? null;
  if (!node) return { total: single(giving.given, significant), parts: [] };
  return {
    total: single(giving.given, significant),
    parts: [
      boxes(giving, all, now), h('div', { class: 'formula' }, formula(FORMULA), h('p', { class: 'fact' }, `What ${giving.node} gives: ${givesSaid(node)}.`)),
      code(giving, node.kind, all, now), now && landed(now, significant, link), table(view, giving, all, sent, now),
      h('p', { class: 'foot' }, `It is output ${giving.index + 1} of ${giving.count} in reading order; what stands in ∂${giving.sources.map(({ name }) => name).join(' and ∂')} is what it and those before it have given.`),
    ],
  };
}

/** Given, times the local gradient, is what is added: of the product at work in numbers. @param {GivingView} giving @param {Send[]} all @param {Send | null} now */
function boxes(giving, all, now) {
  const source = now?.source ?? giving.sources[0]?.name ?? '', read = giving.sources.map(({ name }) => name).join(', ');
  const told = [
    ['its gradient', '∂L', `∂${giving.node}`, single(giving.given, SHORT)],
    ['local gradient', `∂${giving.node}`, `∂${now ? source : read}`, now ? single(now.local, SHORT) : `${all.length} numbers`],
    ['is added to', '∂L', `∂${now ? source : read}`, now ? single(now.sent, SHORT) : all.length === 1 ? single(all[0].sent, SHORT) : `${all.filter(({ padding }) => !padding).length} cells`],
  ];
  return h('ol', { class: 'chain' }, told.map(([name, over, under, what], k) =>
    h('li', { data: { sign: ['', '·', '→'][k] } }, h('small', null, name), h('b', null, h('i', null, over), h('i', null, under)), h('span', null, what))));
}

/** What it gives as NumPy, and the very cell that the product at work is added to; where part lies in the padding no line says it all. @param {GivingView} giving @param {string} kind @param {Send[]} all @param {Send | null} now */
function code({ at, sources }, kind, all, now) {
  if (!/^(conv2d|dense)$/.test(kind) || all.some(({ padding }) => padding)) return null;
  const dout = `dout[${[0, ...at].join(', ')}]`, windows = sources.map(({ cells }) => cells.map(sliced).join(', '));
  return line(`dX[0, ${windows[0] ?? ''}] += ${dout} * W[${at[0]}]`, now ? 'products' : null, now && `dX[${[0, ...now.cell].join(', ')}] += ${single(now.sent, SHORT)}`);
}

/** `11:14`, or `11:16:2`. @param {number[]} cells */
function sliced(cells) {
  const [first, last, step] = [cells[0], cells[cells.length - 1], (cells[1] ?? cells[0] + 1) - cells[0]];
  return `${first}:${last + 1}${step > 1 ? `:${step}` : ''}`;
}

/** The cell that the product lands on: what was there, and what is there now. @param {Send} now @param {number} significant @param {(name: string, at: number[]) => HTMLElement} link */
function landed({ source, cell, sent, after, padding }, significant, link) {
  if (padding) return h('p', { class: 'prose landed' }, 'It would land outside of the map: in the padding, which gets nothing.');
  if (after === null) return h('p', { class: 'prose landed' }, h('b', null, single(sent, LONG)), ' lands on ', link(source, cell), '.');
  const style = styleFor(Math.max(Math.abs(after), Math.abs(sent)), significant);
  return h('p', { class: 'prose landed' }, 'It lands on ', link(source, cell), ': ', h('b', null, `${difference(after, sent, style).replace('+', '')}`), ' was there, ',
    h('b', null, text(sent, style, '+')), ' is added, ', h('b', { data: { after } }, text(after, style)), ` stands there now${unit(style) && ` in units of${unit(style).replace(' ×', '')}`}.`);
}

/** Product by product: of the channel at work, else of the first that gets any. @param {View} view @param {GivingView} giving @param {Send[]} all @param {number | null} count @param {Send | null} now */
function table({ scale, rangeFor, scaleOf, scene }, giving, all, count, now) {
  const group = groupOf(now ?? all.reduce((most, send) => (Math.abs(send.sent) > Math.abs(most.sent) ? send : most), all[0])), part = all.map((send, n) => ({ ...send, n })).filter((send) => groupOf(send) === group);
  const at = count === null ? 0 : part.findIndex(({ n }) => n === count - 1), from = Math.max(0, Math.min(part.length - MANY, at - MANY / 2)), shown = part.slice(from, from + MANY);
  const size = largest(all.map(({ local }) => local)) || 1, given = rangeFor(`∂${giving.node}`) || Math.abs(giving.given) || 1;
  const styles = { local: styleFor(size, CELL), sent: styleFor(largest(all.map(({ sent }) => sent)), SHORT) }, value = scaleOf(/** @type {any} */ ({ source: giving.node }));
  const tile = (/** @type {string} */ said, /** @type {number} */ number, /** @type {number} */ end, /** @type {typeof scale} */ by) => h('b', { style: { background: by.css(number, end), color: by.ink(number, end) } }, said);
  const [first] = shown, width = first && first.cell.length === 3 ? giving.sources[first.k].cells[2].length : 3, node = nodeOf(scene, giving.node);
  return h('section', { class: 'terms', 'aria-label': 'What it gives, product by product' },
    h('h3', null, first?.cell.length === 3 ? `into channel ${first.cell[0]} of ∂${first.source}, product by product` : `into ∂${first?.source ?? ''}, product by product`),
    h('div', { class: 'grid', style: { '--across': Math.min(5, width) } }, shown.map(({ n, source, cell, local, sent, padding }) =>
      h('div', { class: count === null ? null : n + 1 < count ? 'done' : n + 1 === count ? 'now' : 'later', title: padding ? 'padding: outside of the map' : address(`∂${source}`, cell) },
        h('span', null, tile(single(giving.given, CELL), giving.given, given, scale), ' × ', tile(Number.isInteger(local) ? factor(local) : text(local, styles.local), local, size, value)), h('em', null, padding ? 'padding' : text(sent, styles.sent, '+'))))),
    h('p', { class: 'foot' }, `Each is the gradient ${single(giving.given, CELL)} of this output times ${node && first ? saysLocal(node.kind) : 'its local gradient'}${unit(styles.sent) && `, in units of${unit(styles.sent).replace(' ×', '')}`}.`,
      shown.length < part.length && ` The ${part.length - shown.length} others of this row are left out.`, node && first && saysLocal(node.kind) !== 'a weight' && ` ${sentence(saysOf(node, giving, first.k, first.cell[0], true))}`));
}

/** @param {string} kind */
const saysLocal = (kind) => (/^conv|^dense|locally/.test(kind) ? 'a weight' : 'what the cell did to it');

/** @param {string} words */
const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}.`;

/** @param {Send} send */
const groupOf = ({ k, cell }) => `${k} ${cell.length === 3 ? cell[0] : ''}`;
