/** What one output gives back is drawn with the numbers that came, and with no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxesOf, layerOf as boxedLayer } from '../../static/backward/boxes.js';
import { column, gathersRow } from '../../static/backward/column.js';
import { landing } from '../../static/backward/landing.js';
import { sendCount, sends, sendingOf, sentOf } from '../../static/backward/sending.js';
import { inRows, givesRow, strips } from '../../static/backward/strips.js';
import { termsOf } from '../../static/state/moment.js';
import { timeOf } from '../../static/anim/windows.js';
import { VIEWS } from '../../static/views/index.js';
import { backSceneOf, sceneOf, stageOf } from './stage_scenes.js';

const scene = backSceneOf('chain'), forward = sceneOf('chain').explanations;
/** @param {number[]} shape @param {(k: number) => number} of */
const tensor = (shape, of) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => of(k)) });

/** The stage at one number, in the other reading. @param {string} name @param {(e: any) => Partial<import('../../static/types.d.ts').GivingView>} of */
function stageAt(name, of) {
  const backward = scene.explanations.findLast((e) => e.node === name), explanation = forward.find((e) => e.address === backward.address.replace('∂', ''));
  const giving = { node: name, at: backward.at, objective: scene.objective.name, given: -0.25, index: 6, count: 9, params: [], ...of(explanation) };
  const state = { view: /** @type {const} */ ('window'), node: name, at: backward.at, objective: scene.objective.name, show: /** @type {const} */ ('gradient'), reading: /** @type {const} */ ('scatter') };
  return { stage: stageOf({ ...scene, backward, explanation, giving: /** @type {any} */ (giving) }, state, 976, 746), explanation, giving };
}

test('a convolution gives its gradient times the filter, and fills its input as far as outputs have given', () => {
  const { stage, explanation } = stageAt('conv2', (e) => {
    const shape = e.operands[0].cells.map((/** @type {number[]} */ axis) => axis.length), all = scene.network.nodes.find((/** @type {any} */ node) => node.name === e.operands[0].source).shape;
    const tensors = new Map([...['local x0', 'sent x0', 'local weight', 'sent weight', 'so_far weight'].map((key) => /** @type {[string, any]} */ ([key, tensor(shape, (k) => k - 4)])), ['so_far x0', tensor(all, () => 0.5)]]);
    return { tensors, sources: [{ name: e.operands[0].source, cells: e.operands[0].cells, channels: e.operands[0].cells[0] }] };
  });
  const frame = VIEWS.window(stage), texts = frame.labels.flatMap((label) => label.lines.map((line) => line.text));
  assert.ok(texts.includes('so far: 7 of 9 outputs have given'), texts.join('|'));
  assert.ok(texts.some((text) => /^× −0\.25/.test(text)));
  assert.equal(frame.over.filter((mark) => mark.kind === 'image' && mark.picture.key.startsWith('so far')).length, explanation.operands[0].cells[0].length);
});

test('product by product, the picture and the lens are at the same one: a weight, what it sends, and the cell that this lands on', () => {
  const { stage, explanation: e, giving } = stageAt('conv2', (e) => {
    const shape = e.operands[0].cells.map((/** @type {number[]} */ axis) => axis.length), all = scene.network.nodes.find((/** @type {any} */ node) => node.name === e.operands[0].source).shape;
    return { tensors: new Map([['local x0', tensor(shape, (k) => k)], ['sent x0', tensor(shape, (k) => -0.25 * k)], ['so_far x0', tensor([1, ...all.slice(1)], (k) => 100 + k)]]), sources: [{ name: e.operands[0].source, cells: e.operands[0].cells, channels: [1] }] };
  });
  const all = sends(/** @type {any} */ (giving), scene.network), size = e.operands[0].values.length, node = scene.network.nodes.find((/** @type {any} */ one) => one.name === 'conv2'), source = scene.network.nodes.find((/** @type {any} */ one) => one.name === e.operands[0].source);
  assert.deepEqual([all.length, sendCount(/** @type {any} */ (giving))], [size, size]);
  all.forEach(({ cell, local, sent, after, padding }, k) => {
    const [c, i, j] = e.operands[0].cells, [rows, columns] = [i.length, j.length];
    assert.deepEqual(cell, [c[Math.floor(k / (rows * columns))], i[Math.floor(k / columns) % rows], j[k % columns]]);
    assert.deepEqual([local, sent, padding], [k, -0.25 * k, cell.some((place, axis) => place < 0 || place >= source.shape[axis])]);
    assert.equal(after, padding || cell[0] !== 1 ? null : 100 + cell[1] * source.shape[2] + cell[2]); // of the other channels it did not come along
  });
  const n = node.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1), at = (/** @type {number} */ k) => Number(timeOf(scene.network, 'conv2', e.at, true, 'scatter')) - (1 - k / size) / n;
  const shown = (/** @type {number} */ k) => ({ ...stage, state: { ...stage.state, grain: /** @type {const} */ ('term'), t: at(k) } });
  const empty = (/** @type {import('../../static/stage.d.ts').Frame} */ { over }) => over.filter((mark) => mark.kind === 'path' && mark.fill === stage.look.scale.css(0, 1)).length;
  assert.ok(empty(VIEWS.window(shown(1))) > empty(VIEWS.window(shown(5))) && empty(VIEWS.window(shown(5))) > empty(VIEWS.window(shown(size)))); // what is not sent yet is not there
  for (const k of [1, 5, size]) {
    const { state } = shown(k), frame = VIEWS.window(shown(k));
    assert.deepEqual([sendingOf(state, stage.scene), sentOf(state, stage.scene, /** @type {any} */ (giving)), termsOf(state, stage.scene)], [giving, k, size]);
    assert.deepEqual(frame.labels.find(({ key }) => key === 'product')?.lines[0].text.split(/ × | = /).map((text) => Number(text.replace('−', '-'))), [-0.25, k - 1, -0.25 * (k - 1)].map((value) => (value ? Number(value.toPrecision(3)) : 0)));
  }
  assert.equal(sendingOf({ ...stage.state, reading: 'gather' }, stage.scene), null);
  const next = { ...shown(3).state, at: [0, 0, 0] };
  assert.deepEqual([sendingOf(next, stage.scene), termsOf(next, stage.scene)], [null, size]); // while its numbers are on their way the clock keeps its pace
  assert.equal(sentOf({ ...shown(3).state, grain: 'window' }, stage.scene, /** @type {any} */ (giving)), null);
});

test('a row gives along its weights, and the strips print the numbers that came', () => {
  const local = tensor([4], (k) => k / 10), sent = tensor([4], (k) => -k / 40);
  const giving = /** @type {any} */ ({ node: 'fc', at: [1], objective: 'loss:1', given: -0.25, index: 1, count: 3, params: [], sources: [{ name: 'flatten', cells: [[0, 1, 2, 3]], channels: null }], tensors: new Map([['local x0', local], ['sent x0', sent], ['so_far x0', sent]]) });
  assert.ok(inRows(giving));
  assert.ok(givesRow({ kind: 'dense', at: [1] }) && !givesRow({ kind: 'dense', at: [1, 0, 0] }) && !givesRow({ kind: 'conv2d', at: [1] }));
  const [fc, flatten] = ['fc', 'flatten'].map((name) => ({ ...scene.network.nodes[scene.network.nodes.length - 1], name, kind: 'dense' }));
  const frame = strips({ stage: stageOf(scene, {}, 976, 746), giving, node: fc, source: flatten, at: [1], box: { x: 0, y: 0, w: 900, h: 500 } });
  const printed = frame.labels.filter(({ look }) => look === 'cell').map(({ lines }) => Number(lines[0].text.replace('−', '-')));
  [...local.data, ...sent.data, ...sent.data].forEach((value, k) => assert.ok(Math.abs(printed[k] - value) < 0.006, `${printed[k]} ${value}`));
});

/** A stage where one output of `kind` gives; local of each source, and its window. @param {string} kind @param {{ name: string, cells: number[][], shape: number[], local: number[] }[]} read @param {object} [config] */
function given(kind, read, config = {}) {
  const nodes = [...read.map(({ name, shape }) => ({ name, kind: 'conv2d', inputs: ['x'], shape, windows: [], params: [], config: {}, range_group: name })), { name: 'y', kind, inputs: read.map(({ name }) => name), shape: read[0].shape, windows: [], params: [], config, summary: kind, range_group: 'y' }];
  const tensors = new Map(read.flatMap(({ local, shape, cells }, k) => {
    const size = cells.map((axis) => axis.length);
    return /** @type {[string, any][]} */ ([[`local x${k}`, tensor(size, (n) => local[n])], [`sent x${k}`, tensor(size, (n) => -0.5 * local[n])], [`so_far x${k}`, tensor(shape, () => 0.25)]]);
  }));
  const giving = /** @type {any} */ ({ node: 'y', at: [1, 0, 1], objective: 'loss:0', given: -0.5, index: 3, count: 8, params: [], tensors, sources: read.map(({ name, cells, shape }) => ({ name, cells, channels: cells[0].filter((c) => c < shape[0]) })) });
  const stage = stageOf(scene, { objective: 'loss:0', show: 'gradient' }, 976, 746), volume = { channels: 2, rows: 2, columns: 2, vector: false, cells: 4 };
  const graph = { ...stage.graph, byName: new Map(nodes.map((node) => [node.name, node])), volumes: new Map(nodes.map(({ name }) => [name, volume])) };
  const told = { stage: /** @type {any} */ ({ ...stage, graph }), giving, node: /** @type {any} */ (nodes[nodes.length - 1]), box: { x: 0, y: 60, w: 900, h: 500 } };
  return { told, frame: landing(told), texts: landing(told).labels.map(({ lines }) => lines.map(({ text }) => text).join(' ')) };
}

test('every kind gives in a picture of its own: an add copies, a concat splits, a pool switches, a gate shuts, a mean is spread', () => {
  const one = { name: 'a', shape: [2, 2, 2], cells: [[1], [0], [1]], local: [1] }, other = { ...one, name: 'b' };
  const added = given('add', [one, other]);
  assert.equal(added.texts.filter((text) => text === '−0.50').length, 2); // each gets all of it
  assert.equal(added.frame.over.filter((mark) => mark.kind === 'image' && mark.picture.key.startsWith('so far')).length, 2);
  assert.ok(added.texts.includes('4 of 8 outputs have given'));
  const split = given('concat', [{ ...one, cells: [[3], [0], [1]], local: [0] }, other]);
  assert.ok(split.texts.includes('nothing: this output was not read from a') && split.texts.includes('channel 1 of the whole was channel 1 here'));
  const pooled = given('max_pool2d', [{ ...one, cells: [[1], [0, 1], [0, 1]], local: [0, 0, 1, 0] }]);
  assert.ok(pooled.texts.includes('all of it to the stored index, row 1, column 0'));
  assert.deepEqual(pooled.frame.labels.filter(({ key }) => /^sent 0 \d/.test(key)).map(({ lines }) => lines[0].text), ['0', '0', '−0.50', '0']);
  assert.ok(given('relu', [{ ...one, local: [0] }]).texts.includes('the gate is shut: nothing goes back'));
  const spread = given('mean_subtraction', [{ ...one, cells: [[0, 1], [0], [1]], local: [-0.5, 0.5] }]);
  assert.deepEqual(spread.frame.labels.filter(({ key }) => /^sent 0 \d/.test(key)).map(({ lines }) => lines[0].text), ['+0.25', '−0.25']);
  assert.ok(given('batch_norm', [one]).texts.some((text) => text.startsWith('γ / √(σ² + ε)')));
  assert.ok(given('batch_norm', [{ ...one, cells: [[1], [0, 1], [0, 1]], local: [1, 2, 3, 4] }], { training_mode: true }).texts.some((text) => text.startsWith('the mean and the variance')));
  for (const { frame } of [added, split, pooled, spread]) assert.equal(new Set(frame.labels.map(({ key }) => key)).size, frame.labels.length);
});

test('a number so small that it is printed in a power of ten stands there with that power', () => {
  const { told } = given('relu', [{ name: 'a', shape: [2, 2, 2], cells: [[1], [0], [1]], local: [1] }]);
  const [result] = landing({ ...told, giving: { ...told.giving, given: 6.449e-4 } }).labels.filter(({ key }) => key === 'result');
  assert.equal(result.lines[0].text, '6.4490 × 10⁻⁴');
});

test('the boxes of a layer: what it is given, what goes to the left and for the weights, with shapes and the sizes that came', () => {
  const strengths = [['conv2', 2.5, { weight: 0.125, bias: 0.5 }], ['pool1', 0.75, {}]].map(([name, norm, params]) => ({ name, norm, params, verdict: '', reason: '' }));
  const shown = /** @type {any} */ ({ ...scene, objective: { ...scene.objective, strengths } }), conv = scene.network.nodes.find(({ name }) => name === 'conv2');
  const { given: box, ways } = boxesOf(shown, /** @type {any} */ (conv));
  assert.deepEqual([box.over, box.under, box.shape, box.size], ['∂L', '∂conv2', '3×2×2', '‖·‖ 2.50']);
  assert.deepEqual(ways.map(({ product }) => [product.name, product.under, product.shape, product.size]), [['to the left', '∂pool1', '4×4×4', '‖·‖ 0.75'], ['for the weights', '∂w', '3×4×3×3', '0.13 of ‖w‖']]);
  const state = { ...stageOf(scene, {}).state, objective: 'loss:0', show: /** @type {const} */ ('gradient') };
  assert.deepEqual([13.5, 14.5, 4, Infinity].map((t) => boxedLayer({ ...state, t }, shown)?.name), ['conv2', 'pool1', undefined, undefined]);
  assert.equal(boxedLayer({ ...state, node: 'conv2' }, shown)?.name, 'conv2');
});

test('what a number collects through a dense layer is its column of W beside what is given, with the products of the engine', () => {
  const e = scene.explanations.find(({ node }) => node === 'flatten'), byName = (/** @type {string} */ name) => /** @type {any} */ (scene.network.nodes.find((node) => node.name === name));
  assert.ok(gathersRow(e, byName('fc')) && !gathersRow(e, byName('conv2')));
  const stage = stageOf(scene, { objective: 'loss:0', show: 'gradient' }, 976, 746);
  const { labels } = column({ stage, explanation: e, node: byName('flatten'), from: byName('fc'), box: { x: 0, y: 60, w: 900, h: 500 } });
  const shown = labels.filter(({ key }) => /^products \d/.test(key)).map(({ lines }) => Number(lines[0].text.replace('−', '-')));
  const unit = Number(/10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹])/.exec(JSON.stringify(labels.find(({ key }) => key === 'row products')))?.[1].replace(/./, (d) => String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(d))) ?? 0);
  assert.equal(shown.length, e.products.length);
  shown.forEach((value, k) => assert.ok(Math.abs(value * 10 ** -unit - e.products[k]) < 6e-4, `${value} ${e.products[k]}`));
});
