/** What pictures show is what anybody would compute: sums from the numbers and weights read, fields from the engine's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf } from '../../static/field/field.js';
import { withField } from '../../static/field/view.js';
import { graphOf } from '../../static/model/graph.js';
import { movedTo, product } from '../../static/model/moved.js';
import { soFar } from '../../static/pictures/parts/adding.js';
import { compared } from '../../static/pins/compare.js';
import { pinned } from '../../static/state/app.js';
import { groupsOf } from '../../static/lens/groups.js';
import { termCount } from '../../static/state/moment.js';
import { growth } from '../../static/lens/growth.js';
import { atWork } from '../../static/lens/code.js';
import { beatOf } from '../../static/present/present.js';
import { cellNumbers } from '../../static/views/cells.js';
import { maps } from '../../static/views/maps.js';
import { VIEWS } from '../../static/views/index.js';
import { timeOf } from '../../static/anim/windows.js';
import { backSceneOf, explained, NAMES, sceneOf, stageOf } from './stage_scenes.js';

const ALL = NAMES.flatMap((name) => sceneOf(name).explanations.map((e) => ({ scene: sceneOf(name), e })));
/** A printed number in units of the last of so many decimals. @param {string} text @param {number} [places] */
const units = (text, places = decimals(text)) => Math.round(Number(text.replace('−', '-').replace('+', '')) * 10 ** places);
/** @param {string} text */
const decimals = (text) => text.split('.')[1]?.length ?? 0;
/** @param {any} frame @param {string} key */
const printed = (frame, key) => frame.labels.find((/** @type {any} */ l) => l.key === key)?.lines;

test('under each slice stands the sum of its window times its weights, and the printed numbers add up to the result', () => {
  for (const { scene, e } of ALL.filter(({ e }) => e.picture === 'weighted_sum' && e.operands[0].cells.length === 3 && e.operands[0].cells[0].length > 1)) {
    const [x, w] = e.operands, size = x.values.length / x.cells[0].length, frame = VIEWS.window(explained(scene, e)), [value, , rounding] = printed(frame, 'result'), places = decimals(value.text);
    let sum = 0;
    x.cells[0].forEach((/** @type {number} */ _, /** @type {number} */ c) => {
      let truth = 0;
      for (let k = c * size; k < (c + 1) * size; k++) truth += x.values[k] * w.values[k];
      const text = printed(frame, `step ${c}`)[0].text, few = text === '0' ? 4 : decimals(text);
      assert.ok(Math.abs(units(text) / 10 ** decimals(text) - truth) <= 0.6 * 10 ** -few + 1e-4, `${e.address} channel ${c}`);
      sum += units(text, places);
    });
    for (let k = x.cells[0].length; printed(frame, `step ${k}`); k++) sum += units(printed(frame, `step ${k}`)[0].text, places);
    assert.equal(sum + (rounding ? units(rounding.text.split(' ')[0], places) : 0), units(value.text), e.address);
  }
});

test('a window of one channel, laid open, adds up: its products, and the bias where there is one, are the result', () => {
  let seen = 0;
  for (const { scene, e } of ALL.filter(({ e }) => e.picture === 'weighted_sum' && e.operands[0].cells[0].length === 1 && e.products.length > 1 && e.operands[0].cells.length === 3)) {
    const frame = VIEWS.window(explained(scene, e)), [x, w] = e.operands, [value, , rounding] = printed(frame, 'result');
    const truth = x.values.reduce((/** @type {number} */ sum, /** @type {number} */ v, /** @type {number} */ k) => sum + v * w.values[k], 0), bias = printed(frame, 'extra 0');
    assert.equal(Boolean(bias), e.kind === 'conv2d', e.address);
    const places = decimals(value.text), parts = bias ? [printed(frame, 'step 0')[0].text, bias[0].text.split(' ')[2]].map((text) => units(text, places)) : [units(value.text)];
    if (bias) assert.equal(parts.reduce((a, b) => a + b, 0) + (rounding ? units(rounding.text.split(' ')[0], places) : 0), units(value.text), e.address);
    assert.ok(Math.abs(parts[0] / 10 ** places - truth) <= 0.6 * 10 ** (bias ? 1 - places : -places) + 1e-4, e.address);
    assert.equal(printed(frame, 'row 1')[0].text, e.kind === 'conv2d' ? `× filter ${e.at[0]}` : '× weights');
    seen += 1;
  }
  assert.ok(seen >= 3);
});

test('a sum that grows is at each term the sum of the products so far, and ends in the value of the map', () => {
  for (const { scene, e } of ALL.filter(({ e }) => e.picture === 'weighted_sum' && e.products)) {
    const [x, w] = e.operands, terms = termCount(e), groups = groupsOf(e).length, size = e.products.length / groups;
    let truth = 0;
    for (let added = 1; added <= e.products.length; added += 1) {
      truth += x.values[added - 1] * w.values[added - 1];
      const shown = soFar(e, added, size, groups).at(-1);
      assert.ok(Math.abs((shown?.total ?? NaN) - truth) < 1e-4, `${e.address} ${added}`);
      const grown = growth(/** @type {any} */ ({ explanation: e, added }));
      assert.ok(grown === null || Math.abs(grown.total - truth) < 1e-4, `${e.address} ${added}`);
    }
    assert.equal(growth(/** @type {any} */ ({ explanation: e, added: terms })), null);
    const tensor = scene.activations.get(e.node), at = scene.network.nodes.find(({ name }) => name === e.node)?.shape.reduce((/** @type {number} */ index, n, k) => index * n + e.at[k], 0) ?? 0;
    assert.ok(Math.abs((tensor?.data[at] ?? NaN) - e.value) < 1e-4);
  }
});

test('what is read by a window that passes is what the engine says it reads', () => {
  let compared = 0;
  for (const { scene, e } of ALL) {
    const other = scene.explanations.find((one) => one.node === e.node && one !== e && String(one.at) !== String(e.at));
    const moved = other && movedTo(scene, e, other.at, other, paramsOf(other));
    if (!moved) continue;
    compared += 1;
    assert.deepEqual(moved.operands[0].cells, other.operands[0].cells, other.address);
    moved.operands[0].values.forEach((value, k) => assert.ok(Object.is(value, other.operands[0].values[k]) || Math.abs(value - other.operands[0].values[k]) < 1e-4, `${other.address} ${k}`));
    assert.deepEqual(moved.marks.winner, other.marks.winner, other.address);
    assert.equal(moved.address, other.address);
  }
  assert.ok(compared >= 10, `${compared}`);
});

/** The parameters that an explanation read, where it says all of their cells. @param {any} e */
function paramsOf({ operands: [, w] }) {
  if (!w) return new Map();
  const shape = w.cells.map((/** @type {number[]} */ axis) => Math.max(...axis) + 1), data = new Float32Array(shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1));
  product(w.cells).forEach((cell, k) => (data[cell.reduce((index, i, axis) => index * shape[axis] + i, 0)] = w.values[k]));
  return new Map([[w.source.split('.').at(-1), { shape, data }]]);
}

test('the field of the middle cell is as large as the engine says, through branches too', () => {
  for (const name of NAMES) {
    const { network } = sceneOf(name), graph = graphOf(network);
    for (const node of network.nodes.filter((one) => one.receptive_field)) {
      const field = fieldOf(graph, node.name, node.shape.map((n) => n >> 1)).get(network.input);
      assert.deepEqual(field?.slice(-2).map(([low, high]) => high - low + 1), node.receptive_field, `${name} ${node.name}`);
    }
  }
});

test('the field view shows every volume that was seen with the size of what was seen of it', () => {
  const scene = sceneOf('branches'), at = [1, 1, 2];
  const frame = withField(VIEWS.overview)(stageOf(scene, { field: true, node: 'concat', at }));
  const field = fieldOf(graphOf(scene.network), 'concat', at);
  for (const [name, ranges] of field) {
    const label = frame.labels.find((l) => l.key === `seen ${name}`);
    if (label) assert.equal(label.lines[0].text, ranges.slice(-2).map(([low, high]) => high - low + 1).join('×'), name);
  }
  assert.ok(frame.poses.has('input') && frame.poses.has('concat') && !frame.poses.has('score'));
  assert.equal(frame.labels.find((l) => l.key === 'value')?.lines[1].text, 'concat@1,1,2');
  assert.equal(withField(VIEWS.overview)(stageOf(scene, { node: 'concat', at })).key, 'overview wide');
});

test('numbers in cells are those of the cells, where the cells have room', () => {
  const scene = sceneOf('chain'), stage = stageOf(scene, { view: 'maps', camera: { x: 0, y: 0, zoom: 4 } });
  const labels = cellNumbers(stage, maps(stage).poses);
  assert.ok(labels.length > 20);
  for (const { key, lines } of labels) {
    const [, name, c, i, j] = key.split(' '), tensor = scene.activations.get(name), shape = tensor?.shape ?? [];
    const value = shape.length === 3 ? tensor?.data[(Number(c) * shape[1] + Number(i)) * shape[2] + Number(j)] : tensor?.data[Number(i)];
    assert.ok(Math.abs(Number(lines[0].text.replace('−', '-')) - Number(value)) <= 0.006 * Math.abs(Number(value)) + 1e-9, key);
  }
  assert.equal(cellNumbers(stageOf(scene, { view: 'maps' }), maps(stage).poses).length, 0);
});

test('two pins are compared part by part, and the printed differences are those of the printed numbers', () => {
  const [one, other] = sceneOf('chain').explanations.filter((e) => e.node === 'conv2');
  const { rows } = compared(one, other, 5);
  assert.deepEqual(rows.map(({ label }) => label), [...one.steps.map((/** @type {any} */ s) => s.label).filter((/** @type {string} */ l) => l !== 'rounding'), 'value']);
  for (const row of rows) assert.equal(units(row.one) - units(row.other), units(row.apart), row.label);
  assert.equal(compared(one, sceneOf('chain').explanations.find((e) => e.node === 'pool1'), 5).rows.length, 1);
  const [a, b, c] = [[0], [1], [2]].map((at) => ({ node: 'fc', at }));
  assert.deepEqual(pinned(pinned(pinned([], a), b), c), [b, c]);
  assert.deepEqual(pinned([a, b], a), [b]);
});

test('the part of the NumPy line that is at work is found in it', () => {
  const line = 'out[0, 3, 5, 8] = np.sum(\n    X[0, :, 4:7, 7:10] * W[3, :, :, :])\n    + b[3]';
  assert.deepEqual(atWork(line, 'products')[1], 'X[0, :, 4:7, 7:10] * W[3, :, :, :]');
  assert.deepEqual(atWork(line, 'extra')[1], '+ b[3]');
  assert.deepEqual(atWork(line, null), [line, '', '']);
});

test('a clicker goes on, back, and blanks the screen', () => {
  assert.deepEqual(['PageDown', ' ', 'PageUp', 'b', '.', 'Escape', 'x'].map(beatOf), ['on', 'on', 'back', 'blank', 'blank', 'leave', undefined]);
});

test('in the window view what the clock has not come to is not there yet', () => {
  const scene = sceneOf('chain'), e = scene.explanations.find((one) => one.address === 'conv1@2,4,4');
  const t = /** @type {number} */ (timeOf(scene.network, 'conv1', e.at, false));
  const inked = (/** @type {number} */ at) => VIEWS.window(stageOf({ ...scene, explanation: e }, { view: 'window', node: 'conv1', at: e.at, t: at }, 976, 746)).over.filter((m) => m.kind === 'path' && m.fill === 'sheet' && m.fillAlpha > 0.9).length;
  assert.ok(inked(t) > inked(Infinity));
});

test('in the other reading of the way back a number gives what it was given: all of it to the winner, or times the filter', () => {
  const scene = backSceneOf('chain'), forward = sceneOf('chain').explanations;
  for (const [name, key] of [['pool1', 'share'], ['conv2', 'given']]) {
    const backward = scene.explanations.findLast((e) => e.node === name), explanation = forward.find((e) => e.address === backward.address.replace('∂', ''));
    const state = { view: /** @type {const} */ ('window'), node: name, at: backward.at, objective: 'loss:0', show: /** @type {const} */ ('gradient'), reading: /** @type {const} */ ('scatter') };
    const frame = VIEWS.window(stageOf({ ...scene, backward, explanation }, state, 976, 746));
    const value = Number(printed(frame, 'result')[0].text.replace('−', '-'));
    assert.ok(Math.abs(value - backward.value) <= 1e-3 * Math.abs(backward.value), name);
    const shares = frame.labels.filter((l) => l.key.startsWith(key)).map((l) => Number(l.lines[0].text.replace('−', '-')));
    if (name === 'pool1') {
      const winner = product(explanation.operands[0].cells).findIndex((cell) => String(cell) === String(explanation.marks.winner));
      shares.forEach((share, k) => assert.ok(Math.abs(share - (k === winner ? value : 0)) <= 1e-3 * Math.abs(value), `${share}`)); // a cell shows fewer digits
    } else assert.ok(shares.every((share) => Math.abs(share - value) < 0.01 * Math.abs(value)));
  }
});
