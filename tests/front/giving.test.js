/** What one output gives back is drawn with the numbers that came, and with no others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRows, givesRow, strips } from '../../static/backward/strips.js';
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
