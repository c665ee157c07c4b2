/**
 * Every kind of picture as SVG, made of the marks that the canvas is given: the same at each of five t however one came
 * there, and the same as the stored ones. After a change that is meant, look at the new ones and store them:
 * CONVOSCOPE_SNAPSHOTS=write node --test tests/front/stage_snapshots.test.js
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { timeOf } from '../../static/anim/windows.js';
import { PALETTE } from '../../static/color/palette.js';
import { svgOf } from '../../static/paint/svg.js';
import { sceneMarks } from '../../static/scene/scene.js';
import { VIEWS } from '../../static/views/index.js';
import { revealing } from '../../static/views/setting.js';
import { backSceneOf, sceneOf, stageOf } from './stage_scenes.js';

const WRITE = process.env.CONVOSCOPE_SNAPSHOTS === 'write';
const FOLDER = new URL('./snapshots/', import.meta.url);
const DIGESTS = new URL('digests.json', FOLDER);
const SIZE = /** @type {[number, number]} */ ([632, 560]);
/** Shares of a window's terms: nothing but the first, some, half, nearly all, all. */
const SHARES = [0.01, 0.3, 0.5, 0.8, 1];

/** Name, network, node, whether backward. @type {[string, string, string, boolean][]} */
const KINDS = [
  ['convolution', 'chain', 'conv2', false], ['max-pool', 'chain', 'pool1', false], ['relu', 'chain', 'relu1', false], ['flatten', 'chain', 'flatten', false],
  ['dense', 'chain', 'fc', false], ['softmax', 'chain', 'softmax', false], ['input', 'chain', 'input', false],
  ['dilated-groups', 'branches', 'wide', false], ['locally-connected', 'branches', 'local', false], ['average-pool', 'branches', 'mean', false],
  ['batch-norm', 'branches', 'bn', false], ['add', 'branches', 'add', false], ['concat', 'branches', 'concat', false], ['local-response-norm', 'branches', 'lrn', false], ['transposed', 'branches', 'up', false],
  ['depthwise', 'depthwise', 'depthwise', false], ['enlarged', 'depthwise', 'bigger', false],
  ['convolution-back', 'chain', 'pool1', true], ['relu-back', 'chain', 'conv1', true], ['max-pool-back', 'chain', 'relu1', true], ['fan-out-back', 'branches', 'act', true],
];
/** Those that are stored to be looked at; of the others only what they were. */
const STORED = ['convolution', 'max-pool', 'dense', 'softmax', 'convolution-back', 'relu-back', 'depthwise'];

/** The picture of a kind, its cell at a share of its terms. @param {string} network @param {string} node @param {boolean} back @param {number} share */
function picture(network, node, back, share) {
  const scene = back ? backSceneOf(network) : sceneOf(network);
  const e = scene.explanations.findLast((one) => one.node === node);
  const at = timeOf(scene.network, node, e.at, back), n = e && scene.network.nodes.find(({ name }) => name === node)?.shape.reduce((a, b) => a * b, 1);
  const t = at === null ? Infinity : at - (1 - share) / Number(n);
  const state = { view: /** @type {const} */ ('window'), grain: /** @type {const} */ ('term'), node, at: e.at, t, ...(back ? { objective: 'loss:0', show: /** @type {const} */ ('gradient') } : {}) };
  const stage = stageOf({ ...scene, ...(back ? { backward: e } : { explanation: e }) }, state, ...SIZE), frame = VIEWS.window(stage);
  const shown = { graph: stage.graph, look: stage.look, back: stage.back, reveal: revealing(stage), waiting: 1 };
  return svgOf([...sceneMarks(shown, frame.poses, frame.lit, false), ...frame.over], frame.labels, PALETTE.light, { width: SIZE[0], height: SIZE[1] });
}

/** @param {string} text */
const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

test('every kind of picture at five t is the stored one, in whatever order they are sought', () => {
  const now = Object.fromEntries(KINDS.map(([name, network, node, back]) => [name, SHARES.map((share) => digest(picture(network, node, back, share)))]));
  const again = [...KINDS].reverse().map(([name, network, node, back]) => [name, [...SHARES].reverse().map((share) => digest(picture(network, node, back, share))).reverse()]);
  assert.deepEqual(Object.fromEntries(again), now);
  if (WRITE) writeFileSync(DIGESTS, `${JSON.stringify(now, null, 1)}\n`);
  assert.deepEqual(now, JSON.parse(readFileSync(DIGESTS, 'utf8')));
});

test('the stored pictures are those that are drawn', () => {
  for (const [name, network, node, back] of KINDS.filter(([one]) => STORED.includes(one))) {
    const file = new URL(`${name}.svg`, FOLDER), drawn = picture(network, node, back, 0.5);
    if (WRITE) writeFileSync(file, drawn);
    assert.ok(existsSync(file), `${name}.svg`);
    assert.equal(drawn, readFileSync(file, 'utf8'), name);
  }
});

test('a sum that is half done shows less than the whole, and the whole is another picture', () => {
  for (const name of ['convolution', 'dense', 'batch-norm']) {
    const [, network, node, back] = KINDS.find(([one]) => one === name) ?? KINDS[0];
    assert.equal(new Set(SHARES.map((share) => digest(picture(network, node, back, share)))).size, SHARES.length, name);
  }
});
