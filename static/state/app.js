/** The shape of the page's state, and everything that a person can do to it, by name. */
import { spotAt } from '../anim/windows.js';
import { keepTheme } from './kept.js';
import { fitting, followed, isWindowed, layerStep, paused, reread, stepBy } from './moment.js';
import { backwards, classOf, isBackward, layers, passEnd } from './objective.js';
import { telling } from './select.js';

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
  objective: '', show: 'value', weight: null, grain: 'window', loop: null, colours: 'orange', field: false, pins: [], present: false, reading: 'gather', why: '', open: '',
  edit: '', difference: false, bench: '', lesson: '',
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
    openNetwork: (network, image = get().image) => set({ ...FORWARD, network, image, node: null, at: null, camera: WHOLE, t: Infinity, playing: false, view: 'overview', open: '', lesson: '', ...UNEDITED }),
    setInput: (network) => set({ network, playing: false }),
    openImage: (image) => set({ image }),
    show: (view) => set({ view, camera: WHOLE, grain: 'window', field: false, ...(view === 'window' ? reading(get(), scene()) : {}) }),
    select: (node, at) => set(fitting(get(), scene(), { node, at, weight: null })),
    unselect: () => set({ node: null, at: null, weight: null, bench: '', ...(isBackward(get()) ? {} : FORWARD), view: get().view === 'window' ? 'overview' : get().view }),
    move: (rows, columns, channels = 0) => set(fitting(get(), scene(), moved(get(), scene(), [channels, rows, columns]))),
    setRange: (range) => set({ range }),
    setTheme: (theme) => (set({ theme: 'auto' }), keepTheme(theme)),
    setCamera: (camera) => set({ camera }),
    seek: (t) => set(followed(get(), scene(), t)),
    step: (count) => set({ ...followed({ ...get(), playing: false }, scene(), stepBy(get(), scene(), count)), playing: false }),
    play: (playing = !get().playing) => set(playing ? begun(get(), scene()) : paused(get(), scene())),
    setSpeed: (speed) => set({ speed: clamp(speed, SPEEDS.least, SPEEDS.most) }),
    setObjective: (objective) => set(objective ? { objective, show: get().objective ? get().show : 'gradient' } : forwards(get(), scene())),
    setShow: (show) => set({ show, weight: null, t: held(get().t, passEnd({ ...get(), show }, scene())) }),
    turn: () => set(turned(get(), scene())),
    chooseClass: (index) => set({ objective: classOf(index), show: get().objective ? get().show : 'gradient' }),
    selectWeight: (weight) => set({ ...(weight && !get().objective ? { ...backwards(get(), scene()), show: 'value' } : {}), weight }),
    setEdit: (edit) => set(edit ? { edit } : UNEDITED),
    setDifference: (difference) => set({ difference }),
    setBench: (bench) => set(get().objective || !bench ? { bench } : { ...backwards(get(), scene()), show: 'value', bench }),
    setGrain: (grain) => set(grain === 'layer' ? { view: 'overview', camera: WHOLE } : { grain, view: 'window', camera: WHOLE, ...reading(get(), scene()) }),
    finish: (way) => set({ ...followed({ ...get(), playing: false }, scene(), finished(get(), scene(), way)), playing: false }),
    setLoop: (loop) => set({ loop }),
    setColours: (colours) => set({ colours }),
    setField: (field) => set({ field, ...(field && get().view === 'window' ? { view: 'overview', camera: WHOLE } : {}) }),
    pin: (node, at) => set({ pins: pinned(get().pins, { node, at }) }),
    unpin: () => set({ pins: [] }),
    present: (present) => set({ present }),
    setReading: (reading) => set(reread(get(), scene(), reading)),
    setWhy: (why) => set({ why }),
    tell: (lesson, to = {}) => set({ ...to, lesson }),
    setOpen: (open, camera = get().camera) => set({ open, camera }),
  };
}

/** Where a layer, or in steps of layers the pass, begins or ends. @param {State} state @param {Scene | null} scene @param {number} way */
const finished = (state, scene, way) => (isWindowed(state) ? layerStep(state.t, way, passEnd(state, scene)) : way > 0 ? Infinity : 0);

/** The shipped network on the picture as it is. @type {Partial<State>} */
const UNEDITED = { edit: '', difference: false };

/** Without a backward pass. @type {Partial<State>} */
const FORWARD = { objective: '', show: 'value', weight: null };

/** The other way: forward from gradients that are shown; backward, from what the lens's bench asks about already where it does. @param {State} state @param {Scene | null} scene @returns {Partial<State>} */
function turned(state, scene) {
  if (!isBackward(state)) return state.objective ? { show: 'gradient' } : backwards(state, scene);
  return { ...forwards(state, scene), ...(state.bench ? { objective: state.objective } : {}) };
}

/** @param {State} state @param {Scene | null} scene @returns {Partial<State>} */
const forwards = (state, scene) => ({ ...FORWARD, t: held(state.t, layers(scene)) });

/** What playing begins with: at the end, the beginning; in one window, the selected one, on the way back if that is shown. @param {State} state @param {Scene | null} scene @returns {Partial<State>} */
function begun(state, scene) {
  if (state.t < passEnd(state, scene)) return { playing: true };
  const from = isWindowed(state) && isBackward(state) ? layers(scene) + 1 : 0;
  const { t = from } = isWindowed(state) && state.node && state.at ? fitting({ ...state, t: from }, scene, { node: state.node, at: state.at }) : {};
  return { playing: true, t };
}

/** Two cells are compared: a third takes the place of the first, one that is there is let go. @param {State['pins']} pins @param {State['pins'][number]} pin */
export function pinned(pins, pin) {
  const same = (/** @type {State['pins'][number]} */ other) => other.node === pin.node && other.at.join() === pin.at.join();
  return pins.some(same) ? pins.filter((other) => !same(other)) : [...pins, pin].slice(-2);
}

/** @type {(x: number, least: number, most: number) => number} */
const clamp = (x, least, most) => Math.min(most, Math.max(least, x));

/**
 * A time of the pass; its end is Infinity, whatever the network.
 * @param {number} t
 * @param {number} end
 */
const held = (t, end) => (t >= end ? Infinity : Math.max(0, t));

/**
 * The window view reads one cell: the selected one, else a telling one of the selected node, of where the clock stands
 * (at the loss the logits), or of a layer with weights. On the way back the number that says most is a gradient.
 * @param {State} state
 * @param {Scene | null} scene
 * @returns {Partial<State>}
 */
export function reading(state, scene) {
  if (!scene || (state.node && state.at)) return {};
  const { nodes, input } = scene.network;
  const spot = state.node ? null : spotAt(scene.network, state.t), taken = !spot && state.t < Infinity && state.t > layers(scene);
  if (spot) return { node: spot.node.name, at: spot.cell };
  const node = nodes.find((n) => n.name === (state.node ?? (taken ? scene.network.logits : '')))
    ?? nodes.find((n) => n.params.length && n.inputs[0] !== input) ?? nodes.find((n) => n.params.length) ?? nodes[nodes.length - 1];
  const back = isBackward(state) && scene.gradients ? { ...scene, activations: scene.gradients, faces: scene.backFaces } : scene;
  return { node: node.name, at: telling(back, node) };
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
