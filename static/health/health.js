/** Over the backward half of the timeline: how gradients fare on their way to the input, and why. */

import { graphOf } from '../model/graph.js';
import { changes, fill, h } from '../ui/h.js';
import { about } from '../lens/digits.js';
import { placed, spanOf } from './bars.js';
import { health, trouble } from './words.js';

/** @typedef {import('../types.d.ts').Part} Part */

/** px from a bar to its badge. */
const BESIDE = 6;
const DIGITS = 2; // of where the bars begin and end

/**
 * @param {HTMLElement} timeline
 * @returns {Part}
 */
export function mountHealth(timeline) {
  const slider = /** @type {HTMLElement} */ (timeline.querySelector('.slider'));
  const root = h('p', { class: 'health', hidden: true }), moved = changes();
  slider.append(root);
  return {
    update(state, scene) {
      const strengths = scene?.objective?.strengths ?? [];
      root.hidden = !scene || strengths.length === 0;
      if (!scene || root.hidden || !moved(scene.trace, scene.objective, slider.clientWidth)) return;
      const { badge, reason } = health(scene, strengths), wrong = trouble(strengths);
      const width = slider.clientWidth, bars = placed(graphOf(scene.network), strengths, { width, height: slider.clientHeight, small: false }), spot = bars.find(({ strength }) => strength.name === wrong?.name);
      const { least, most } = spanOf(bars.map(({ strength }) => strength.norm));
      root.title = reason;
      root.dataset.verdict = wrong?.verdict ?? '';
      fill(root, badge ? h('b', { style: { right: `${Math.max(0, width - (spot?.x ?? width) + BESIDE).toFixed(0)}px` } }, badge) : '', h('span', null, '‖∂‖ by layer'), most > least && h('small', null, `${about(least, DIGITS)} to ${about(most, DIGITS)}`), h('span', { class: 'spoken' }, reason));
    },
  };
}
