/** The clock within a layer: windows and products are functions of t alone, and playing passes all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loopOf } from '../../static/anim/loop.js';
import { onward } from '../../static/anim/player.js';
import { added, isFast, PACE, pace, spotAt, termStep, timeOf, windowsLater, windowStep } from '../../static/anim/windows.js';
import { createActions, DEFAULTS } from '../../static/state/app.js';
import { missing } from '../../static/state/moment.js';
import { createStore } from '../../static/state/store.js';
import { backSceneOf, sceneOf, STATE } from './stage_scenes.js';

const scene = sceneOf('chain'), { network } = scene;
const LAYERS = 8;

/** @param {object} [state] @param {any} [shown] */
function page(state = {}, shown = scene) {
  const store = createStore({ ...DEFAULTS, ...state });
  return { store, actions: createActions(store, () => shown) };
}

test('every cell has its time, and at that time the clock stands at the cell, forward and backward', () => {
  for (const node of network.nodes) {
    const n = node.shape.reduce((a, b) => a * b, 1);
    for (const at of [node.shape.map(() => 0), node.shape.map((s) => s - 1), node.shape.map((s) => s >> 1)]) {
      for (const back of [false, true]) {
        const t = timeOf(network, node.name, at, back);
        if (t === null) continue;
        const spot = spotAt(network, t);
        assert.deepEqual([spot?.node.name, spot?.cell, spot?.n, spot?.pass], [node.name, at, n, back ? 'backward' : 'forward']);
      }
    }
  }
  assert.equal(timeOf(network, 'input', [0, 0, 0], false), null);
  assert.ok(timeOf(network, 'input', [0, 0, 0], true));
});

test('read as scattering, the way back steps through the outputs of each layer, from the last layer to the first', () => {
  const layers = network.nodes.filter(({ inputs }) => inputs.length);
  for (const node of layers) {
    const n = node.shape.reduce((a, b) => a * b, 1), first = /** @type {number} */ (timeOf(network, node.name, node.shape.map(() => 0), true, 'scatter'));
    const [here, next] = [first, windowStep(network, first, 1, 17, 'scatter')].map((t) => spotAt(network, t, 'scatter'));
    assert.deepEqual([here?.node.name, here?.layer.name, here?.index, here?.n, next?.index], [node.name, node.name, 0, n, 1]);
    assert.equal(spotAt(network, first, 'gather')?.node.name, node.inputs[0]);
  }
  assert.equal(timeOf(network, 'input', [0, 0, 0], true, 'scatter'), null); // an input gives nothing
  const times = layers.map(({ name, shape }) => Number(timeOf(network, name, shape.map(() => 0), true, 'scatter')));
  assert.deepEqual(times, [...times].sort((a, b) => b - a));
});

test('another reading is of the same number at its own time; an input, which gives nothing, leaves the clock where it is', () => {
  const state = { view: /** @type {const} */ ('window'), node: 'pool1', at: [1, 0, 1], objective: 'loss:0', show: /** @type {const} */ ('gradient') };
  const { store, actions } = page({ ...state, t: Number(timeOf(network, 'pool1', [1, 0, 1], true)) }, backSceneOf('chain'));
  actions.setReading('scatter');
  assert.deepEqual([store.get().node, store.get().at], ['pool1', [1, 0, 1]]);
  assert.deepEqual(spotAt(network, store.get().t, 'scatter')?.cell, [1, 0, 1]);
  const input = page({ ...state, node: 'input', at: [0, 0, 0], t: Number(timeOf(network, 'input', [0, 0, 0], true)) }, backSceneOf('chain'));
  input.actions.setReading('scatter');
  const { node, at, t } = input.store.get();
  assert.deepEqual([node, at, t], ['conv1', spotAt(network, t, 'scatter')?.cell, timeOf(network, 'input', [0, 0, 0], true)]);
  const whole = page({ ...state, reading: 'scatter' }, backSceneOf('chain'));
  whole.actions.play(true);
  assert.ok(whole.store.get().t > LAYERS + 1); // from the number that is seen, on the way back
});

test('windows are stepped one by one over the edge of a layer, and back the same way', () => {
  const shape = network.nodes[1].shape, n = shape[0] * shape[1] * shape[2];
  const seen = [];
  let t = 0;
  for (let k = 0; k < n + 3; k++) {
    t = windowStep(network, t, 1, 17);
    seen.push(`${spotAt(network, t)?.node.name} ${spotAt(network, t)?.index}`);
  }
  assert.deepEqual([seen[0], seen[n - 1], seen[n], seen[n + 2]], ['conv1 0', `conv1 ${n - 1}`, 'relu1 0', 'relu1 2']);
  assert.equal(new Set(seen).size, n + 3);
  assert.equal(spotAt(network, windowStep(network, t, -1, 17))?.index, 1);
});

test('products are added one by one until the window is whole, then the next window begins', () => {
  const first = /** @type {number} */ (timeOf(network, 'conv1', [0, 0, 1], false));
  let t = termStep(network, /** @type {number} */ (timeOf(network, 'conv1', [0, 0, 0], false)), 1, 17, 18);
  const done = [];
  for (let k = 0; k < 18; k++) {
    const spot = spotAt(network, t);
    done.push(`${spot?.index} ${added(spot?.share ?? 0, 18)}`);
    t = termStep(network, t, 1, 17, 18);
  }
  assert.deepEqual(done, Array.from({ length: 18 }, (_, k) => `1 ${k + 1}`));
  assert.equal(spotAt(network, t)?.index, 2);
  assert.ok(t > first);
});

test('a few windows come slowly, then faster, then the layer fills; a steady speed keeps to 240 a second', () => {
  const n = 10240, rates = [0, 3, 9, 30, 55, 60].map((index) => pace(index, n, 1));
  assert.deepEqual([rates[0], rates[1]], [PACE.slow, PACE.slow]);
  assert.ok(rates.every((rate, k) => k === 0 || rate >= rates[k - 1]) && rates[5] > PACE.most);
  assert.deepEqual([0, 9000].map((index) => pace(index, n, 64)), [PACE.most, PACE.most]);
  assert.ok(!isFast(pace(0, n, 1)) && isFast(pace(0, n, 64)));
  let [t, frames] = [0, 0];
  for (; t < 1 && frames < 2000; frames++) t = windowsLater(network, t, 16, 1);
  assert.equal(t, 1); // exactly the end of the layer: none is skipped
  assert.ok(frames > 100 && frames < 1200);
});

for (const reading of /** @type {const} */ (['gather', 'scatter'])) test(`seeking to 200 times in any order stands where playing stands, as it ${reading}s`, () => {
  const { store, actions } = page({ view: 'window', node: 'conv1', at: [0, 0, 0], objective: 'loss:0', show: 'gradient', reading }, backSceneOf('chain'));
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const times = Array.from({ length: 200 }, () => random() * 17);
  const at = (/** @type {number} */ t) => (actions.seek(t), JSON.stringify([store.get().node, store.get().at, store.get().t]));
  const sorted = new Map([...times].sort((a, b) => a - b).map((t) => [t, at(t)]));
  const loss = times.filter((t) => t > LAYERS && t <= LAYERS + 1);
  for (const t of times.filter((one) => !loss.includes(one))) assert.equal(at(t), sorted.get(t));
});

test('in one window the selection goes with the clock and the clock with the selection', () => {
  const { store, actions } = page({ view: 'window', node: 'conv2', at: [1, 1, 0] });
  actions.step(1);
  const next = store.get();
  assert.ok(next.t > 3 && next.t < 4 && next.node === 'conv2' && next.at?.join() === '1,1,1');
  actions.select('relu2', [0, 0, 1]);
  assert.equal(spotAt(network, store.get().t)?.node.name, 'relu2');
  actions.finish(1);
  assert.equal(store.get().t, 5);
  actions.setGrain('layer');
  assert.equal(store.get().view, 'overview');
});

test('past the loss the gradients of the likeliest class are chosen, by a step, a drag or an address', () => {
  for (const go of [(/** @type {any} */ a) => a.step(1), (/** @type {any} */ a) => a.seek(12.5)]) {
    const { store, actions } = page();
    go(actions);
    const { objective, show, t } = store.get();
    const best = scene.trace.prediction?.top[0].index ?? -1;
    const label = network.labels.indexOf(scene.image.label ?? '');
    assert.deepEqual([objective, show], [`loss:${label >= 0 ? label : best}`, 'gradient']);
    assert.ok(t > LAYERS && t < Infinity);
  }
  assert.equal(missing({ ...STATE, t: 12.5, objective: 'loss:2' }, scene)?.show, 'gradient');
  assert.equal(missing({ ...STATE, t: 3 }, scene), null);
  assert.equal(missing({ ...STATE, t: 3.5, view: 'window', node: 'fc', at: [0] }, scene)?.node, 'conv2');
});

test('a loop plays its part over and over', () => {
  const loop = loopOf({ ...STATE, t: 2.5 }, scene);
  assert.deepEqual(loop, [2, 3]);
  assert.equal(onward({ ...STATE, t: 2.99, loop }, scene, 60), 2);
  assert.equal(loopOf({ ...STATE, t: 2.5, loop }, scene), null);
  const windows = loopOf({ ...STATE, view: 'window', node: 'conv1', at: [1, 0, 0] }, scene);
  assert.deepEqual(windows?.map((t) => Math.round(t * 4)), [1, 2]); // the second of four maps
});

test('while windows of the way back pass fast, the picture follows as fast as numbers come, and never before the last has come', () => {
  const shown = backSceneOf('chain'), t = /** @type {number} */ (timeOf(network, 'pool1', [0, 0, 0], true));
  const { store, actions } = page({ view: 'window', node: 'pool1', at: [0, 0, 0], objective: 'loss:0', show: 'gradient', playing: true, speed: 16, t }, shown);
  const later = (/** @type {number} */ windows) => actions.seek(t + windows / shown.network.nodes.find(({ name }) => name === 'pool1').shape.reduce((a, b) => a * b, 1));
  later(40);
  assert.deepEqual(store.get().at, [0, 0, 0]); // its number has not come
  shown.backward = /** @type {any} */ ({ address: '∂pool1@0,0,0' });
  later(2);
  assert.deepEqual(store.get().at, [0, 0, 0]); // too near
  later(40);
  assert.notDeepEqual(store.get().at, [0, 0, 0]);
});
