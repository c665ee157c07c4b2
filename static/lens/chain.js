/** The chain rule in three boxes: what is given from the right, times the local gradient, goes to the left. */
import { said } from '../state/objective.js';
import { metSaid } from '../backward/words.js';
import { nodeOf, times } from '../state/select.js';
import { h } from '../ui/h.js';
import { LONG, single } from './digits.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

/**
 * What the boxes say; none where the pass begins or where several layers meet.
 * @param {ExplanationView} e
 * @param {string} total the gradient as the lens prints it
 * @returns {{ name: string, over: string, under: string, what: string }[]}
 */
export function boxes(e, total) {
  const [dy, local] = e.operands, weight = e.of === 'parameter', from = dy?.source.replace(/^∂/, '') ?? '';
  if (!e.products || !local || !from) return [];
  const count = dy.values.length, own = weight ? e.param : e.node;
  const factor = count === 1 ? `${local.name} = ${single(local.values[0], LONG)}` : local.source ? `${local.name} of ${local.source.replace(/\.\w+$/, '')}` : local.name;
  return [
    { name: 'given from the right', over: '∂L', under: `∂${from}`, what: count === 1 ? single(dy.values[0], LONG) : `${count} numbers` },
    { name: 'local gradient', over: `∂${from}`, under: `∂${own}`, what: factor },
    { name: weight ? 'for the weights' : 'to the left', over: '∂L', under: `∂${own}`, what: total },
  ];
}

const SIGNS = ['', '·', '='];

/**
 * @param {View} view
 * @param {string} total
 * @param {(weight: import('../types.d.ts').Weight) => void} open the gradient of one number of a parameter
 */
export function chain(view, total, open) {
  const { explanation: e, scene } = view, objective = said(scene.objective?.name ?? '', scene.network.labels), all = boxes(e, total);
  if (all.length) {
    const boxed = h('ol', { class: 'chain', title: `L is the ${objective}` }, all.map(({ name, over, under, what }, k) =>
      h('li', { data: { sign: SIGNS[k] } }, h('small', null, name), h('b', null, h('i', null, over), h('i', null, under)), h('span', null, what))));
    return h('div', null, boxed, e.of === 'gradient' && forWeights(view, open));
  }
  return h('p', { class: 'prose' }, beginning(e, objective));
}

/** @param {ExplanationView} e @param {string} objective */
function beginning(e, objective) {
  const through = e.steps.filter(({ label }) => label.startsWith('through ')).length;
  if (through > 1) return 'Several layers read this number: what they send back adds up.';
  if (through === 0 && !e.operands.length && e.value !== 0) return `Here the way back begins: L is the ${objective}.`;
  return e.value === 0 ? `Nothing comes back: L, the ${objective}, does not change with it.` : `L is the ${objective}.`;
}

/** The other product of what is given: the gradient of the layer's own weights, of which one is a click away. @param {View} view @param {(weight: import('../types.d.ts').Weight) => void} open */
function forWeights({ explanation: e, scene }, open) {
  const [dy] = e.operands, layer = nodeOf(scene, dy.source.replace(/^∂/, '')), param = layer?.params[0];
  if (!layer || !param) return null;
  const at = param.shape.map((size, axis) => Math.min(size - 1, axis === 0 ? dy.at?.[0]?.[0] ?? 0 : axis === 1 ? e.at[0] : 0));
  return h('p', { class: 'prose weights' }, 'For the weights: what is given, times ', metSaid(layer, param.name), ', is ',
    h('button', { class: 'quiet', title: 'The gradient of one of them', on: { click: () => open({ node: layer.name, param: param.name, at }) } }, `∂L/∂${param.name} of ${layer.name}, ${times(param.shape)}`), '.');
}
