/** What follows from a time of the pass: the selection in one window, and what gradients are of past the loss. Pure. */
import { added, isFast, pace, spotAt, termStep, timeOf, windowStep } from '../anim/windows.js';
import { givesMany } from '../backward/sending.js';
import { groupsOf } from '../lens/groups.js';
import { flatIndex } from '../model/tensor.js';
import { backwards, isBackward, layers, lensAddress, lensOf, passEnd } from './objective.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

/** How fine the clock's steps are. @param {Pick<State, 'grain' | 'view'>} state @returns {import('../types.d.ts').Grain} */
export const grainOf = ({ grain, view }) => (view === 'window' ? grain : 'layer');

/** Whether the clock goes window by window, or finer. @param {State} state */
export const isWindowed = (state) => grainOf(state) !== 'layer';

/**
 * The state at t: past the loss gradients are shown, of the loss of the picture's own or the likeliest class where none
 * was chosen; in one window the selection is where the clock is, unless windows pass too fast to be read.
 * @param {State} state
 * @param {Scene | null} scene
 * @param {number} t
 * @returns {Partial<State>}
 */
export function followed(state, scene, t) {
  const asked = t < Infinity && t > layers(scene) + 1e-9 ? turnedBack(state, scene) : {};
  const now = { ...state, ...asked }, end = passEnd(now, scene);
  const time = t >= end ? Infinity : Math.max(0, t);
  return { ...asked, t: time, ...(passing(now, scene, time) || t === Infinity ? {} : selected(now, scene, Math.min(time, end))) };
}

/** @param {State} state @param {Scene | null} scene @returns {Partial<State>} */
function turnedBack(state, scene) {
  if (isBackward(state)) return {};
  return state.objective ? { show: 'gradient' } : backwards(state, scene);
}

/** Windows a second of the way back that are asked for and shown while more pass. */
const SAMPLED = 8;

/** Whether the windows of the same layer pass too fast to be read. @param {State} state @param {Scene | null} scene @param {number} t */
function passing(state, scene, t) {
  const spot = scene && spotAt(scene.network, t, state.reading);
  if (!spot || !state.playing || state.grain !== 'window' || spot.node.name !== state.node) return false;
  const rate = pace(spot.index, spot.n, state.speed);
  return isFast(rate) && !sampled(state, scene, spot, rate);
}

/** Backward, every so many windows one is read: where the last one has come, and is far enough behind. @param {State} state @param {Scene} scene @param {import('../anim/windows.js').Spot} spot @param {number} rate */
function sampled(state, scene, spot, rate) {
  if (spot.pass === 'forward' || !state.at || scene.backward?.address !== lensAddress(state)) return false;
  return Math.abs(spot.index - flatIndex(spot.node.shape, state.at)) >= rate / SAMPLED;
}

/** @param {State} state @param {Scene | null} scene @param {number} t @returns {Partial<State>} */
function selected(state, scene, t) {
  const spot = scene && state.view === 'window' && spotAt(scene.network, t, state.reading);
  return spot ? { node: spot.node.name, at: spot.cell, weight: null } : {};
}

/**
 * A selection, and in one window the time at which its number is made, where the clock stands within the pass.
 * @param {State} state
 * @param {Scene | null} scene
 * @param {Partial<State>} patch
 * @returns {Partial<State>}
 */
export function fitting(state, scene, patch) {
  const { node, at, reading } = { ...state, ...patch };
  if (!scene || !node || !at || state.view !== 'window' || state.t === Infinity) return patch;
  const t = timeOf(scene.network, node, at, state.t > layers(scene) && isBackward(state), reading);
  return t === null ? patch : { ...patch, t };
}

/**
 * The other reading of the way back: of the same number, at the time at which it then comes; where it does not, as an
 * input gives nothing, of the number that the clock is at.
 * @param {State} state
 * @param {Scene | null} scene
 * @param {import('../types.d.ts').Reading} reading
 * @returns {Partial<State>}
 */
export function reread(state, scene, reading) {
  const found = fitting(state, scene, { reading });
  if (found.t !== undefined || !isWindowed(state) || state.t === Infinity) return found;
  return { reading, ...selected({ ...state, reading }, scene, state.t) };
}

/** Playing has stopped: the window that is seen is the one that is read. @param {State} state @param {Scene | null} scene @returns {Partial<State>} */
export const paused = (state, scene) => ({ playing: false, ...(state.t < Infinity ? selected(state, scene, state.t) : {}) });

/** How many terms a number has: its products, and what is added to them; else its steps. @param {ExplanationView | null} e */
export function termCount(e) {
  if (!e) return 1;
  const steps = e.steps.filter(({ label }) => label !== 'rounding').length;
  return Math.max(1, e.products ? e.products.length + Math.max(0, steps - groupsOf(e).length) : steps);
}

/** The same of the number that the lens shows: in the other reading, what it gives. @param {State} state @param {Scene | null} scene */
export const termsOf = (state, scene) => givesMany(state, scene) ?? termCount(scene && lensOf(state, scene));

/**
 * How many terms of an explanation are added where the clock stands; null where all are shown at once.
 * @param {State} state
 * @param {import('../anim/windows.js').Spot | null} spot
 * @param {ExplanationView} e
 */
export function addedIn(state, spot, e) {
  if (grainOf(state) !== 'term' || !spot || e.of === 'parameter' || e.node !== spot.node.name || e.at.join() !== spot.cell.join()) return null;
  return added(spot.share, termCount(e));
}

/**
 * t after `count` steps of the clock's grain.
 * @param {State} state
 * @param {Scene | null} scene
 * @param {number} count
 */
export function stepBy(state, scene, count) {
  const end = passEnd(state, scene), whole = 2 * layers(scene) + 1;
  if (!scene || !isWindowed(state)) return layerStep(state.t, count, end);
  const t = state.t === Infinity && state.node && state.at ? timeOf(scene.network, state.node, state.at, isBackward(state), state.reading) ?? end : Math.min(state.t, end);
  const next = state.grain === 'term' ? termStep(scene.network, t, count, whole, termsOf(state, scene), state.reading) : windowStep(scene.network, t, count, whole, state.reading);
  return Math.min(whole, next);
}

/** The next whole layer in the direction of `count`; from the end of what is shown, on past it. @param {number} t @param {number} count @param {number} end */
export function layerStep(t, count, end) {
  const now = Math.min(t, end), near = Math.round(now);
  const from = Math.abs(now - near) < 1e-6 ? near : count > 0 ? Math.floor(now) : Math.ceil(now);
  return Math.max(0, from + count);
}

/**
 * What a state lacks that came from an address: past the loss gradients to be in, in one window the cell that t is at.
 * @param {State} state
 * @param {Scene | null} scene
 * @returns {Partial<State> | null}
 */
export function missing(state, scene) {
  if (!scene || !(state.t < Infinity)) return null;
  const spot = state.view === 'window' ? spotAt(scene.network, state.t, state.reading) : null;
  const elsewhere = spot && (spot.node.name !== state.node || spot.cell.join() !== state.at?.join());
  const short = state.t > layers(scene) + 1e-9 && !isBackward(state);
  return short || elsewhere ? followed(state, scene, state.t) : null;
}
