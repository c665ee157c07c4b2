/** The views: what stands on the stage, in every size, for every network; and the sentence over it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headline } from '../../static/views/headline.js';
import { told } from '../../static/views/told.js';
import { VIEWS } from '../../static/views/index.js';
import { collide, oneWord, roomOf, stacked } from '../../static/scene/labels.js';
import { lengthOf } from '../../static/views/words.js';
import { stepText } from '../../static/ui/steps.js';
import { sceneMarks, sceneTargets } from '../../static/scene/scene.js';
import { backSceneOf, explained, NAMES, sceneOf, STATE, stageOf } from './stage_scenes.js';

/** @import { Mark } from '../../static/stage.d.ts' */

const SIZES = [[1372, 746], [976, 746], [632, 614], [390, 712]];

/** Every number of a mark. @param {any} value @returns {number[]} */
function numbersIn(value) {
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  if (value && typeof value === 'object' && !ArrayBuffer.isView(value)) return Object.values(value).flatMap(numbersIn);
  return [];
}

test('every view of every scene, in every size, has finite marks, labels with names of their own, and all volumes', () => {
  for (const name of NAMES) for (const [width, height] of SIZES) for (const view of /** @type {const} */ (['overview', 'maps'])) {
    const stage = stageOf(sceneOf(name), { view }, width, height);
    const frame = VIEWS[view](stage);
    const marks = [...frame.under, ...frame.over, ...sceneMarks({ graph: stage.graph, look: stage.look, reveal: () => 1 }, frame.poses, frame.lit, false)];
    const where = `${name} ${view} ${width}`;
    assert.ok(numbersIn(marks).every(Number.isFinite), where);
    assert.ok(frame.labels.every((l) => Number.isFinite(l.x) && Number.isFinite(l.y)), where);
    assert.equal(new Set(frame.labels.map((l) => l.key)).size, frame.labels.length, where);
    const drawn = stage.graph.nodes.filter((n) => n.name !== 'softmax').map((n) => n.name);
    assert.deepEqual(drawn.filter((n) => !frame.poses.has(n)), [], where);
  }
});

test('the classes are bars with the probabilities of the trace, in order, the best and the true one marked', () => {
  const scene = sceneOf('chain');
  const { bars } = VIEWS.overview(stageOf(scene));
  assert.deepEqual(bars?.rows.map((row) => row.label), ['one', 'two', 'three']);
  assert.deepEqual(bars?.rows.map((row) => row.value), scene.trace.prediction?.probabilities);
  assert.deepEqual(bars?.rows.map((row) => row.text), scene.trace.prediction?.probabilities.map((p) => p.toFixed(3)));
  assert.match(bars?.rows[1].look ?? '', /truth/);
  assert.match(bars?.rows[scene.trace.prediction?.top[0].index ?? 0].look ?? '', /best/);
  assert.equal(bars?.node, 'softmax');
});

test('before the pass has come to the answer, no bar says it', () => {
  const { bars } = VIEWS.overview(stageOf(sceneOf('chain'), { t: 3 }));
  assert.equal(bars?.pending, true);
  assert.ok(bars?.rows.every((row) => !row.look.includes('best')));
});

test('of many classes the ten likeliest have bars', () => {
  const scene = sceneOf('chain');
  const probabilities = Array.from({ length: 1000 }, (_, k) => (k % 97) / 1e5);
  const top = probabilities.map((probability, index) => ({ index, label: `c${index}`, probability, logit: 0 })).sort((a, b) => b.probability - a.probability).slice(0, 20);
  const many = { ...scene, trace: { ...scene.trace, prediction: { top, probabilities, logits: probabilities } } };
  const { bars } = VIEWS.overview(stageOf(many));
  assert.deepEqual(bars?.rows.map((row) => row.index), top.slice(0, 10).map((p) => p.index));
});

test('volumes that are not computed yet are empty frames', () => {
  const stage = stageOf(sceneOf('chain'), { t: 1.5 });
  const frame = VIEWS.overview(stage);
  /** @param {Mark[]} marks @returns {string[]} */
  const pictures = (marks) => marks.flatMap((m) => (m.kind === 'image' ? [m.picture.key] : m.kind === 'group' ? pictures(m.marks) : []));
  const keys = pictures(sceneMarks({ graph: stage.graph, look: stage.look, reveal: (n) => ({ input: 1, conv1: 1, relu1: 0.5 })[n] ?? 0 }, frame.poses, frame.lit, false));
  assert.ok(keys.some((k) => k.includes(' relu1 ')) && !keys.some((k) => k.includes(' pool1 ')));
});

test('a selected cell is lit with the window that it was made from, in its own channel', () => {
  const stage = stageOf(sceneOf('chain'), { node: 'conv2', at: [2, 1, 1] });
  const overview = VIEWS.overview(stage);
  assert.equal(overview.poses.get('conv2')?.front, 2);
  assert.equal(overview.over.length, 4); // a halo and an outline for the cell, and for the window on the front map
  const maps = VIEWS.maps(stageOf(sceneOf('chain'), { view: 'maps', node: 'conv2', at: [2, 1, 1] }));
  assert.equal(maps.over.length, 2 + 2 * 4); // the cell, and the window on each of the four maps that it reads
});

test('a filter of a group lights up the maps of its group alone', () => {
  const at = (/** @type {number} */ filter) => VIEWS.maps(stageOf(sceneOf('branches'), { view: 'maps', node: 'wide', at: [filter, 2, 2] })).over;
  assert.equal(at(0).length, 2 + 2 * 2); // the cell, and the window on two of four maps
  assert.notDeepEqual(at(0), at(3));
});

test('no hue marks a selection', () => {
  const { over } = VIEWS.maps(stageOf(sceneOf('chain'), { view: 'maps', node: 'relu1', at: [1, 2, 2] }));
  assert.ok(over.length > 0 && over.every((m) => m.kind === 'path' && ['ink', 'halo'].includes(m.stroke ?? '')));
});

test('every volume on the stage can be pointed at', () => {
  for (const view of /** @type {const} */ (['overview', 'maps'])) {
    const stage = stageOf(sceneOf('branches'), { view });
    const frame = VIEWS[view](stage);
    const reached = new Set(sceneTargets(stage.graph, frame.poses).map((t) => t.node));
    assert.deepEqual(stage.graph.nodes.filter((n) => !reached.has(n.name)).map((n) => n.name), []);
  }
});

test('the preprocessing is said and what is cut away is shown', () => {
  const scene = sceneOf('chain');
  const preprocessing = { size: /** @type {[number, number]} */ ([8, 8]), mean: [0.5, 0.5], std: [0.2, 0.2], scale: 1 / 255, channels: 'RGB', crop: 1 };
  const cut = { ...scene, image: { ...scene.image, width: 300, height: 200 }, network: { ...scene.network, preprocessing }, trace: { ...scene.trace, crop: { x: 50, y: 0, width: 200, height: 200 } } };
  const { labels, under } = VIEWS.overview(stageOf(cut));
  assert.deepEqual(labels.find((l) => l.key === 'preprocessing')?.lines.map((l) => l.text), ['crop, 8×8', '(x − mean)/std']);
  assert.equal(under.filter((m) => m.kind === 'path' && m.fill === 'paper').length, 2);
});

test('on a phone the page scrolls as far as the network needs, elsewhere it fits', () => {
  for (const [width, height] of SIZES) assert.equal(VIEWS.overview(stageOf(sceneOf('chain'), {}, width, height)).scrolls, width < 560);
});

test('the headline tells what is on the screen', () => {
  const scene = sceneOf('chain');
  const text = (/** @type {any} */ h) => h.title.map((/** @type {any} */ p) => p.text).join('');
  const best = scene.trace.prediction?.top[0].label;
  assert.equal(text(headline(STATE, scene)), `The network looks at a two and says ${best}.`);
  assert.equal(text(headline({ ...STATE, t: 2 }, scene)), 'The network looks at a two.');
  assert.equal(text(headline(STATE, { ...scene, image: { ...scene.image, label: 'airplane' } })), `The network looks at an airplane and says ${best}.`);
  assert.equal(text(headline(STATE, { ...scene, image: { ...scene.image, label: null } })), `The network looks at “Noise” and says ${best}.`);
  assert.equal(text(headline(STATE, { ...scene, image: { ...scene.image, label: null, kind: 'upload' } })), `The network looks at your picture and says ${best}.`);
  assert.equal(text(headline({ ...STATE, view: 'maps' }, scene)), 'Every layer, spread out into its 3 to 4 feature maps.');
  const e = scene.explanations.find((x) => x.node === 'conv2');
  assert.equal(text(headline({ ...STATE, view: 'window', node: 'conv2', at: e.at }, { ...scene, explanation: e })), 'One window, four channels, one number');
});

test('the window view keeps the whole network in sight and enlarges what is read and what is made', () => {
  const scene = sceneOf('chain');
  const e = scene.explanations.find((x) => x.node === 'conv2');
  const frame = VIEWS.window(explained(scene, e));
  assert.deepEqual([...frame.poses.keys()], ['pool1', 'conv2']);
  assert.deepEqual([...new Set(frame.targets.map((t) => t.node))].sort(), scene.network.nodes.map((n) => n.name).sort());
});

test('no label stands in another, forward or backward, in any size', () => {
  const sizes = [[1372, 746], [956, 590], [620, 746], [390, 650]];
  for (const scene of NAMES.flatMap((name) => [sceneOf(name), backSceneOf(name)])) for (const view of /** @type {const} */ (['overview', 'maps'])) for (const [width, height] of sizes) {
    const way = scene.objective ? { objective: scene.objective.name, show: /** @type {const} */ ('gradient') } : {};
    const { labels } = told(VIEWS[view])(stageOf(scene, { view, ...way }, width, height));
    const rooms = labels.filter(({ look }) => !/note/.test(look)).map(({ key, ...label }) => ({ key, room: roomOf({ key, ...label }) }));
    const met = rooms.flatMap(({ key, room }, k) => rooms.slice(0, k).filter((other) => collide(room, other.room)).map((other) => `${key} and ${other.key}`));
    assert.deepEqual(met, [], `${scene.network.id} at ${width}×${height}, ${view}`);
  }
});

test('names that have no room beside one another stand in two rows, and a third stays out', () => {
  const name = (/** @type {string} */ text, /** @type {number} */ x) => /** @type {any} */ ({ key: text, x, y: 10, anchor: 'n', look: 'node tight', lines: [{ text, look: 'name' }] });
  const placed = stacked([name('relu3', 42), name('conv3', 20), name('pool2', 50), name('conv5', 90)], 2, 15);
  assert.deepEqual(placed.map(({ key, y }) => [key, y]), [['conv3', 10], ['relu3', 25], ['conv5', 10]]);
});

test('what is exactly nothing has no bar, and the class whose probability is selected is marked', () => {
  const { bars } = VIEWS.overview(stageOf(sceneOf('chain'), { node: 'softmax', at: [1] }));
  assert.deepEqual(bars?.rows.map(({ look }) => look.includes('chosen')), [false, true, false]);
  assert.deepEqual([lengthOf(0, null).width, lengthOf(0, 2).width, lengthOf(1e-9, null).width], ['0', '0', '0.8%']);
});

test('a step of the pass is a sentence: the layer, its strongest number and where it is; past the loss its gradient', () => {
  const scene = sceneOf('chain'), layers = scene.network.nodes.filter(({ inputs }) => inputs.length > 0);
  const conv = layers[0], data = [...(scene.activations.get(conv.name)?.data ?? [])], most = Math.max(...data.map(Math.abs));
  const said = stepText({ t: 1, objective: '', show: 'value' }, scene);
  assert.match(said, new RegExp(`^Computed: ${conv.name}\\. Of its ${conv.shape.join('×')} numbers the strongest is channel \\d, row \\d, column \\d: (minus )?${most.toPrecision(3)}\\.$`));
  assert.equal(stepText({ t: 0, objective: '', show: 'value' }, scene), 'Nothing is computed yet: the input alone.');
  assert.match(stepText({ t: Infinity, objective: '', show: 'value' }, scene), /^The forward pass is done\. It says \w+, probability 0\.\d{3}\.$/);
});

test('a picture has one word for parameters, the short one where a label has no room for the long', () => {
  const label = (/** @type {string} */ text) => /** @type {any} */ ({ key: text, x: 0, y: 0, anchor: 'n', look: 'node', lines: [{ text: 'conv1' }, { text }] });
  const said = (/** @type {string[]} */ ...texts) => oneWord(texts.map(label)).map(({ lines }) => lines[1].text);
  assert.deepEqual(said('280 parameters', '910 params', '10×32×32'), ['280 params', '910 params', '10×32×32']);
  assert.deepEqual(said('280 parameters', '910 parameters'), ['280 parameters', '910 parameters']);
});
