/** The way back: what shows gradients at which time, in which colours, and that a frame depends on t alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerCount, passEnd, returned, revealed, segmentsOf } from '../../static/anim/timeline.js';
import { activationScale, gradientScale } from '../../static/color/scales.js';
import { endOf, showOf } from '../../static/scene/back.js';
import { sceneLights, sceneMarks } from '../../static/scene/scene.js';
import { rulerOf, silhouette } from '../../static/scene/silhouette.js';
import { headline } from '../../static/views/headline.js';
import { VIEWS } from '../../static/views/index.js';
import { backSceneOf, NAMES, sceneOf, STATE, stageOf } from './stage_scenes.js';

/** @import { Mark, Stage } from '../../static/stage.d.ts' */

const BACK = /** @type {const} */ ({ objective: 'loss:0', show: 'gradient' });
const SIZES = [[1372, 746], [976, 746], [632, 614], [390, 712]];
/** @param {string} name @param {object} [patch] @param {number} [width] @param {number} [height] */
const back = (name, patch = {}, width, height) => stageOf(backSceneOf(name), { ...BACK, ...patch }, width, height);
/** @param {Stage} stage */
function drawn(stage) {
  const frame = VIEWS[stage.state.view](stage);
  const { graph, look, state } = stage;
  const shown = { graph, look, back: stage.back, reveal: (/** @type {string} */ node) => revealed(graph, node, state.t), waiting: 1 };
  return { frame, marks: [...frame.under, ...sceneLights(shown, frame.poses), ...sceneMarks(shown, frame.poses, frame.lit, false), ...frame.over] };
}
/** @param {Mark[]} marks @returns {string[]} */
const keys = (marks) => marks.flatMap((m) => (m.kind === 'image' ? [m.picture.key] : m.kind === 'group' ? keys(m.marks) : []));

test('a gradient is whole when the first layer that reads its node has been passed backward', () => {
  const { graph } = back('branches');
  const count = layerCount(graph);
  for (const { node, pass, to } of segmentsOf(graph)) {
    if (pass !== 'backward') continue;
    for (const input of graph.byName.get(node)?.inputs ?? []) {
      const first = graph.nodes.find((n) => n.inputs.includes(input))?.name;
      if (input !== graph.logits) assert.equal(returned(graph, input, to) >= 1, first === node || returned(graph, input, to - 1) >= 1, `${input} after ${node}`);
    }
  }
  assert.equal(returned(graph, 'act', 2 * count - 3), 0); // three layers read it, one after the other
  assert.equal(returned(graph, 'score', count + 0.25), 0.25);
  assert.equal(returned(graph, 'input', 2 * count + 1), 1);
});

test('nothing has come back while the pass goes forward, and everything at its end', () => {
  for (const name of NAMES) {
    const { graph } = back(name);
    const count = layerCount(graph);
    for (const { name: node } of graph.nodes) {
      assert.equal(returned(graph, node, count), 0);
      assert.equal(returned(graph, node, passEnd(count, true)), 1);
      assert.equal(returned(graph, node, Infinity), 1);
    }
  }
});

test('without gradients, or with values asked for, the pass ends at the loss and shows values', () => {
  const [plain, with_] = [sceneOf('chain'), backSceneOf('chain')];
  assert.equal(showOf({ ...STATE, ...BACK }, plain), 'value');
  assert.equal(showOf({ ...STATE, ...BACK, show: 'value' }, with_), 'value');
  assert.deepEqual([endOf({ ...STATE, ...BACK }, plain), endOf({ ...STATE, ...BACK, show: 'value' }, with_), endOf({ ...STATE, ...BACK }, with_)], [8, 8, 17]);
  assert.equal(back('chain', { t: 7 }).back, null);
});

test('what shows at t does not depend on what was shown before', () => {
  for (const view of /** @type {const} */ (['overview', 'maps'])) {
    const at = (/** @type {number} */ t) => JSON.stringify([drawn(back('chain', { t, view })), silhouette(back('chain').graph, { width: 800, height: 76, small: false }, t, activationScale('light'), { scale: gradientScale('light'), shown: true })]);
    const times = Array.from({ length: 16 }, (_, k) => (k * 71) % 171 / 10);
    const inOrder = new Map([...times].sort((a, b) => a - b).map((t) => [t, at(t)]));
    for (const t of times) assert.equal(at(t), inOrder.get(t), `${view} ${t}`);
  }
});

test('right of the wave stand gradients, left of it dimmed values, and both in the volume that it is in', () => {
  const stage = back('chain', { t: 8 + 1 + 3.5 }); // through softmax, fc, flatten, and half of relu2
  const { marks } = drawn(stage);
  const shows = (/** @type {string} */ node, /** @type {string[]} */ of) => ({ value: of.some((k) => k.startsWith('chain random ' + node)), gradient: of.some((k) => k.includes(`gradient loss:0`) && k.includes(` ${node} `)) });
  const of = keys(marks);
  assert.deepEqual(shows('relu2', of), { value: false, gradient: true });
  assert.deepEqual(shows('conv2', of), { value: true, gradient: true });
  assert.deepEqual(shows('pool1', of), { value: true, gradient: false });
  const clear = keys(marks.filter((m) => m.kind !== 'group' || m.alpha === 1));
  assert.equal(shows('pool1', clear).value, false);
});

test('every number of every volume is painted in the colours of its gradient, within the range of its group', () => {
  for (const view of /** @type {const} */ (['overview', 'maps'])) {
    const stage = back('branches', { view });
    const scene = backSceneOf('branches');
    const scale = gradientScale('light');
    for (const node of stage.graph.nodes) {
      const tensor = scene.gradients?.get(node.name);
      const { width, height, data } = /** @type {any} */ (stage.back).look.picture(node.name, 'map', 0).pixels();
      const range = scene.objective?.ranges.group[node.range_group] || 1;
      if (tensor && tensor.shape.length === 3) assert.deepEqual([...data], [...scale.paint(tensor.data.slice(0, width * height), range)], node.name);
    }
    assert.ok(keys(drawn(stage).marks).every((key) => key.startsWith('gradient loss:0 ')), view);
  }
});

test('what shows gradients says so without a hue: ∂ before its name, and ticks at its left', () => {
  for (const [width, height] of SIZES) for (const view of /** @type {const} */ (['overview', 'maps'])) {
    const { frame, marks } = drawn(back('chain', { view }, width, height));
    const names = frame.labels.flatMap((l) => l.lines.filter((x) => x.look === 'name').map((x) => x.text));
    assert.ok(names.length > 3 && names.every((name) => name.startsWith('∂')), `${view} ${width}: ${names}`);
    assert.ok(marks.filter((m) => m.kind === 'path' && m.dash !== null && m.stroke === 'ink').length >= frame.poses.size);
  }
  const half = VIEWS.overview(back('chain', { t: 12.5 })).labels.flatMap((l) => l.lines.map((x) => x.text));
  assert.ok(half.includes('∂relu2') && half.includes('pool1') && !half.includes('∂pool1'));
});

test('the lines of the flow point to where gradients go', () => {
  for (const [width, height] of SIZES) {
    const lines = (/** @type {Stage} */ stage) => VIEWS.overview(stage).under.filter((m) => (m.kind === 'curve' || m.kind === 'path') && m.head);
    const [on, home] = [lines(stageOf(sceneOf('chain'), {}, width, height)), lines(back('chain', {}, width, height))];
    const tips = (/** @type {any[]} */ marks) => marks.map((m) => [m.points[0], m.points[m.points.length - 1]].map((p) => p.map(Math.round).join()));
    const turned = tips(on).map(([a, b]) => [b, a].join());
    const found = tips(home).map((ends) => ends.join());
    assert.ok(turned.filter((ends) => found.includes(ends)).length >= 4, String(width));
  }
});

test('where the probabilities stood stands the gradient of the logits: p − t', () => {
  const scene = backSceneOf('chain');
  const { bars, labels } = VIEWS.overview(back('chain'));
  const p = scene.trace.prediction?.probabilities ?? [];
  assert.equal(bars?.rows.length, 3);
  bars?.rows.forEach((row, k) => {
    assert.equal(row.value, scene.gradients?.get('fc')?.data[k]);
    assert.ok(Math.abs(row.value - (p[k] - Number(k === 0))) < 1e-4);
    assert.equal(row.said, `${p[k].toFixed(3)} − ${Number(k === 0)}`);
  });
  assert.equal(bars?.rows[0].look, 'label');
  assert.deepEqual(labels.find((l) => l.key === 'bars')?.lines.map((l) => l.text), ['gradient of the loss: p − t']);
  assert.equal(VIEWS.overview(back('chain', { t: 8.5 })).bars?.range, null);
});

test('a place on the timeline and its time are inverse to one another, through the loss and back', () => {
  const ruler = rulerOf(back('chain').graph, { width: 700, height: 76, small: false });
  for (let t = 0; t <= 17; t += 0.25) assert.ok(Math.abs(ruler.t(ruler.x(t), true) - t) < 1e-9, String(t));
  assert.deepEqual([ruler.t(-100, true), ruler.t(9999, true), ruler.t(9999)], [0, 17, 8]);
});

test('the headline tells what the loss is, and what has become of it', () => {
  const scene = backSceneOf('chain');
  const text = (/** @type {object} */ patch) => headline({ ...STATE, ...BACK, ...patch }, scene).title.map((part) => part.text).join('');
  const loss = scene.objective?.value.toFixed(3);
  assert.equal(text({ t: 10 }), `The loss for a one is ${loss}. Gradients flow back.`);
  assert.equal(text({}), `The loss for a one is ${loss}. Every number knows what it did to it.`);
  assert.match(text({ t: 3 }), /looks at a two/);
  assert.match(text({ show: 'value' }), /says/);
});
