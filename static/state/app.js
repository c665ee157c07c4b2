/** The shape of the page's state, and everything that a person can do to it, by name. */
import { backwards, classOf, layers, passEnd } from './objective.js';
import { liveliest } from './select.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Store} Store */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */
/** @typedef {import('../types.d.ts').Actions} Actions */

/** @type {State} */
export const DEFAULTS = {
  network: '', image: '', view: 'overview', node: null, at: null, range: 'group', theme: 'auto',
  camera: { x: 0, y: 0, zoom: 1 }, t: Infinity, playing: false, speed: 1,
  objective: '', show: 'value', weight: null,
};
export const SPEEDS = { least: 0.25, most: 64 };
export const WHOLE = DEFAULTS.camera;

/**
 * @param {Store} store
 * @param {() => Scene | null} scene
 * @returns {Actions}
 */
export function createActions(store, scene) {
  const { get, set } = store;
  return {
    openNetwork: (network) => set({ ...FORWARD, network, node: null, at: null, camera: WHOLE, t: Infinity, playing: false, view: 'overview' }),
    openImage: (image) => set({ image }),
    show: (view) => set({ view, camera: WHOLE, ...(view === 'window' ? reading(get(), scene()) : {}) }),
    select: (node, at) => set({ node, at, weight: null }),
    unselect: () => set({ node: null, at: null, weight: null, view: get().view === 'window' ? 'overview' : get().view }),
    move: (rows, columns, channels = 0) => set(moved(get(), scene(), [channels, rows, columns])),
    setRange: (range) => set({ range }),
    setTheme: (theme) => set({ theme }),
    setCamera: (camera) => set({ camera }),
    seek: (t) => set({ t: held(t, passEnd(get(), scene())) }),
    step: (count) => set({ t: stepped(get().t, count, passEnd(get(), scene())), playing: false }),
    play: (playing = !get().playing) => set(playing && get().t >= passEnd(get(), scene()) ? { playing, t: 0 } : { playing }),
    setSpeed: (speed) => set({ speed: clamp(speed, SPEEDS.least, SPEEDS.most) }),
    setObjective: (objective) => set(objective ? { objective, show: get().objective ? get().show : 'gradient' } : forwards(get(), scene())),
    setShow: (show) => set({ show, weight: null, t: held(get().t, passEnd({ ...get(), show }, scene())) }),
    turn: () => set(get().objective ? forwards(get(), scene()) : backwards(get(), scene())),
    chooseClass: (index) => set({ objective: classOf(index), show: get().objective ? get().show : 'gradient' }),
    selectWeight: (weight) => set({ weight }),
  };
}

/** Without a backward pass. @type {Partial<State>} */
const FORWARD = { objective: '', show: 'value', weight: null };

/** @param {State} state @param {Scene | null} scene @returns {Partial<State>} */
const forwards = (state, scene) => ({ ...FORWARD, t: held(state.t, layers(scene)) });

/** @type {(x: number, least: number, most: number) => number} */
const clamp = (x, least, most) => Math.min(most, Math.max(least, x));

/**
 * A time of the pass; its end is Infinity, whatever the network.
 * @param {number} t
 * @param {number} end
 */
const held = (t, end) => (t >= end ? Infinity : Math.max(0, t));

/**
 * The next whole layer in the direction of `count`.
 * @param {number} t
 * @param {number} count
 * @param {number} end
 */
export function stepped(t, count, end) {
  const now = Math.min(t, end), near = Math.round(now);
  const from = Math.abs(now - near) < 1e-6 ? near : count > 0 ? Math.floor(now) : Math.ceil(now);
  return held(from + count, end);
}

/**
 * The window view reads one cell: the selected one, else the liveliest of the selected node or of a layer with weights.
 * @param {State} state
 * @param {Scene | null} scene
 * @returns {Partial<State>}
 */
function reading(state, scene) {
  if (!scene || (state.node && state.at)) return {};
  const { nodes, input } = scene.network;
  const node = nodes.find((n) => n.name === state.node)
    ?? nodes.find((n) => n.params.length && n.inputs[0] !== input) ?? nodes.find((n) => n.params.length) ?? nodes[nodes.length - 1];
  return { node: node.name, at: liveliest(scene, node) };
}

/**
 * The selection, `by` cells further along each axis, held inside the volume. A row of numbers has one axis for all.
 * @param {State} state
 * @param {Scene | null} scene
 * @param {number[]} by channels, rows, columns
 * @returns {Partial<State>}
 */
function moved(state, scene, by) {
  const node = scene?.network.nodes.find((n) => n.name === state.node);
  if (!node || !state.at) return {};
  const steps = node.shape.length === 1 ? [by[0] + by[1] + by[2]] : by;
  return { weight: null, at: state.at.map((cell, axis) => clamp(cell + (steps[axis] ?? 0), 0, node.shape[axis] - 1)) };
}
