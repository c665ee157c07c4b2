/** Moving in: products with their numbers, the camera with the pass, volumes that open as they are made; and what new pictures show is what anybody would compute. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { arriving } from '../../static/anim/arrival.js';
import { timeOf } from '../../static/anim/windows.js';
import { liveTerm } from '../../static/lens/operands.js';
import { sceneMarks } from '../../static/scene/scene.js';
import { slicesOf } from '../../static/scene/slices.js';
import { isSeen, layerOf } from '../../static/views/follow.js';
import { VIEWS } from '../../static/views/index.js';
import { maps } from '../../static/views/maps.js';
import { revealing } from '../../static/views/setting.js';
import { backSceneOf, explained, sceneOf, stageOf } from './stage_scenes.js';

/** px of the stage: a wide one, a phone's. */
const ROOMY = /** @type {[number, number]} */ ([976, 746]), PHONE = /** @type {[number, number]} */ ([390, 372]);
const VIEW = /** @type {const} */ (['overview', 'window', 'maps', 'window']);

/** @param {any} frame @param {string} key @returns {string | undefined} */
const text = (frame, key) => frame.labels.find((/** @type {any} */ l) => l.key === key)?.lines[0].text;
/** A printed number. @param {string} printed */
const number = (printed) => Number(printed.replace('−', '-').replace('+', ''));
/** The same with a power of ten. @param {string} printed */
const valueOf = (printed) => {
  const [digits, power] = printed.split(' × 10');
  return number(digits) * 10 ** Number((power ?? '⁰').replace('⁻', '-').replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit))));
};
/** A printed number is the true one in the digits that it has. @param {string | undefined} printed @param {number} truth @param {string} [what] */
function shows(printed = 'nothing', truth, what = '') {
  const unit = 10 ** -(printed.split('.')[1] ?? '').length;
  assert.ok(Math.abs(number(printed) - truth) <= 0.6 * unit + 1e-4, `${what} ${printed} for ${truth}`);
}

/** A number of a scene, `added` of its terms added. @param {string} name @param {string} address @param {number} added @param {number} terms @param {[number, number]} [size] */
function atTerm(name, address, added, terms, size = [976, 746]) {
  const scene = sceneOf(name), e = scene.explanations.find((one) => one.address === address), node = scene.network.nodes.find((one) => one.name === e.node);
  const end = /** @type {number} */ (timeOf(scene.network, e.node, e.at, false)), n = Number(node?.shape.reduce((a, b) => a * b, 1));
  const state = { view: /** @type {const} */ ('window'), grain: /** @type {const} */ ('term'), node: e.node, at: e.at, t: end - (1 - added / terms) / n };
  return { e, frame: VIEWS.window(stageOf({ ...scene, explanation: e }, state, ...size)) };
}

test('product by product a convolution shows the channel, the product and the sum so far that anybody would compute', () => {
  for (const [size, added] of [ROOMY, PHONE].flatMap((size) => [1, 5, 9, 10, 18, 36].map((added) => /** @type {const} */ ([size, added])))) {
    const { e, frame } = atTerm('chain', 'conv2@1,1,1', added, 37, size), [x, w] = e.operands, k = added - 1;
    const products = x.values.map((/** @type {number} */ value, /** @type {number} */ n) => value * w.values[n]);
    const [first, second, product] = (text(frame, 'product') ?? '').split(/ × | = /);
    for (const [shown, truth] of /** @type {[string, number][]} */ ([[first, x.values[k]], [second, w.values[k]], [product, products[k]]])) shows(shown, truth, `term ${added}`);
    shows(text(frame, 'result'), products.slice(0, added).reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0), `after ${added}`);
    assert.equal(frame.poses.get('pool1')?.front, Math.floor(k / 9));
  }
  for (const size of [ROOMY, PHONE]) {
    const { e, frame } = atTerm('chain', 'conv2@1,1,1', 37, 37, size);
    assert.equal(text(frame, 'product'), undefined);
    shows(text(frame, 'result'), e.value);
    frame.labels.forEach(({ key, x, y }) => assert.ok(x >= 0 && x <= size[0] && y <= frame.height, `${key} ${x} ${y}`));
  }
});

test('on the way back the picture collects what the lens adds: product by product the sum so far, and at the end the gradient', () => {
  const scene = backSceneOf('chain');
  for (const [node, adds] of /** @type {[string, number[]][]} */ ([['pool1', [1, 2]], ['input', Array.from({ length: 40 }, (_, k) => k + 1)], ['flatten', [1, 2]]])) {
    const e = scene.explanations.findLast((/** @type {any} */ one) => one.node === node), count = e.products.length, n = scene.network.nodes.find((/** @type {any} */ one) => one.name === node).shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    const end = /** @type {number} */ (timeOf(scene.network, node, e.at, true));
    for (const added of [...adds.filter((k) => k < count), count]) {
      const state = { view: /** @type {const} */ ('window'), grain: /** @type {const} */ ('term'), node, at: e.at, t: end - (1 - added / count) / n, objective: 'loss:0', show: /** @type {const} */ ('gradient') };
      const frame = VIEWS.window(stageOf({ ...scene, backward: e }, state, ...ROOMY)), result = frame.labels.find(({ key }) => key === 'result')?.lines ?? [];
      const sum = e.products.slice(0, added).reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
      assert.ok(Math.abs(valueOf(result[0].text) - sum) <= 1e-3 * Math.max(...e.steps.map((/** @type {any} */ step) => Math.abs(step.value))), `${node} ${added}: ${result[0].text} ${sum}`);
      const steps = frame.labels.filter(({ key }) => key.startsWith('step ')).map(({ lines }) => valueOf(lines[0].text));
      if (node !== 'flatten') assert.ok(Math.abs(steps.reduce((a, b) => a + b, 0) - sum) <= 3e-3 * Math.max(...e.steps.map((/** @type {any} */ step) => Math.abs(step.value))), `${added}: ${steps} ${sum}`);
      assert.equal(result[1].text, added < count ? 'so far' : `∂${node}@${e.at.join(',')}`);
    }
  }
});

test('product by product the picture is another than window by window, so that it is moved to', () => {
  const scene = sceneOf('chain'), e = scene.explanations.find((one) => one.address === 'conv2@1,1,1');
  const key = (/** @type {'window' | 'term'} */ grain) => VIEWS.window(stageOf({ ...scene, explanation: e }, { view: 'window', grain, node: e.node, at: e.at }, 976, 746)).key;
  assert.notEqual(key('term'), key('window'));
});

test('of a long row the loupe shows the product at work and those beside it, and of the products only those that are added', () => {
  const { e, frame } = atTerm('chain', 'fc@1', 7, 13), [x, w] = e.operands;
  assert.equal(text(frame, 'loupe place'), 'input 6');
  const most = frame.labels.filter(({ key }) => /^loupe 0 \d/.test(key)).length, first = Math.min(x.values.length - most, 6 - Math.floor(most / 2));
  assert.ok(most >= 5);
  for (let k = first; k < first + most; k++) {
    const product = text(frame, `loupe 2 ${k - first}`);
    shows(text(frame, `loupe 0 ${k - first}`), x.values[k]);
    shows(text(frame, `loupe 1 ${k - first}`), w.values[k]);
    assert.equal(product === undefined, k > 6, `product ${k}`);
    if (product) shows(product, x.values[k] * w.values[k]);
  }
});

test('a norm across channels shows each number that it reads, and steps that follow from them', () => {
  const scene = sceneOf('branches'), [e] = scene.explanations.filter((one) => one.address === 'lrn@4,1,2'), frame = VIEWS.window(explained(scene, e));
  const map = scene.activations.get('concat'), shape = /** @type {number[]} */ (map?.shape), read = [3, 4, 5].map((c) => Number(map?.data[(c * shape[1] + 1) * shape[2] + 2]));
  read.forEach((value, k) => shows(text(frame, `cell ${k + 3}`), value));
  shows(text(frame, 'step value 1'), read.reduce((sum, value) => sum + value * value, 0));
  const outside = scene.explanations.find((one) => one.address === 'lrn@0,0,0');
  assert.deepEqual(VIEWS.window(explained(scene, outside)).labels.flatMap(({ key }) => (/^cell/.test(key) ? [key] : [])), ['cell 0', 'cell 1']);
});

test('a concatenation shows all of its inputs, the one that the number comes from lit, where its channels begin', () => {
  const scene = sceneOf('branches'), e = scene.explanations.find((one) => one.address === 'concat@4,1,2'), frame = VIEWS.window(explained(scene, e));
  assert.deepEqual(['mean', 'largest', 'concat'].map((name) => (frame.poses.get(name)?.alpha ?? 0) < 1), [true, false, false]);
  assert.equal(text(frame, 'place'), '4 + 0 = 4');
  const source = scene.activations.get('largest'), shape = /** @type {number[]} */ (source?.shape);
  shows(text(frame, 'result'), Number(source?.data[shape[2] + 2]));
});

test('sought at 200 times in any order the marks are those of playing', () => {
  const scene = sceneOf('chain'), e = scene.explanations.find((one) => one.address === 'conv2@1,1,1');
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const times = Array.from({ length: 200 }, (_, k) => ({ t: random() * 8.5, view: VIEW[k % 4] }));
  const at = (/** @type {typeof times[number]} */ { t, view }) => {
    const near = view === 'window', inside = near ? 3 + t / 8.5 : t;
    const stage = stageOf({ ...scene, explanation: e }, { view, t: inside, ...(near ? { grain: /** @type {const} */ ('term'), node: e.node, at: e.at } : {}) }, 632, 560), frame = VIEWS[view](stage), reveal = revealing(stage);
    const shown = { graph: stage.graph, look: stage.look, back: null, reveal, waiting: 1 }, poses = view === 'maps' ? arriving(frame.poses, reveal) : frame.poses;
    return createHash('sha256').update(JSON.stringify([sceneMarks(shown, poses, frame.lit, false), frame.over, frame.labels])).digest('hex');
  };
  const played = new Map([...times].sort((a, b) => a.t - b.t).map((one) => [one, at(one)]));
  for (const one of times) assert.equal(at(one), played.get(one), `${one.view} at ${one.t}`);
  assert.ok(new Set(played.values()).size > 80);
});

test('unravelled, a volume that is not computed is closed, opens as it is made, and is open when it is', () => {
  const stage = stageOf(sceneOf('chain'), { view: 'maps', t: 3.3 }), poses = arriving(maps(stage).poses, revealing(stage));
  const open = (/** @type {string} */ name) => /** @type {number} */ (poses.get(name)?.u);
  assert.deepEqual([open('conv1'), open('pool1'), open('relu2')], [1, 1, 0]);
  assert.ok(open('conv2') > 0 && open('conv2') < 1);
  assert.equal(slicesOf(/** @type {any} */ (stage.graph.volumes.get('relu2')), /** @type {any} */ (poses.get('relu2'))).length, 3);
});

test('the camera goes to the layer where the clock stands only where that is not seen', () => {
  const at = (/** @type {number} */ t, camera = { x: 0, y: 0, zoom: 1 }) => stageOf(sceneOf('chain'), { t, camera });
  assert.deepEqual([layerOf(at(0.5)), layerOf(at(1)), layerOf(at(1.2)), layerOf(at(Infinity))], ['conv1', 'conv1', 'relu1', '']);
  const stage = at(1), middle = { x: stage.width / 2 - 5, y: stage.height / 2 - 5, w: 10, h: 10 };
  assert.deepEqual([isSeen(middle, stage), isSeen({ ...middle, x: 4 }, stage), isSeen(middle, at(1, { x: 0.5, y: 0, zoom: 4 }))], [true, false, false]);
});

test('the line that runs names the very product that is added', () => {
  const { e } = atTerm('chain', 'conv2@1,1,1', 5, 37), { e: corner } = atTerm('chain', 'conv2@0,0,0', 1, 37), { e: row } = atTerm('chain', 'fc@1', 1, 13);
  assert.deepEqual([1, 5, 10].map((added) => liveTerm(e, added, [4, 4, 4])), ['X[0, 0, 1, 1] * W[1, 0, 0, 0]', 'X[0, 0, 2, 2] * W[1, 0, 1, 1]', 'X[0, 1, 1, 1] * W[1, 1, 0, 0]']);
  assert.deepEqual([liveTerm(corner, 1), liveTerm(row, 7), liveTerm(e, 37), liveTerm(e, null)], ['0 * W[0, 0, 0, 0]  (padding)', 'X[0, 6] * W[1, 6]', null, null]);
});
