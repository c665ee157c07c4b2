/** What-if edits are the same text as on the server; undo goes back over them; drawings lie where the numbers say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelled, namesOf } from '../../static/lab/batch.js';
import { whyNot } from '../../static/lab/hint.js';
import { verdict } from '../../static/lab/check.js';
import { differing, isDifference } from '../../static/lab/differing.js';
import { addressOf, chips, makerOf, parts, switched, text, withLearning, withNumber } from '../../static/lab/edits.js';
import { learningOf } from '../../static/lab/learn.js';
import { plot } from '../../static/lab/plot.js';
import { answer, consequences, eachLogit } from '../../static/lab/outcome.js';
import { signedThousandths } from '../../static/lens/digits.js';
import { targetOf } from '../../static/lab/target.js';
import { createUndo } from '../../static/lab/undo.js';
import { DEFAULTS } from '../../static/state/app.js';
import { createStore } from '../../static/state/store.js';
import { headline } from '../../static/views/headline.js';

const EDIT = 'conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4;learn=sgd,0.01,5,loss:3';
const any = (/** @type {unknown} */ value) => /** @type {any} */ (value);

test('edits in parts are the same text again, in one order', () => {
  assert.equal(text(parts(EDIT)), EDIT);
  assert.equal(text(parts('off=conv2@4;input@0,5,7=1.2;learn=sgd,0.01,5,loss:3;conv1.weight@3,0,1,1=0.5')), EDIT);
  assert.deepEqual(parts(''), { set: [], off: [], learn: null });
});

test('names that hold what separates survive', () => {
  const edit = withNumber('', addressOf('a;b=c@d%', [1]), -0.25);
  assert.equal(edit, 'a%3Bb%3Dc%40d%25@1=-0.25');
  assert.deepEqual(chips(edit).map(({ said }) => said), ['a;b=c@d% @1 = −0.25'.replace(' @', '@')]);
  const off = switched('', { node: 'a;b', channel: 2 });
  assert.deepEqual(parts(off).off, [{ node: 'a;b', channel: 2 }]);
});

test('a number is set, set again and let go; a channel is off and on; learning is last and goes with its steps', () => {
  const once = withNumber('off=conv2@4', 'fc.bias@1', 0.5);
  assert.equal(once, 'fc.bias@1=0.5;off=conv2@4');
  assert.equal(withNumber(once, 'fc.bias@1', 2), 'fc.bias@1=2;off=conv2@4');
  assert.equal(withNumber(once, 'fc.bias@1', null), 'off=conv2@4');
  assert.equal(switched(once, { node: 'conv2', channel: 4 }), 'fc.bias@1=0.5');
  const learn = { optimizer: 'adam', rate: '0.001', count: 2, objective: 'unit:conv2@3,5,7' };
  assert.equal(withLearning(once, learn), `${once};learn=adam,0.001,2,unit:conv2%403,5,7`);
  assert.deepEqual(parts(withLearning(once, learn)).learn, learn);
  assert.equal(withLearning(EDIT, { ...learn, count: 0 }), EDIT.split(';learn')[0]);
  assert.deepEqual(learningOf({ edit: '', objective: 'loss:3' }, { optimizer: 'sgd', rate: '0.1' }), { optimizer: 'sgd', rate: '0.1', count: 0, objective: 'loss:3' });
});

test('each chip takes its own change away', () => {
  assert.deepEqual(chips(EDIT).map(({ said }) => said), ['conv1.weight@3,0,1,1 = 0.5', 'input@0,5,7 = 1.2', 'conv2@4 off', '5 steps of plain descent, rate 0.01']);
  for (const { without } of chips(EDIT)) assert.equal(chips(without).length, 3);
});

test('undo goes back, redo forward, and steps of one number count as one', () => {
  const store = createStore(DEFAULTS), history = createUndo(store, any({ setEdit: (/** @type {string} */ edit) => store.set({ edit }) }));
  const seen = () => store.get().edit;
  for (const edit of ['fc.bias@1=1', 'fc.bias@1=2', 'fc.bias@1=3', 'fc.bias@1=3;off=conv2@4']) store.set({ edit });
  history.undo();
  assert.equal(seen(), 'fc.bias@1=3');
  history.undo();
  assert.equal(seen(), '');
  assert.deepEqual(history.can(), { undo: false, redo: true });
  history.redo();
  history.redo();
  assert.equal(seen(), 'fc.bias@1=3;off=conv2@4');
  history.undo();
  store.set({ edit: 'off=conv1@0' });
  assert.deepEqual(history.can(), { undo: true, redo: false });
});

const node = (/** @type {string} */ name, /** @type {string} */ kind, /** @type {string[]} */ inputs, /** @type {number[]} */ shape, params = ['weight', 'bias']) =>
  ({ name, kind, inputs, shape, params: /conv|dense/.test(kind) ? params.map((one) => ({ name: one, shape: [1], count: 1 })) : [] });
const SCENE = any({
  network: { labels: ['cat', 'dog'], nodes: [node('input', 'input', [], [3, 8, 8]), node('conv', 'conv2d', ['input'], [4, 8, 8]), node('relu', 'relu', ['conv'], [4, 8, 8]),
    node('pool', 'max_pool2d', ['relu'], [4, 4, 4]), node('flatten', 'flatten', ['pool'], [64]), node('fc', 'dense', ['flatten'], [2])] },
  trace: { prediction: { probabilities: [0.75, 0.25], logits: [1, -1.5] }, ranges: { node: {}, group: {}, network: 9 } }, activations: new Map([['conv', 'old']]), edit: 'off=conv@1',
  change: { prediction: { probabilities: [-0.125, 0.125], logits: [-1, 0.5] }, ranges: { node: {}, group: {}, network: 2 }, tensors: new Map([['conv', 'changed']]) },
});

test('the filter behind a map is the one of the layer that makes it, through relu and pool, not through flatten', () => {
  assert.deepEqual(makerOf(SCENE, 'pool', 3), { node: 'conv', channel: 3 });
  assert.deepEqual(makerOf(SCENE, 'conv', 0), { node: 'conv', channel: 0 });
  assert.deepEqual(makerOf(SCENE, 'fc', 1), { node: 'fc', channel: 1 });
  assert.equal(makerOf(SCENE, 'flatten', 3), null);
  assert.equal(makerOf(SCENE, 'input', 0), null);
});

test('the bench is about the number that the lens shows', () => {
  const at = (/** @type {Partial<import('../../static/types.d.ts').State>} */ state) => targetOf({ ...DEFAULTS, ...state }, SCENE);
  assert.deepEqual(at({ node: 'input', at: [0, 5, 7] }), { address: 'input@0,5,7', given: true, learnt: false, maker: null });
  assert.deepEqual(at({ node: 'pool', at: [2, 1, 1] }), { address: 'pool@2,1,1', given: false, learnt: false, maker: { node: 'conv', channel: 2 } });
  const weight = { node: 'conv', param: 'weight', at: [3, 0, 1, 1] };
  assert.deepEqual(at({ node: 'pool', at: [2, 1, 1], weight, objective: 'loss:1' }), { address: 'conv.weight@3,0,1,1', given: true, learnt: true, maker: { node: 'conv', channel: 3 } });
  assert.equal(at({}), null);
});

test('differences take the place of values in the pictures of the network, with colours of their own', () => {
  const state = { ...DEFAULTS, edit: 'off=conv@1', difference: true }, shown = differing(state, SCENE);
  assert.equal(any(shown.activations.get('conv')), 'changed');
  assert.equal(shown.trace.ranges.network, 2);
  assert.equal(shown.difference, true);
  assert.notEqual(shown.edit, SCENE.edit);
  assert.equal(differing(state, SCENE), shown);
  for (const other of [{ difference: false }, { view: /** @type {const} */ ('window') }, { objective: 'loss:0', show: /** @type {const} */ ('gradient') }]) assert.equal(isDifference({ ...state, ...other }, SCENE), false);
});

test('the headline says that differences are shown, and no longer what values mean', () => {
  const state = { ...DEFAULTS, edit: 'off=conv@1', difference: true, view: /** @type {const} */ ('maps') };
  assert.equal(headline(state, SCENE).title.map(({ text: said }) => said).join(''), 'What if: what your change changes.');
  assert.match(headline({ ...state, difference: false }, SCENE).title.map(({ text: said }) => said).join(''), /feature map/);
});

test('of a change are told: what the network said and says, the right class, those that changed most, and each logit', () => {
  assert.deepEqual(consequences(SCENE)[0], { label: 'cat', probability: '0.750 (−0.125)', logit: 'logit by −1.000' });
  assert.equal(answer(SCENE), 'still cat');
  const labels = ['cat', 'dog', 'frog', 'ship', 'car'], five = { ...SCENE, network: { ...SCENE.network, labels }, image: { label: 'car' },
    trace: { prediction: { probabilities: [0.2, 0.4, 0.2, 0.1, 0.1], logits: [1, 2, 1, 0, 0] } }, change: { prediction: { probabilities: [-0.3, 0.1, 0.15, 0.05, 0], logits: [-2, 0.5, 1, 0.5, 0] } } };
  assert.equal(answer(five), 'was cat, now dog');
  assert.deepEqual(consequences(five).map(({ label }) => label), ['dog', 'cat', 'car']);
  assert.deepEqual(eachLogit(five).map(({ label, now, change }) => `${label} ${now} ${change}`), ['cat 1.000 −2.000', 'dog 2.000 +0.500', 'frog 1.000 +1.000', 'ship 0.000 +0.500', 'car 0.000 0.000']);
  assert.deepEqual([signedThousandths(-Infinity), signedThousandths(0.0004)], ['−∞', '0.000']);
});

test('a batch is of pictures whose label the network knows, the shown one among them, and never too many', () => {
  const images = any(Array.from({ length: 70 }, (_, k) => ({ id: `p${k}`, title: '', label: k % 2 ? 'dog' : k === 4 ? null : 'cat' })));
  const found = labelled(images, ['cat', 'dog'], 'p69', 80);
  assert.equal(found.length, 64);
  assert.deepEqual(found[63], { id: 'p69', title: '', label: 1 });
  assert.ok(!found.some(({ id }) => id === 'p4'));
  assert.deepEqual(labelled(images, ['truck'], 'p0', 64), []);
  assert.equal(labelled(images, ['cat', 'dog'], 'p19', 5).length, 5);
});

test('in a batch pictures of one label are told apart', () => {
  const examples = any([{ image: 'a', label: 0 }, { image: 'b', label: 0 }, { image: 'c', label: 1 }, { image: 'd', label: 7 }]);
  const page = { labels: ['cat', 'dog'], titles: new Map([['a', 'Cat, a photograph'], ['b', 'Cat, drawn'], ['c', 'Dog, drawn']]) };
  assert.deepEqual(namesOf(examples, page), ['cat, photograph', 'cat, drawn', 'dog', 'class 7']);
});

test('a curve, its tangent and its dots share one scale', () => {
  const { curve, dots, ends } = plot([[0, 1], [1, 3], [2, 2]], [[0, 1], [2, 3]], [[1, 3]]);
  assert.deepEqual(ends, { x: [0, 2], y: [1, 3] });
  assert.ok(curve.split('L')[1] === dots[0].map((v) => v.toFixed(2)).join(' '));
  const flat = plot([[0, 5], [1, 5]], [], [[0, 5]]);
  assert.ok(Number.isFinite(flat.dots[0][1]));
  assert.deepEqual([flat.flat, flat.ends.y], [true, [5, 5]]); // no range that was not measured
  assert.deepEqual(plot([[0, NaN], [1, 2]], [], []).ends.y, [2, 2]);
});

test('a check is told in words: agreement, a kink and where it is, a difference', () => {
  const check = any({ verdict: 'agrees', kinks: [], relative_error: 1.4e-7, analytic: 0.5 });
  assert.equal(verdict(check), 'They agree, but for 1.4\u00a0×\u00a010⁻⁷ of their size.');
  const kinks = [{ node: 'relu2', kind: 'relu', source: 'conv2', at: [3, 5, 7] }, { node: 'pool1', kind: 'max_pool2d', source: 'relu2', at: [1, 2, 3] }];
  assert.match(verdict({ ...check, verdict: 'kink', kinks }), /^A kink: relu2@3,5,7 flips; pool1 chooses another number than relu2@1,2,3 within ±ε\./);
  assert.match(verdict({ ...check, verdict: 'differs' }), /^They differ/);
  assert.match(verdict({ ...check, analytic: 0 }), /the slope is 0/);
});

test('a key that has nothing to work on says why, and what to select', () => {
  const why = (/** @type {'e' | 'x'} */ key, /** @type {Partial<import('../../static/types.d.ts').State>} */ state) => whyNot(key, { ...DEFAULTS, ...state }, SCENE);
  const weight = { weight: { node: 'conv', param: 'weight', at: [3, 0, 1, 1] }, objective: 'loss:1' };
  assert.deepEqual([why('e', weight), why('x', weight), why('e', { node: 'input', at: [0, 1, 1] }), why('x', { node: 'pool', at: [2, 1, 1] })], [null, null, null, null]);
  assert.match(String(why('e', { node: 'pool', at: [2, 1, 1] })), /^pool@2,1,1 is computed, it cannot be set\. Click a pixel of the input; or, in the lens .* the second factor of a product/);
  assert.match(String(why('e', {})), /^E sets a number/);
  assert.match(String(why('x', {})), /^X switches a map off/);
  assert.match(String(why('x', { node: 'flatten', at: [3] })), /^No one filter makes flatten@3/);
  assert.match(String(why('x', { node: 'input', at: [0, 1, 1] })), /^The input has no filter/);
});
