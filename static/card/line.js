/** The layer that is attended to, in one line under the stage: what its card says, always in view; of no layer, the whole network. */
import { activationScale } from '../color/scales.js';
import { PALETTE } from '../color/palette.js';
import { differing } from '../lab/differing.js';
import { paintSmall } from '../paint/small.js';
import { nodeOf, rangeOf } from '../state/select.js';
import { changes, fill, h } from '../ui/h.js';
import { themeOf } from '../ui/theme.js';
import { histogram } from './histogram.js';
import { learntButton } from './learnt.js';
import { isCard, openCard } from './open.js';
import { badges, facts, layered, percent, spoken, spread, totals } from './words.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */

const SIZE = { width: 84, height: 17 }; // css px of the histogram
/** What a narrow window leaves to the card. */
const SPARE = ['multiply–adds', 'memory'];

/** @param {HTMLElement} root @param {Context} context @returns {Part} */
export function mountLine(root, context) {
  const moved = changes();
  const more = h('button', { class: 'quiet', title: 'All of it, its filters and weights too (I)', on: { click: () => openCard(context) } }, 'card');
  return {
    update(state, scene) {
      if (!scene || !moved(scene.trace, scene.network, state.node, state.range, themeOf(state.theme), state.colours, scene.edit, isCard(state))) return;
      const node = nodeOf(scene, state.node);
      fill(root, node ? lineOf(state, scene, node) : whole(scene), node && !isCard(state) && more);
    },
  };
}

/** @param {Scene} scene */
const whole = ({ network }) => [h('b', null, network.title), h('span', null, `${layered(network.nodes.filter(({ inputs }) => inputs.length).length)}, ${totals(network)}`), learntButton(network)];

/** @param {State} state @param {Scene} scene @param {NodeView} node */
function lineOf(state, scene, node) {
  const stats = scene.trace.nodes.find(({ name }) => name === node.name), flow = scene.trace.flows.find(({ name }) => name === node.name);
  const said = facts(node, scene.network).map(({ term, said: value, title }) => pair(term, value, title));
  return [h('b', null, node.name), h('span', null, node.summary), ...said, ...(stats ? numbers(state, scene, node, stats) : []), ...badges(flow, node, stats).map(({ short, why }) => h('em', { title: why }, short))];
}

/** @param {string} term @param {string} value @param {string} [title] */
const pair = (term, value, title) => h('span', { title, class: SPARE.includes(term) && 'spare' }, h('i', null, `${term} `), value);

/** @param {State} state @param {Scene} scene @param {NodeView} node @param {import('../types.d.ts').NodeStats} stats */
function numbers(state, scene, node, stats) {
  const { range, mean } = spread(stats);
  const theme = themeOf(state.theme), { ink, ink3: soft, rule } = PALETTE[theme];
  const canvas = h('canvas', { role: 'img', 'aria-label': spoken(stats, node.name) });
  const look = { scale: activationScale(theme), ink, soft, rule, range: rangeOf(differing(state, scene) ?? scene, state.range, node) || 1 };
  paintSmall(canvas, SIZE, { flats: histogram(stats, SIZE, look).flats });
  return [canvas, pair('range', range), pair('mean', mean), pair('zeros', percent(stats.zeros))];
}
