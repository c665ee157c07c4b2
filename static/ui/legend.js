/** What the colours say: the ramp, drawn by the function that draws the pixels, where it ends, and for whom. */
import { activationScale } from '../color/scales.js';
import { groupOf, nodeOf, rangeOf } from '../state/select.js';
import { about } from './about.js';
import { changes, fill, h } from './h.js';
import { themeOf } from './theme.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const STOPS = 32;

/**
 * @param {HTMLElement} root
 * @returns {Part}
 */
export function mountLegend(root) {
  const moved = changes();
  return {
    update(state, scene) {
      if (!scene || !moved(scene.trace, state.range, state.node, themeOf(state.theme))) return;
      const { least, most, whose } = ends(state, scene);
      const end = least === most ? about(most) : 'r';
      fill(root,
        h('b', null, 'activation'),
        h('div', { class: 'ramp', role: 'img', 'aria-label': `Colours from −${end} over 0 to +${end}`, style: { background: ramp(themeOf(state.theme)) } }),
        h('p', { class: 'ticks' }, h('span', null, `−${end}`), h('span', null, '0'), h('span', null, `+${end}`)),
        h('p', { class: 'whose' }, least === most ? whose : `r = ${about(least)} to ${about(most)}, ${whose}`, ': 99.5 % of |x| lie within.'));
    },
  };
}

/** @param {'light' | 'dark'} theme */
function ramp(theme) {
  const scale = activationScale(theme);
  const colours = Array.from({ length: STOPS + 1 }, (_, i) => scale.css((2 * i) / STOPS - 1, 1));
  return `linear-gradient(to right, ${colours.join(', ')})`;
}

/**
 * Where the ramp ends: one number for what is selected or for all, else from the least to the most of the ranges shown.
 * @param {State} state
 * @param {Scene} scene
 */
function ends(state, scene) {
  const node = nodeOf(scene, state.node);
  if (state.range === 'network') return { least: scene.trace.ranges.network, most: scene.trace.ranges.network, whose: 'one range for the network' };
  if (node) {
    const range = rangeOf(scene, state.range, node);
    const names = state.range === 'node' ? [node] : groupOf(scene, node);
    return { least: range, most: range, whose: `range of ${names.map((n) => n.name).join(', ')}` };
  }
  const ranges = Object.values(state.range === 'node' ? scene.trace.ranges.node : scene.trace.ranges.group);
  return { least: Math.min(...ranges), most: Math.max(...ranges), whose: state.range === 'node' ? 'one for each unit' : 'one for each layer' };
}
