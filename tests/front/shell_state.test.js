/** The store and the actions: what a person does, and what the state is then. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCard } from '../../static/card/open.js';
import { createActions, DEFAULTS, reading } from '../../static/state/app.js';
import { layerStep } from '../../static/state/moment.js';
import { liveliest, telling } from '../../static/state/select.js';
import { createStore } from '../../static/state/store.js';
import { mountPointer } from '../../static/views/pointer.js';

const NODES = [
  { name: 'input', kind: 'input', inputs: [], shape: [3, 32, 32], params: [] },
  { name: 'conv1', kind: 'conv2d', inputs: ['input'], shape: [10, 32, 32], params: [{}, {}] },
  { name: 'conv2', kind: 'conv2d', inputs: ['conv1'], shape: [10, 16, 16], params: [{}, {}] },
  { name: 'fc', kind: 'dense', inputs: ['conv2'], shape: [10], params: [{}, {}] },
];
const LIVELY = new Float32Array(10 * 16 * 16);
LIVELY[3 * 256 + 5 * 16 + 7] = -9;
const ACTIVATIONS = new Map([['conv2', { data: LIVELY }], ['fc', { data: Float32Array.of(0, 1, -2, 3, 0, 0, 0, 0, 0, 0) }]]);
const SCENE = /** @type {any} */ ({ network: { input: 'input', nodes: NODES }, activations: ACTIVATIONS });

/** @param {Partial<import('../../static/types.d.ts').State>} [state] */
function page(state = {}) {
  const store = createStore({ ...DEFAULTS, network: 'net', image: 'cat', ...state });
  return { store, actions: createActions(store, () => SCENE) };
}

test('a watcher hears at once, and then only of changes of what it selects', () => {
  const { store } = page();
  /** @type {any[]} */
  const heard = [];
  store.watch((s) => s.view, (now, before) => heard.push([before, now]));
  store.set({ view: 'maps' });
  store.set({ theme: 'dark' });
  store.set({ view: 'maps' });
  assert.deepEqual(heard, [[undefined, 'overview'], ['overview', 'maps']]);
});

test('the same cell set again is no change', () => {
  const { store } = page({ node: 'conv1', at: [1, 2, 3] });
  const before = store.get();
  store.set({ at: [1, 2, 3] });
  assert.equal(store.get(), before);
});

test('a watcher that stopped hears nothing more', () => {
  const { store } = page();
  let count = 0;
  const stop = store.watch((s) => s.view, () => (count += 1));
  stop();
  store.set({ view: 'maps' });
  assert.equal(count, 1);
});

test('a watcher may set the state, and others hear the last word only', () => {
  const { store } = page();
  /** @type {string[]} */
  const heard = [];
  store.watch((s) => s.view, (view) => view === 'maps' && store.set({ view: 'overview' }));
  store.watch((s) => s.view, (view) => heard.push(view));
  store.set({ view: 'maps' });
  assert.deepEqual(heard, ['overview']);
});

test('arrows move the cell and stop at the edges of its volume', () => {
  const { store, actions } = page({ node: 'conv2', at: [0, 0, 15] });
  actions.move(1, 1);
  assert.deepEqual(store.get().at, [0, 1, 15]);
  actions.move(0, 0, -1);
  assert.deepEqual(store.get().at, [0, 1, 15]);
  actions.move(0, 0, 1);
  assert.deepEqual(store.get().at, [1, 1, 15]);
});

test('in a row of numbers every arrow goes along the row', () => {
  const { store, actions } = page({ node: 'fc', at: [4] });
  actions.move(1, 0);
  actions.move(0, 1);
  actions.move(0, 0, 1);
  assert.deepEqual(store.get().at, [7]);
});

test('the window view opens on the liveliest cell of a layer that reads feature maps when nothing is selected', () => {
  const { store, actions } = page();
  actions.show('window');
  assert.deepEqual([store.get().node, store.get().at], ['conv2', [3, 5, 7]]);
});

test('the window view keeps the selected cell, and finds one in a node without', () => {
  const kept = page({ node: 'conv1', at: [1, 2, 3] });
  kept.actions.show('window');
  assert.deepEqual(kept.store.get().at, [1, 2, 3]);
  const whole = page({ node: 'fc', at: null });
  whole.actions.show('window');
  assert.deepEqual(whole.store.get().at, [3]);
});

test('another network forgets the selection, another picture keeps it', () => {
  const { store, actions } = page({ node: 'conv1', at: [1, 2, 3], view: 'window' });
  actions.openImage('dog');
  assert.equal(store.get().node, 'conv1');
  actions.openNetwork('lenet');
  assert.deepEqual([store.get().node, store.get().at, store.get().view], [null, null, 'overview']);
});

test('playing from the end begins at the input', () => {
  const { store, actions } = page({ t: Infinity });
  actions.play();
  assert.deepEqual([store.get().playing, store.get().t], [true, 0]);
  actions.play();
  assert.equal(store.get().playing, false);
});

test('a time at or past the last layer is the end of the pass, whatever the network', () => {
  const { store, actions } = page();
  actions.seek(2.5);
  assert.equal(store.get().t, 2.5);
  actions.seek(3);
  assert.equal(store.get().t, Infinity);
  actions.seek(-1);
  assert.equal(store.get().t, 0);
});

test('steps go to whole layers in the direction asked for', () => {
  assert.equal(layerStep(2.5, 1, 10), 3);
  assert.equal(layerStep(2.5, -1, 10), 2);
  assert.equal(layerStep(3, 1, 10), 4);
  assert.equal(layerStep(3, -1, 10), 2);
  assert.equal(layerStep(0, -1, 10), 0);
  assert.equal(layerStep(Infinity, -1, 10), 9);
  assert.equal(layerStep(Infinity, 1, 10), 11); // past the loss
});

test('the end of the pass is one key away in steps of layers; in one window it is the end of the layer', () => {
  const { store, actions } = page({ t: 1.25 });
  actions.finish(1);
  assert.equal(store.get().t, Infinity);
  actions.finish(-1);
  assert.equal(store.get().t, 0);
  const { store: near, actions: inside } = page({ t: 1.25, view: 'window', node: 'conv1', at: [0, 0, 0] });
  inside.finish(1);
  assert.equal(near.get().t, 2);
});

test('speed stays between a quarter and what a screen can show', () => {
  const { store, actions } = page();
  actions.setSpeed(0);
  assert.equal(store.get().speed, 0.25);
  actions.setSpeed(1e9);
  assert.equal(store.get().speed, 64);
});

test('leaving the window without a selection goes back to the network', () => {
  const { store, actions } = page({ node: 'conv1', at: [1, 2, 3], view: 'window' });
  actions.unselect();
  assert.deepEqual([store.get().view, store.get().node], ['overview', null]);
});

test('the liveliest cell is the largest of either sign; of numbers that are not here, the middle of the channel in front', () => {
  assert.deepEqual(liveliest(SCENE, /** @type {any} */ (NODES[2])), [3, 5, 7]);
  assert.deepEqual(liveliest({ ...SCENE, faces: /** @type {any} */ ({ fronts: new Map([['far', 5]]) }) }, /** @type {any} */ ({ name: 'far', shape: [8, 6, 4] })), [5, 3, 2]);
  assert.deepEqual(liveliest(SCENE, /** @type {any} */ ({ name: 'far', shape: [9] })), [4]);
});

test('of class scores the cell to look at first is the class that the network says, of anything else the liveliest', () => {
  const scene = { ...SCENE, network: { ...SCENE.network, logits: 'fc' }, trace: { prediction: { top: [{ index: 7 }] } } };
  assert.deepEqual(telling(scene, /** @type {any} */ (NODES.find(({ name }) => name === 'fc'))), [7]);
  assert.deepEqual(telling(scene, /** @type {any} */ (NODES[2])), [3, 5, 7]);
});

test('on the way back a window opens at the largest gradient of its layer, not at its largest value', () => {
  const slopes = new Float32Array(10 * 16 * 16);
  slopes[2 * 256 + 4 * 16 + 6] = -0.5;
  const scene = { ...SCENE, gradients: new Map([['conv2', { data: slopes }]]), backFaces: null };
  const at = (/** @type {Partial<import('../../static/types.d.ts').State>} */ state) => reading({ ...DEFAULTS, node: 'conv2', ...state }, scene).at;
  assert.deepEqual(at({ objective: 'loss:3', show: 'gradient' }), [2, 4, 6]);
  assert.deepEqual(at({ objective: 'loss:3', show: 'value' }), [3, 5, 7]);
});

test('the card that goes leaves the number from which it was opened selected', () => {
  const { store, actions } = page({ node: 'conv2', at: [3, 5, 7] });
  const context = { store, actions, scene: () => SCENE };
  openCard(context);
  assert.deepEqual([store.get().node, store.get().at], ['conv2', null]);
  openCard(context);
  assert.deepEqual([store.get().node, store.get().at], ['conv2', [3, 5, 7]]);
});

test('the mark of a pointer that rests goes with a step by a key, and stays while the pass plays', () => {
  const { store } = page({ t: 2 });
  /** @type {any} */
  const heard = {};
  /** @type {any[]} */
  const marks = [];
  const surface = /** @type {any} */ ({ style: {}, addEventListener: (/** @type {string} */ name, /** @type {any} */ then) => (heard[name] = then) });
  const at = { node: 'conv2', at: [3, 5, 7] };
  mountPointer(surface, /** @type {any} */ ({ store, reportHover() {}, select() {} }),
    { under: () => at, seen: () => ({ sign: '' }), choose() {}, pin() {}, hovered: (found) => marks.push(found) });
  heard.pointermove({ buttons: 0, clientX: 1, clientY: 1 });
  store.set({ playing: true });
  marks.length = 0;
  heard.pointermove({ buttons: 0, clientX: 1, clientY: 1 });
  store.set({ t: 3 });
  assert.deepEqual(marks, [at]);
  store.set({ playing: false });
  assert.deepEqual(marks, [at, null]);
});
