/** How fine the clock's steps are, and whether a part is played over and over: buttons under the timeline's own. */

import { loopOf } from '../anim/loop.js';
import { grainOf } from '../state/moment.js';
import { GRAINS } from '../ui/choices.js';
import { changes, h } from '../ui/h.js';

/** @import { Context, Grain, Part } from '../types.d.ts' */

/** @type {Record<Grain, string>} */
const WHAT = {
  layer: 'Steps are layers (↑)', window: 'Steps are windows: one output cell after the other (↑ ↓)', term: 'Steps are products: one term of the sum after the other (↓)',
};
/** What plays so long that one may want its end. @type {Record<Grain, string>} */
const SKIP = { layer: 'To the end of the pass: all is computed (End)', window: 'Fill the rest of this layer (End)', term: 'Fill the rest of this layer (End)' };

/**
 * @param {HTMLElement} transport @param {Context} context
 * @returns {Part}
 */
export function mountGrain(transport, { actions, store, scene }) {
  const buttons = GRAINS.map((grain) => h('button', { title: WHAT[grain], on: { click: () => actions.setGrain(grain) } }, grain));
  const loop = h('button', { class: 'loop', title: 'Play this part over and over (L)', 'aria-label': 'Loop', on: { click: () => actions.setLoop(loopOf(store.get(), scene())) } }, '↻');
  const skip = h('button', { class: 'skip', 'aria-label': 'To the end', on: { click: () => actions.finish(1) } }, '⇥');
  transport.append(h('div', { class: 'grain', role: 'group', 'aria-label': 'Steps' }, buttons, loop, skip));
  const moved = changes();
  return {
    update(state) {
      const grain = grainOf(state);
      if (!moved(grain, state.loop)) return;
      GRAINS.forEach((one, k) => buttons[k].setAttribute('aria-pressed', String(one === grain)));
      loop.setAttribute('aria-pressed', String(state.loop !== null));
      skip.title = SKIP[grain];
    },
  };
}
