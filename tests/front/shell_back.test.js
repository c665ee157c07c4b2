/** The way back: what is differentiated, how the pass grows by it, which terms belong together, and words for it all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxes } from '../../static/lens/chain.js';
import { groupsOf } from '../../static/lens/groups.js';
import { gradientSentence } from '../../static/lens/speak.js';
import { createActions, DEFAULTS } from '../../static/state/app.js';
import { lensAddress, objectiveOf, said } from '../../static/state/objective.js';
import { createStore } from '../../static/state/store.js';
import { objectives } from '../../static/ui/turn.js';

const NODES = [
  { name: 'input', kind: 'input', inputs: [], shape: [1, 2, 2], params: [] },
  { name: 'conv', kind: 'conv2d', inputs: ['input'], shape: [2, 2, 2], params: [{}] },
  { name: 'fc', kind: 'dense', inputs: ['conv'], shape: [3], params: [{}] },
];
const TOP = [{ index: 2 }, { index: 0 }, { index: 1 }];

/** @param {object} [image] @param {object} [trace] */
const sceneOf = (image = { label: 'bird' }, trace = { prediction: { top: TOP, probabilities: [0.2, 0.1, 0.7] } }) => /** @type {any} */ ({
  network: { input: 'input', output: 'fc', nodes: NODES, labels: ['cat', 'dog', 'bird'] }, image, trace,
  activations: new Map([['fc', { data: Float32Array.of(1, -5, 2) }]]),
});

/** @param {Partial<import('../../static/types.d.ts').State>} state @param {any} [scene] */
function page(state, scene = sceneOf()) {
  const store = createStore({ ...DEFAULTS, network: 'net', image: 'cat', ...state });
  return { store, actions: createActions(store, () => scene) };
}

test('an objective is read as it is written, and said in the network’s own labels', () => {
  assert.deepEqual(objectiveOf('loss:2'), { kind: 'loss', index: 2 });
  assert.deepEqual(objectiveOf('unit:block1/conv@3,5,7'), { kind: 'unit', node: 'block1/conv', at: [3, 5, 7] });
  assert.equal(objectiveOf('loss'), null);
  const labels = ['cat', 'dog'];
  assert.deepEqual(['loss:1', 'logit:0', 'logit:7', 'unit:fc@3'].map((text) => said(text, labels)), ['loss for dog', 'logit of cat', 'logit of class 7', 'fc@3']);
});

test('the way back starts from the picture’s own label, else from what the network says, else from a number', () => {
  const start = (/** @type {any} */ scene, state = {}) => {
    const { store, actions } = page(state, scene);
    actions.turn();
    return [store.get().objective, store.get().show];
  };
  assert.deepEqual(start(sceneOf({ label: 'dog' })), ['loss:1', 'gradient']);
  assert.deepEqual(start(sceneOf({ label: null })), ['loss:2', 'gradient']);
  assert.deepEqual(start(sceneOf({ label: 'zebra' })), ['loss:2', 'gradient']);
  assert.deepEqual(start(sceneOf({ label: null }, { prediction: null })), ['unit:fc@1', 'gradient']);
  assert.deepEqual(start(sceneOf({ label: null }, { prediction: null }), { node: 'conv', at: [1, 0, 1] }), ['unit:conv@1,0,1', 'gradient']);
});

test('turned twice, the page is as before', () => {
  const { store, actions } = page({ t: 1.5 });
  const before = store.get();
  actions.turn();
  actions.turn();
  assert.deepEqual(store.get(), before);
});

test('while the bench asks about the loss and values are shown, backward shows gradients, forward leaves what is asked', () => {
  const { store, actions } = page({ node: 'conv', at: [0, 0, 0] });
  actions.setBench('check');
  const { objective } = store.get();
  assert.deepEqual([objective !== '', store.get().show], [true, 'value']);
  actions.turn();
  assert.deepEqual([store.get().objective, store.get().show], [objective, 'gradient']);
  actions.turn();
  assert.deepEqual([store.get().objective, store.get().show, store.get().bench], [objective, 'value', 'check']);
  actions.unselect();
  assert.deepEqual([store.get().objective, store.get().bench], ['', '']);
});

test('with gradients the pass goes on past the loss, a step for each layer, and ends at the input', () => {
  const { store, actions } = page({ objective: 'loss:1', show: 'gradient', t: 2 });
  const times = [];
  for (let k = 0; k < 3; k++) {
    actions.step(1);
    times.push(store.get().t);
  }
  assert.deepEqual(times, [3, 4, Infinity]); // the loss, fc, conv
  actions.step(-1);
  assert.equal(store.get().t, 4);
  actions.setShow('value');
  assert.equal(store.get().t, Infinity); // forward ends at 2
});

test('a class chosen is the label of the loss, and keeps what is shown', () => {
  const { store, actions } = page({});
  actions.chooseClass(1);
  assert.deepEqual([store.get().objective, store.get().show], ['loss:1', 'gradient']);
  actions.setShow('product');
  actions.chooseClass(0);
  assert.deepEqual([store.get().objective, store.get().show], ['loss:0', 'product']);
});

test('another cell, another network and another direction leave the weight', () => {
  const weight = { node: 'conv', param: 'weight', at: [0, 0, 0, 0] }, back = /** @type {const} */ ({ objective: 'loss:1', show: 'gradient', weight });
  for (const leave of /** @type {((a: import('../../static/types.d.ts').Actions) => void)[]} */ ([(a) => a.select('fc', [0]), (a) => a.setShow('value'), (a) => a.turn(), (a) => a.openNetwork('x')])) {
    const { store, actions } = page(back);
    leave(actions);
    assert.equal(store.get().weight, null);
  }
});

test('what the lens is to show has an address: the number, its gradient, a weight’s', () => {
  const at = { node: 'conv', at: [0, 1, 1] }, state = (/** @type {object} */ more) => /** @type {any} */ ({ ...DEFAULTS, ...at, ...more });
  assert.equal(lensAddress(state({})), 'conv@0,1,1');
  assert.equal(lensAddress(state({ objective: 'loss:1' })), 'conv@0,1,1');
  assert.equal(lensAddress(state({ objective: 'loss:1', show: 'product' })), '∂conv@0,1,1');
  assert.equal(lensAddress(state({ objective: 'loss:1', weight: { node: 'conv', param: 'bias', at: [1] } })), '∂conv.bias@1');
  assert.equal(lensAddress(state({ node: null, at: null })), '');
});

/** @param {number[][]} at @param {string} [of] @returns {any} */
const gathered = (at, of = 'gradient') => ({
  of, node: 'relu1', param: of === 'parameter' ? 'weight' : '', value: 0.25, products: at.map(() => 1), readers: [],
  operands: [{ name: 'dy', source: '∂conv2', shape: [at.length], values: at.map(() => 0.5), cells: [], at }, { name: 'w', source: 'conv2.weight', shape: [at.length], values: at.map(() => 0.5), cells: [], at: null }],
  steps: [{ label: 'channel 0', value: 0.25, total: 0.25 }], at: [0, 1, 2], picture: 'weighted_sum', marks: {},
});

test('terms that came back are grouped by the first axis along which they differ', () => {
  assert.deepEqual(groupsOf(gathered([[0, 4, 6], [0, 4, 7], [1, 4, 6], [1, 4, 7]])), [[0, 1], [2, 3]]);
  assert.deepEqual(groupsOf(gathered([[3, 0, 0], [3, 0, 1], [3, 1, 0]])), [[0, 1], [2]]);
  assert.deepEqual(groupsOf(gathered([[3, 0, 0]])), [[0]]);
  assert.deepEqual(groupsOf({ ...gathered([[0]]), products: null }), []);
});

test('the chain rule has three boxes: from the right, local, to the left or for the weights', () => {
  const [right, local, left] = boxes(gathered([[0, 4, 6], [1, 4, 6]]), '0.2500');
  assert.deepEqual([right.name, right.under, right.what], ['given from the right', '∂conv2', '2 numbers']);
  assert.deepEqual([local.over, local.under, local.what], ['∂conv2', '∂relu1', 'w of conv2']);
  assert.deepEqual([left.name, left.under, left.what], ['to the left', '∂relu1', '0.2500']);
  assert.deepEqual(boxes(gathered([[0, 4, 6]]), '0.2500').map(({ what }) => what), ['0.5000', 'w = 0.5000', '0.2500']);
  assert.equal(boxes(gathered([[0, 4, 6]], 'parameter'), '')[2].name, 'for the weights');
  assert.deepEqual(boxes({ ...gathered([[0]]), products: null }, ''), []);
});

test('a gradient is said as what would happen', () => {
  const e = { ...gathered([[0, 4, 6]]), readers: [{ node: 'conv2', count: 90 }] };
  assert.equal(gradientSentence(e, 'loss for cat'), 'Gradient of relu1, channel 0, row 1, column 2: 0.250. If it grew, the loss for cat would rise. '
    + 'The sum of 1 part; the largest is channel 0, 0.250. It comes back from 90 cells of conv2.');
  assert.match(gradientSentence({ ...e, value: -1, of: 'parameter', param: 'weight', at: [3, 0, 1, 1] }, 'logit of dog'), /^Gradient of relu1, weight 3, 0, 1, 1: minus 1.000. If it grew, the logit of dog would fall. /);
});

test('of few classes all can be chosen, of many the likeliest, and the selected number and what is chosen already', () => {
  const few = objectives({ ...DEFAULTS, node: 'fc', at: [2] }, sceneOf());
  assert.deepEqual(few, ['loss:0', 'loss:1', 'loss:2', 'logit:0', 'logit:1', 'logit:2', 'unit:fc@2']);
  const many = sceneOf({ label: null }, { prediction: { top: TOP, probabilities: Array(1000).fill(0.001) } });
  assert.deepEqual(objectives({ ...DEFAULTS, objective: 'loss:7' }, many), ['loss:2', 'loss:0', 'loss:1', 'logit:2', 'logit:0', 'logit:1', 'loss:7']);
});
