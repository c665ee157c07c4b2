/** A layer in short, while the pointer rests on its name: what the card says at length. */
import { times } from '../state/select.js';
import { fill, h } from '../ui/h.js';
import { badges, counted, percent, size, spread } from './words.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */

const APART = 14; // css px

/** @param {HTMLElement} stage @param {() => Scene | null} scene */
export function mountLayerHover(stage, scene) {
  const box = h('div', { class: 'tooltip layer', 'aria-hidden': 'true', hidden: true });
  document.body.append(box);
  const hide = () => {
    box.hidden = true;
  };
  stage.addEventListener('pointerover', ({ target, pointerType }) => {
    const label = target instanceof Element ? target.closest('.label[data-node]') : null, now = scene();
    const node = label instanceof HTMLElement && now?.network.nodes.find(({ name }) => name === label.dataset.node);
    if (!label || !node || !now || pointerType === 'touch') {
      hide();
      return;
    }
    fill(box, ...short(now, node));
    box.hidden = false;
    const at = label.getBoundingClientRect(), below = at.bottom + APART / 2;
    box.style.left = `${Math.max(APART, Math.min(innerWidth - box.offsetWidth - APART, at.left))}px`;
    box.style.top = `${below + box.offsetHeight > innerHeight ? at.top - box.offsetHeight - APART / 2 : below}px`;
  });
  stage.addEventListener('pointerleave', hide);
  addEventListener('pointerdown', hide);
}

/** @param {Scene} scene @param {NodeView} node */
function short({ trace }, node) {
  const stats = trace.nodes.find(({ name }) => name === node.name), flow = trace.flows.find(({ name }) => name === node.name);
  const field = node.receptive_field, said = stats && spread(stats);
  /** @type {[string, string | false | undefined | null][]} */
  const rows = [
    ['shape', times(node.shape)], ['parameters', node.parameters > 0 && counted(node.parameters)], ['multiply–adds', node.macs > 0 && counted(node.macs)],
    ['receptive field', field && times(field)], ['memory', size(node.memory)],
    ['range', said?.range], ['mean ± deviation', said?.mean], ['exact zeros', stats && stats.zeros > 0 && percent(stats.zeros)],
  ];
  return [
    h('b', null, node.name), h('span', null, ` ${node.summary}`),
    h('dl', null, rows.flatMap(([term, text]) => (text ? [h('dt', null, term), h('dd', null, text)] : []))),
    ...badges(flow, node, stats).map(({ short: text }) => h('p', { class: 'flag' }, text)),
    h('small', null, 'click for its card'),
  ];
}
