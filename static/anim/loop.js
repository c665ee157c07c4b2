/** The part of the pass that is played over and over: a layer, one map of it, or one window. Pure. */

import { grainOf } from '../state/moment.js';
import { spotAt, timeOf } from './windows.js';

/** @import { Scene, State } from '../types.d.ts' */

/**
 * What a loop begun now would go around; null where one is on, and where nothing is computed.
 * @param {State} state @param {Scene | null} scene
 * @returns {State['loop']}
 */
export function loopOf(state, scene) {
  const grain = grainOf(state), { node, at } = state;
  const chosen = scene && grain !== 'layer' && state.t === Infinity && node && at ? timeOf(scene.network, node, at, false) : null;
  const spot = scene && !state.loop ? spotAt(scene.network, chosen ?? state.t, state.reading) : null;
  if (!spot) return null;
  if (grain === 'layer') return [spot.from, spot.from + 1];
  if (grain === 'term') return [spot.from + spot.index / spot.n, spot.from + (spot.index + 1) / spot.n];
  const map = spot.node.shape.length > 2 ? spot.n / spot.node.shape[0] : spot.n, first = spot.index - (spot.index % map);
  return [spot.from + first / spot.n, spot.from + (first + map) / spot.n];
}
