/** The letters of a formula have the colours of their numbers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backSceneOf, sceneOf, stageOf } from './stage_scenes.js';

Object.assign(globalThis, { matchMedia: () => ({ matches: false, addEventListener() {} }) });
const { lookAt } = await import('../../static/lens/context.js'), { paints } = await import('../../static/lens/letters.js');

/** @param {string} name @param {string} address @param {boolean} [back] */
function viewOf(name, address, back = false) {
  const scene = /** @type {any} */ (back ? backSceneOf(name) : sceneOf(name)), e = scene.explanations.find((/** @type {any} */ one) => one.address === address);
  const { state } = stageOf(scene, { view: 'window', node: e.node, at: e.at, theme: 'light' }, 976, 746);
  return { e, view: lookAt(/** @type {any} */ ({ ...scene, [back ? 'backward' : 'explanation']: e }), state, e) };
}
/** @param {ReturnType<typeof paints>} found @param {string} letter */
const valueOf = (found, letter) => found.get(letter)?.value;

test('x and w have the colours of the product at work, y that of the sum so far, b that of its bar', () => {
  const { e, view } = viewOf('chain', 'conv2@1,1,1'), [x, w] = e.operands, at = paints({ ...view, added: 5 }, 0, 0.25);
  assert.deepEqual([valueOf(at, 'x'), valueOf(at, 'w'), valueOf(at, 'y')], [x.values[4], w.values[4], 0.25]);
  const bias = e.steps.find((/** @type {any} */ { label }) => label === 'bias');
  assert.equal(Math.sign(valueOf(at, 'b') ?? 0), Math.sign(bias.value));
});

test('where all products are shown, x and w have the colours of the heaviest of the opened row', () => {
  const { e, view } = viewOf('chain', 'conv2@1,1,1'), [x, w] = e.operands, size = e.products.length / e.operands[0].cells[0].length;
  for (const open of [0, 2]) {
    const part = e.products.slice(open * size, (open + 1) * size).map(Math.abs), k = open * size + part.indexOf(Math.max(...part)), found = paints(view, open, e.value);
    assert.deepEqual([valueOf(found, 'x'), valueOf(found, 'w'), valueOf(found, 'y')], [x.values[k], w.values[k], e.value]);
  }
});

test('on the way back ∂L/∂y and ∂L/∂x have the colours of gradients, and w that of a weight', () => {
  const { e, view } = viewOf('chain', '∂pool1@2,2,2', true) ?? {}, found = paints(view, 0, e.value);
  assert.deepEqual([...found.keys()].sort(), ['w', '∂x', '∂y']);
  assert.equal(found.get('∂y')?.scale, view.scale);
  assert.notEqual(found.get('w')?.scale, view.scale);
});

test('where one number is read, x is it; of a max pool x is the winner', () => {
  const relu = viewOf('chain', sceneOf('chain').explanations.find((/** @type {any} */ { node }) => node === 'relu1').address);
  assert.equal(valueOf(paints(relu.view, null, relu.e.value), 'x'), relu.e.operands[0].values[0]);
  const pool = viewOf('chain', sceneOf('chain').explanations.find((/** @type {any} */ { node }) => node === 'pool1').address);
  assert.equal(valueOf(paints(pool.view, null, pool.e.value), 'x'), pool.e.value);
});
