/** The way back: what shows gradients at which time, in which colours, and that a frame depends on t alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerCount, passEnd, returned, revealed, segmentsOf } from '../../static/anim/timeline.js';
import { activationScale, gradientScale } from '../../static/color/scales.js';
import { endOf, showOf } from '../../static/scene/back.js';
import { sceneLights, sceneMarks } from '../../static/scene/scene.js';
import { gather, through, windowOf } from '../../static/pictures/parts/gather.js';
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
  assert.deepEqual(labels.find((l) => l.key === 'bars')?.lines.map((l) => l.text), ['gradient of the loss: p − t, t = 1 at ✓']);
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
  assert.equal(text({}), `The loss for a one is ${loss}. Every number has its gradient.`);
  assert.match(text({ t: 3 }), /looks at a two/);
  assert.match(text({ show: 'value' }), /says/);
  const branches = backSceneOf('branches'), shared = branches.explanations.find((e) => e.steps.filter((/** @type {any} */ s) => s.label.startsWith('through ')).length > 1);
  assert.match(headline({ ...STATE, ...BACK, view: 'window', node: shared.node, at: shared.at }, { ...branches, backward: shared }).title.map((part) => part.text).join(''), /^(Two|Three) layers read it: what they send back adds up/);
});

test('of a picture whose label is not known it is said that the answer of the network stands in for it', () => {
  const scene = backSceneOf('chain'), { index, label } = /** @type {any} */ (scene.trace.prediction).top[0], objective = /** @type {any} */ ({ ...scene.objective, name: `loss:${index}` });
  const sub = (/** @type {string | null} */ own) => headline({ ...STATE, ...BACK, objective: objective.name }, { ...scene, objective, image: { ...scene.image, label: own } }).sub;
  assert.match(sub('two'), /^L = −log p: the probability of \w+, 0\.\d{3}, should be 1\./);
  for (const own of [null, 'a rocket']) assert.ok(sub(own).startsWith(`This picture has no label here: the network’s own answer, ${label}, is taken as the right one. L = −log p`), sub(own));
});

/** @param {any} scene @param {any} e @param {number} [width] @param {number} [height] */
const gathered = (scene, e, width = 976, height = 746) =>
  stageOf({ ...scene, backward: e, explanation: null }, { ...BACK, view: 'window', node: e.node, at: e.at }, width, height);

test('what gathers at a cell is what the engine says: channel by channel, gradient given × local gradient is its step', () => {
  let seen = 0;
  for (const name of NAMES) {
    const scene = backSceneOf(name);
    for (const e of scene.explanations) {
      const source = scene.network.nodes.find((n) => n.name === through(e));
      const window = source && windowOf(e, source);
      if (!window || e.steps.filter(({ label }) => label !== 'rounding').length !== window.channels.length) continue; // of one channel it is told row by row
      window.channels.forEach((c, k) => {
        const sum = (window.given.get(c) ?? []).reduce((total, g, i) => total + g * (window.local.get(c) ?? [])[i], 0);
        assert.ok(Math.abs(sum - e.steps[k].value) < 1e-4 * Math.max(1, Math.abs(sum)), `${e.address} ${c}`);
        for (const [i, cell] of (window.cells.get(c) ?? []).entries()) if (cell) assert.ok(Math.abs((window.given.get(c) ?? [])[i] - Number(scene.gradients?.get(source.name)?.data[(cell[0] * source.shape[1] + cell[1]) * source.shape[2] + cell[2]])) < 1e-4);
      });
      seen += 1;
    }
  }
  assert.ok(seen > 20);
});

test('of a filter with a stride, no output stands in the holes of the window', () => {
  const scene = backSceneOf('chain');
  const source = /** @type {any} */ (scene.network.nodes.find((n) => n.name === 'conv2'));
  const dy = { name: 'dy', source: '∂conv2', shape: [2], values: [0.5, 2], cells: [], at: [[0, 1, 1], [0, 3, 1]] };
  const window = windowOf(/** @type {any} */ ({ operands: [dy, { ...dy, name: 'w', at: null }] }), source);
  assert.deepEqual([window?.rows, window?.columns, window?.cells.get(0), window?.given.get(0)], [[1, 2, 3], [1], [[0, 1, 1], null, [0, 3, 1]], [0.5, 0, 2]]);
});

test('every gradient that is explained has a picture in every size, and its number stands there', () => {
  for (const name of NAMES) {
    const scene = backSceneOf(name);
    for (const e of scene.explanations) for (const [width, height] of SIZES) {
      const { frame, marks } = drawn(gathered(scene, e, width, height));
      const where = `${e.address} ${width}`;
      const numbers = JSON.stringify(marks, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? 'odd' : v));
      assert.ok(!numbers.includes('"odd"'), where);
      assert.ok(frame.labels.every((l) => Number.isFinite(l.x) && Number.isFinite(l.y)), where);
      assert.equal(new Set(frame.labels.map((l) => l.key)).size, frame.labels.length, where);
      if (width >= 632) assert.ok(frame.labels.some((l) => l.key === 'result'), where);
    }
  }
});

test('the sum runs from right to left, into the cell', () => {
  const scene = backSceneOf('chain');
  const e = scene.explanations.find((x) => x.node === 'pool1');
  const stage = gathered(scene, e);
  const source = /** @type {any} */ (stage.graph.byName.get('conv2'));
  const frame = gather({ stage, explanation: e, node: /** @type {any} */ (stage.graph.byName.get('pool1')), source, box: { x: 28, y: 216, w: 920, h: 510 } });
  const x = (/** @type {string} */ key) => frame.labels.find((l) => l.key === key)?.x ?? NaN;
  assert.deepEqual(frame.poses.get('conv2')?.only, [2, 1, 0]);
  assert.ok((frame.poses.get('pool1')?.x ?? NaN) < (frame.poses.get('conv2')?.x ?? NaN) && x('result') < x('slice 0'));
  const bars = frame.over.flatMap((m) => (m.kind === 'path' && m.closed && m.stroke === 'ink' && m.alpha === 0.85 ? [m.points[0][0]] : []));
  assert.ok(bars.length === 3 && bars[0] > bars[1] && bars[1] > bars[2]);
});

test('while time passes the look of the gradients stays the same one, and another objective has another', () => {
  const scene = backSceneOf('chain');
  const at = (/** @type {object} */ patch) => stageOf(scene, { ...BACK, ...patch }).back?.look;
  assert.equal(at({ t: 10 }), at({ t: 12 }));
  assert.notEqual(at({}), at({ range: 'network' }));
  assert.equal(at({ range: 'network' })?.range('conv1'), scene.objective?.ranges.network);
});

test('values times gradients are not called p − t', () => {
  const scene = backSceneOf('chain');
  const objective = /** @type {any} */ ({ ...scene.objective, of: 'product' });
  const { bars, labels } = VIEWS.overview(stageOf({ ...scene, objective }, { ...BACK, show: 'product' }));
  assert.ok(bars?.rows.every((row) => row.said === ''));
  const texts = labels.flatMap((l) => l.lines.map((line) => line.text));
  assert.ok(texts.includes('each logit × its gradient') && texts.includes('x·∂conv1') && !texts.some((text) => text.includes('p − t')));
});

test('an objective that is no loss is called by its name', () => {
  const scene = backSceneOf('chain');
  const text = (/** @type {string} */ name) => headline({ ...STATE, objective: name, show: 'gradient', t: 10 }, { ...scene, objective: /** @type {any} */ ({ ...scene.objective, name, value: -0.25 }) }).title[0].text;
  assert.equal(text('logit:2'), 'The logit of three is −0.250. ');
  assert.equal(text('unit:conv2@1,0,3'), 'conv2@1,0,3 is −0.250. ');
  const bare = { ...scene, trace: { ...scene.trace, prediction: null } }, sub = (/** @type {any} */ of, /** @type {object} */ state) => headline({ ...STATE, ...state }, of).sub;
  assert.match(sub({ ...bare, objective: /** @type {any} */ ({ ...scene.objective, name: 'unit:conv2@1,0,3' }) }, { objective: 'unit:conv2@1,0,3', show: 'gradient', t: 10 }), /^The network has no classes: the pass back starts from this one number\. /);
  const own = { ...bare, image: { ...scene.image, label: null, title: `${scene.network.title}: its input` } };
  assert.equal(headline(STATE, own).title[0].text, 'The network looks at its input.');
  assert.match(sub(own, {}), /from there to the last layer\.$/);
});
