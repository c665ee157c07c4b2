/** What the colours say: the ramp, drawn by the function that draws the pixels, where it ends, and for whom. */
import { activationScale, gradientScale } from '../color/scales.js';
import { differing } from '../lab/differing.js';
import { isBackward, layers } from '../state/objective.js';
import { groupOf, nodeOf, rangeIn } from '../state/select.js';
import { about } from '../lens/digits.js';
import { RANGES } from './choices.js';
import { changes, fill, h } from './h.js';
import { themeOf } from './theme.js';
import { createTurn } from './turn.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const STOPS = 32;

/**
 * @param {HTMLElement} root
 * @param {import('../types.d.ts').Context} context
 * @returns {Part}
 */
export function mountLegend(root, context) {
  const moved = changes(), turn = createTurn(context), scale = h('div', { class: 'scale' });
  const range = h('select', { on: { change: () => context.actions.setRange(/** @type {State['range']} */ (range.value)) } },
    RANGES.map(([value, name, what]) => h('option', { value, title: what }, name)));
  const ranged = h('label', { class: 'ranged', title: 'What shares one colour scale (R)' }, 'one scale for ', range);
  return {
    update(state, arrived) {
      const scene = differing(state, arrived);
      if (!scene) return;
      if (!root.contains(turn.root)) fill(root, turn.root, scale, ranged);
      range.value = state.range;
      turn.update(state, scene);
      if (moved(scene.trace, scene.objective, isBackward(state), comesBack(state, scene), state.range, state.node, themeOf(state.theme), state.colours)) fill(scale, ...drawn(state, scene));
    },
  };
}

/** Whether the stage shows gradients at this time: up to the loss it shows values. @param {State} state @param {Scene} scene */
export const comesBack = (state, scene) => isBackward(state) && state.t > layers(scene) && !state.field;

/** @param {State} state @param {Scene} scene */
function drawn(state, scene) {
  const back = comesBack(state, scene) ? scene.objective : null, theme = themeOf(state.theme);
  const { least, most, whose } = ends(state, scene, back?.ranges ?? scene.trace.ranges);
  const end = least === most ? about(most) : 'r', symbol = back ? (back.of === 'product' ? 'x·∂L/∂x' : '∂L/∂x') : 'x';
  const value = scene.difference && 'what changed, new − old; ';
  const [under, over] = !back && !scene.difference && clips(state, scene) ? ['≤ ', '≥ '] : ['', ''];
  return [
    h('div', { class: 'ramp', role: 'img', 'aria-label': `Colours from −${end} over 0 to +${end}`, style: { background: ramp((back ? gradientScale : activationScale)(theme)) } }),
    h('p', { class: 'ticks' }, h('span', null, `${under}−${end}`), h('span', null, '0'), h('span', null, `${over}+${end}`)),
    h('p', { class: 'whose', title: `99.5 % of |${symbol}| lie within; what lies beyond has the colour of the end` }, value, least === most ? whose : `colours end at r = ${about(least)} to ${about(most)}`),
  ];
}

/** Whether a number of what the ramp is for has the colour of an end because it lies beyond it. @param {State} state @param {Scene} scene */
export function clips({ range, node: selected }, scene) {
  const { nodes, ranges } = scene.trace, one = nodeOf(scene, selected);
  const meant = one && range !== 'network' ? (range === 'node' ? [one] : groupOf(scene, one)) : scene.network.nodes;
  return meant.some((node) => {
    const stats = nodes.find(({ name }) => name === node.name), end = rangeIn(ranges, range, node);
    return stats !== undefined && Math.max(stats.max, -stats.min) > end;
  });
}

/** @param {import('../stage.d.ts').Scale} scale */
function ramp(scale) {
  const colours = Array.from({ length: STOPS + 1 }, (_, i) => scale.css((2 * i) / STOPS - 1, 1));
  return `linear-gradient(to right, ${colours.join(', ')})`;
}

/**
 * Where the ramp ends: one number for what is selected or for all, else from the least to the most of the ranges shown.
 * @param {State} state
 * @param {Scene} scene
 * @param {import('../types.d.ts').Ranges} ranges
 */
function ends(state, scene, ranges) {
  const node = nodeOf(scene, state.node);
  if (state.range === 'network') return { least: ranges.network, most: ranges.network, whose: 'the same for every volume' };
  if (node) {
    const range = rangeIn(ranges, state.range, node), names = state.range === 'node' ? [node] : groupOf(scene, node);
    return { least: range, most: range, whose: `for ${names.map((n) => n.name).join(', ')}` };
  }
  const all = Object.values(state.range === 'node' ? ranges.node : ranges.group);
  return { least: Math.min(...all), most: Math.max(...all), whose: 'for every volume' };
}
