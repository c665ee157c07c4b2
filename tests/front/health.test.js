/** Bars of gradients are as long as their powers of ten, stand on the way back, and what is wrong is said with its reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthOf, placed, spanOf, strengthMarks } from '../../static/health/bars.js';
import { health } from '../../static/health/words.js';
import { graphOf } from '../../static/model/graph.js';
import { rulerOf } from '../../static/scene/silhouette.js';
import { backSceneOf } from './stage_scenes.js';

const scene = backSceneOf('chain'), graph = graphOf(scene.network), ROOM = { width: 900, height: 76, small: false };
const weighted = new Set(scene.network.nodes.filter((node) => node.params.length).map((node) => node.name));
const strengths = graph.nodes.map(({ name }, k) => ({ name, norm: 10 ** (k - 6), params: weighted.has(name) ? { weight: 1 } : {}, verdict: /** @type {'' | 'fades'} */ (''), reason: '' }));

test('a tenth of the strongest gradient is half a bar, a hundredth none, and nothing that is no number is drawn', () => {
  assert.deepEqual([1, 0.1, 0.01, 1e-9, 0, NaN].map((norm) => Math.round(lengthOf(norm, { most: 1, powers: 2 }) * 100) / 100), [1, 0.5, 0, 0, 0, 0]);
});

test('beside one gradient that is ten thousand times as strong the others are still told apart', () => {
  const norms = [1.15, 4.69, 16.8, 43100, 0, Infinity], span = spanOf(norms);
  assert.deepEqual(span, { least: 1.15, most: 43100, powers: 5 });
  const [a, b, c, d] = norms.map((norm) => lengthOf(norm, span));
  assert.ok(a > 0.05 && b > a + 0.1 && c > b + 0.1 && d === 1);
  assert.deepEqual([spanOf([0.5, 1]).powers, spanOf([1e-30, 1]).powers, spanOf([0, NaN]).powers], [2, 12, 2]);
});

test('each layer has one bar, right of the loss, the last layer first, and none on a phone', () => {
  const all = placed(graph, strengths, ROOM), middle = rulerOf(graph, ROOM).middle;
  assert.deepEqual(all.map(({ strength }) => strength.name), graph.nodes.filter((node) => node.inputs.length).map((node) => node.name).reverse());
  assert.ok(all.every(({ x }, k) => x > middle && x < ROOM.width && (k === 0 || x > all[k - 1].x)));
  assert.equal(strengthMarks(graph, strengths, ROOM).length, all.length + 1);
  assert.deepEqual(strengthMarks(graph, strengths, { ...ROOM, small: true }), []);
});

test('who fades is named with the numbers of the engine, and dead maps are counted', () => {
  const reason = 'A gradient of conv1 is 1e-06 on average, one of fc 0.1: 1e-05 times as much.';
  const faded = strengths.map((one) => (one.name === 'conv1' ? { ...one, verdict: /** @type {'fades'} */ ('fades'), reason } : one));
  const flows = [{ name: 'relu1', maps: 4, dead: [0, 3], saturated: null }];
  const said = health({ ...scene, trace: { ...scene.trace, flows } }, faded);
  assert.equal(said.badge, 'fades at conv1');
  assert.equal(said.reason, `${reason} 2 maps let no gradient through for this picture: relu1 0, 3.`);
  assert.equal(health(scene, strengths).badge, '');
});
