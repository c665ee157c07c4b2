/** The pictures of one number: each shows the engine's numbers and no other, for every kind of arithmetic. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { PICTURES } from '../../static/pictures/index.js';
import { waterfall } from '../../static/pictures/parts/waterfall.js';
import { adding, drawn, printer } from '../../static/pictures/parts/words.js';
import { activationScale } from '../../static/color/scales.js';
import { VIEWS } from '../../static/views/index.js';
import { explained, NAMES, sceneOf } from './stage_scenes.js';

const SIZES = [[976, 746], [632, 614], [390, 372]];
const ALL = NAMES.flatMap((name) => sceneOf(name).explanations.map((e) => ({ scene: sceneOf(name), e })));

/** @param {any} value @returns {number[]} */
const numbersIn = (value) =>
  typeof value === 'number' ? [value] : Array.isArray(value) ? value.flatMap(numbersIn) : value && typeof value === 'object' && !ArrayBuffer.isView(value) ? Object.values(value).flatMap(numbersIn) : [];

/** The numbers that a picture prints as results. @param {any} frame @returns {string[]} */
const printed = (frame) => frame.labels.flatMap((/** @type {any} */ l) => l.lines.map((/** @type {any} */ line) => line.text));

test('each kind of arithmetic that the engine can say has a file of its name', () => {
  const files = readdirSync(new URL('../../static/pictures/', import.meta.url)).filter((f) => f.endsWith('.js') && f !== 'index.js');
  assert.deepEqual(files.map((f) => f.replace('.js', '')).sort(), Object.keys(PICTURES).sort());
  assert.deepEqual([...new Set(ALL.map(({ e }) => e.picture))].sort(), Object.keys(PICTURES).sort());
});

test('every explanation is drawn in every size: finite marks, distinct labels, its value and its address', () => {
  for (const { scene, e } of ALL) for (const [width, height] of SIZES) {
    const frame = VIEWS.window(explained(scene, e, width, height));
    const where = `${scene.network.id} ${e.address} ${width}`;
    assert.ok(numbersIn([frame.under, frame.over, frame.targets.map((t) => t.m)]).every(Number.isFinite), where);
    assert.equal(new Set(frame.labels.map((l) => l.key)).size, frame.labels.length, where);
    const said = printed(frame).join(' ');
    if (width > 480) assert.ok(said.includes(`${e.node}@${e.at.join(',')}`), where);
    assert.ok(frame.labels.length > 0 && frame.over.length > 0, where);
  }
});

test('the printed result is the engine’s value to the digits that it has', () => {
  for (const { scene, e } of ALL) {
    const frame = VIEWS.window(explained(scene, e));
    const result = frame.labels.find((l) => l.key === 'result')?.lines[0].text ?? '';
    const shown = Number(result.replace('−', '-'));
    const digits = result.split('.')[1]?.length ?? 0;
    assert.ok(Math.abs(shown - e.value) <= 0.5000001 * 10 ** -digits, `${e.address}: ${result} is not ${e.value}`);
    assert.ok(digits >= 2 || Math.abs(e.value) > 100 || (e.value === 0 && result === '0'), `${e.address}: ${result}`);
  }
});

test('under each slice of a convolution stands the step of its own channel', () => {
  for (const { scene, e } of ALL.filter(({ e }) => e.picture === 'weighted_sum' && e.operands[0].cells.length === 3 && e.operands[0].cells[0].length > 1)) {
    const frame = VIEWS.window(explained(scene, e));
    const print = adding(e);
    const channels = e.operands[0].cells[0];
    channels.forEach((/** @type {number} */ channel, /** @type {number} */ k) => {
      const slice = frame.labels.find((l) => l.key === `slice ${k}`);
      const step = frame.labels.find((l) => l.key === `step ${k}`);
      assert.equal(slice?.lines[0].text, String(channel), e.address);
      assert.equal(step?.lines[0].text, print.signed(e.steps[k].value), e.address);
    });
  }
});

test('the bars of a waterfall reach from the total before a step to the total after it', () => {
  const totals = [1, 0.5, -0.5, 2];
  const steps = totals.map((total, k) => ({ label: `s${k}`, value: total - (totals[k - 1] ?? 0), total }));
  const fall = waterfall({ steps, places: steps.map((_, index) => ({ x: 50 + 40 * index, index })), y0: 0, y1: 100, bar: 20, end: 300, scale: activationScale('light'), print: null });
  const bars = fall.marks.filter((m) => m.kind === 'path' && m.closed);
  assert.equal(bars.length, 4);
  bars.forEach((m, k) => {
    const ys = m.kind === 'path' ? m.points.map((p) => p[1]) : [];
    const ends = [fall.yOf(totals[k - 1] ?? 0), fall.yOf(totals[k])];
    assert.ok(Math.abs(Math.min(...ys) - Math.min(...ends)) < 1e-9 && Math.abs(Math.max(...ys) - Math.max(...ends)) < 1e-9);
  });
  assert.ok(fall.yOf(2) < fall.yOf(0) && fall.yOf(0) < fall.yOf(-0.5));
});

test('steps that have no room are told as so many more, and the totals still meet', () => {
  const steps = [1, 2, 3, 4].map((total, k) => ({ label: `s${k}`, value: 1, total }));
  const fall = waterfall({ steps, places: [{ x: 50, index: 0 }, { x: 90, index: 3 }], y0: 0, y1: 100, bar: 20, end: 200, scale: activationScale('light'), print: null });
  assert.deepEqual(fall.labels.map((l) => l.lines[0].text), ['⋯ 2']);
  const jump = fall.marks.find((m) => m.kind === 'path' && m.dash?.length && m.points.length === 4);
  assert.ok(jump && jump.kind === 'path' && jump.points[0][1] === fall.yOf(1) && jump.points[3][1] === fall.yOf(3));
});

test('a waterfall that does not begin with the first step says how many are before it', () => {
  const steps = [1, 3, 6].map((total, k, all) => ({ label: `${k}`, value: total - (all[k - 1] ?? 0), total })), said = (/** @type {number} */ first) =>
    waterfall({ steps, places: steps.slice(first).map((_, k) => ({ x: 50 + 16 * k, index: first + k })), y0: 0, y1: 100, bar: 10, end: 200, scale: activationScale('light'), print: null, lead: true }).labels.map(({ lines: [{ text }] }) => text);
  assert.deepEqual([said(0), said(2)], [[], ['⋯ 2']]);
});

test('where numbers of a waterfall would run into each other, the larger step keeps its number', () => {
  const totals = [5, 5.1, 5.2, 5.3, -2], steps = totals.map((total, k) => ({ label: `s${k}`, value: total - (totals[k - 1] ?? 0), total }));
  const numbers = (/** @type {number} */ pitch) => waterfall({ steps, places: steps.map((_, index) => ({ x: 50 + pitch * index, index })), y0: 0, y1: 200, bar: 20, end: 400, scale: activationScale('light'), print: adding({ ...ALL[0].e, picture: 'weighted_sum', steps, value: -2 }) }).labels.map(({ lines }) => lines[0].text);
  assert.deepEqual(numbers(60), ['+5.000', '+0.100', '+0.100', '+0.100', '−7.300']);
  assert.deepEqual(numbers(34), ['+5.000', '+0.100', '−7.300']);
});

test('a stack of many channels shows those that weigh most, in their own order', () => {
  const scene = sceneOf('chain');
  const e = scene.explanations.find((x) => x.node === 'conv2');
  const count = 64;
  const spread = (/** @type {number[]} */ part) => Array.from({ length: count }, () => part).flat();
  const source = { ...scene.network.nodes[3], shape: [count, 4, 4] };
  const network = { ...scene.network, nodes: scene.network.nodes.map((n) => (n.name === 'pool1' ? source : n)) };
  const steps = Array.from({ length: count }, (_, k) => ({ label: `channel ${k}`, value: k % 7, total: k }));
  const deep = {
    ...e, steps, products: spread(Array(9).fill(0)),
    operands: e.operands.map((/** @type {any} */ o, /** @type {number} */ k) => ({ ...o, shape: [count, 3, 3], values: spread(o.values.slice(0, 9)), cells: k ? [[0], steps.map((_, i) => i), ...o.cells.slice(2)] : [steps.map((_, i) => i), ...o.cells.slice(1)] })),
  };
  const activations = new Map([...scene.activations, ['pool1', { shape: [count, 4, 4], data: new Float32Array(count * 16) }]]);
  const frame = VIEWS.window(explained({ ...scene, network, activations }, deep));
  const shown = frame.poses.get('pool1')?.only ?? [];
  assert.ok(shown.length >= 8 && shown.length < count);
  assert.deepEqual([...shown].sort((a, b) => a - b), shown);
  const least = Math.min(...shown.map((c) => c % 7));
  const said = shown.map((channel, k) => ({ channel, text: frame.labels.find((l) => l.key === `step ${k}`)?.lines[0].text }));
  said.forEach(({ channel, text }) => assert.ok(text === undefined || text === adding(deep).signed(channel % 7), `${channel} ${text}`));
  assert.ok(said.filter(({ text }) => text).length >= shown.length / 2);
  assert.ok(steps.filter((s) => s.value > least).every((s) => shown.includes(steps.indexOf(s))));
});

test('padding is drawn as what it is, and can be pointed at by nobody', () => {
  const scene = sceneOf('chain');
  const e = scene.explanations.find((x) => x.address === 'conv1@0,0,0');
  const frame = VIEWS.window(explained(scene, e));
  assert.equal(frame.over.filter((m) => m.kind === 'hatch').length, 2 * 5);
  assert.equal(frame.targets.filter((t) => t.node === 'input').length - 3, 2 * 4); // tiles, beside the ribbon’s own three faces
});

test('of a max pool the cell that the engine names is marked as the winner', () => {
  for (const { scene, e } of ALL.filter(({ e }) => e.kind === 'max_pool2d')) {
    const frame = VIEWS.window(explained(scene, e));
    const won = frame.labels.filter((l) => l.look.includes('won'));
    assert.equal(won.length, 1);
    assert.equal(Number(won[0].lines[0].text.replace('−', '-')).toFixed(1), e.value.toFixed(1));
  }
});

test('the same explanation gives the same picture', () => {
  for (const { scene, e } of ALL.slice(0, 12)) {
    const marks = (/** @type {any} */ f) => JSON.stringify([f.over, f.labels, [...f.poses]]);
    assert.equal(marks(VIEWS.window(explained(scene, e))), marks(VIEWS.window(explained(scene, e))));
  }
});

test('a step to a small probability says how small it is', () => {
  const found = ALL.find(({ e }) => e.kind === 'softmax');
  assert.ok(found);
  const steps = found.e.steps.map((/** @type {any} */ step) => (step.label === 'divided' ? { ...step, value: 2.3218e-5 } : step));
  const frame = VIEWS.window(explained(found.scene, { ...found.e, steps, value: 2.3218e-5 }));
  const said = frame.labels.filter(({ key }) => /^(step value|chance|result)/.test(key)).map(({ lines }) => lines[0].text).filter((line) => /10⁻⁵/.test(line));
  assert.deepEqual(said.sort(), ['2.3218 × 10⁻⁵', '2.32×10⁻⁵', '2.32×10⁻⁵']);
});
