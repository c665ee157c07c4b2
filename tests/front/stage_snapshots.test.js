/**
 * Every kind of picture as SVG, made of the marks that the canvas is given, at five t in one file: the same however one
 * came there, and the same as the stored one. Where it is another, the lines that differ are told. After a change that is
 * meant, look at the new ones in a browser and store them:
 * CONVOSCOPE_SNAPSHOTS=write node --test tests/front/stage_snapshots.test.js
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { timeOf } from '../../static/anim/windows.js';
import { PALETTE } from '../../static/color/palette.js';
import { svgOf } from '../../static/paint/svg.js';
import { sceneMarks } from '../../static/scene/scene.js';
import { VIEWS } from '../../static/views/index.js';
import { revealing } from '../../static/views/setting.js';
import { differing, merged } from './stage_frames.js';
import { backSceneOf, sceneOf, stageOf } from './stage_scenes.js';

const WRITE = process.env.CONVOSCOPE_SNAPSHOTS === 'write';
const FOLDER = new URL('./snapshots/', import.meta.url);
const SIZE = /** @type {[number, number]} */ ([632, 560]);
/** Shares of a window's terms: nothing but the first, some, half, nearly all, all. */
const SHARES = [0.01, 0.3, 0.5, 0.8, 1];

/** Name, network, node, whether backward; the others window by window: the map fills. @type {[string, string, string, boolean][]} */
const KINDS = [
  ['convolution', 'chain', 'conv2', false], ['convolution-windows', 'chain', 'conv2', false], ['max-pool', 'chain', 'pool1', false], ['relu', 'chain', 'relu1', false], ['flatten', 'chain', 'flatten', false],
  ['dense', 'chain', 'fc', false], ['softmax', 'chain', 'softmax', false], ['input', 'chain', 'input', false],
  ['dilated-groups', 'branches', 'wide', false], ['locally-connected', 'branches', 'local', false], ['average-pool', 'branches', 'mean', false],
  ['batch-norm', 'branches', 'bn', false], ['add', 'branches', 'add', false], ['concat', 'branches', 'concat', false], ['local-response-norm', 'branches', 'lrn', false], ['transposed', 'branches', 'up', false],
  ['depthwise', 'depthwise', 'depthwise', false], ['enlarged', 'depthwise', 'bigger', false],
  ['convolution-back', 'chain', 'pool1', true], ['relu-back', 'chain', 'conv1', true], ['max-pool-back', 'chain', 'relu1', true], ['fan-out-back', 'branches', 'act', true],
];
const WINDOWS = new Set(['convolution-windows', 'dilated-groups', 'locally-connected', 'transposed', 'max-pool', 'average-pool', 'relu']);

/** The views of the whole network, t from its beginning to its end. @type {[string, string, Partial<import('../../static/types.d.ts').State>][]} */
const WHOLE = [['network', 'branches', { view: 'overview' }], ['unravelled', 'chain', { view: 'maps' }], ['field', 'branches', { view: 'overview', field: true, node: 'add', at: [1, 3, 4] }]];

/** @param {string} network @param {Partial<import('../../static/types.d.ts').State>} how @param {number} share */
function whole(network, how, share) {
  const scene = sceneOf(network), layers = scene.network.nodes.filter(({ inputs }) => inputs.length > 0).length;
  return svg(stageOf(scene, { ...how, t: share * layers }, ...SIZE), /** @type {'overview' | 'maps'} */ (how.view));
}

/** @param {import('../../static/stage.d.ts').Stage} stage @param {'overview' | 'maps' | 'window'} view */
function svg(stage, view) {
  const frame = VIEWS[view](stage), shown = { graph: stage.graph, look: stage.look, back: stage.back, reveal: revealing(stage), waiting: 1 };
  return svgOf([...frame.under.filter(() => view !== 'window'), ...sceneMarks(shown, frame.poses, frame.lit, false), ...frame.over], frame.labels, PALETTE.light, { width: SIZE[0], height: SIZE[1] });
}

/** The picture of a kind, its cell at a share of its terms, or of its layer's windows. @param {string} name @param {string} network @param {string} node @param {boolean} back @param {number} share */
function picture(name, network, node, back, share) {
  const scene = back ? backSceneOf(network) : sceneOf(network);
  const e = scene.explanations.findLast((one) => one.node === node);
  const at = timeOf(scene.network, node, e.at, back), n = e && scene.network.nodes.find(({ name }) => name === node)?.shape.reduce((a, b) => a * b, 1);
  const windows = WINDOWS.has(name), t = at === null ? Infinity : windows ? Math.ceil(at - 1e-9) - 1 + share : at - (1 - share) / Number(n);
  const state = { view: /** @type {const} */ ('window'), grain: windows ? /** @type {const} */ ('window') : /** @type {const} */ ('term'), node, at: e.at, t, ...(back ? { objective: 'loss:0', show: /** @type {const} */ ('gradient') } : {}) };
  return svg(stageOf({ ...scene, ...(back ? { backward: e } : { explanation: e }) }, state, ...SIZE), 'window');
}

const drawn = new Map([
  ...KINDS.map(([name, network, node, back]) => /** @type {[string, string[]]} */ ([name, SHARES.map((share) => picture(name, network, node, back, share))])),
  ...WHOLE.map(([name, network, how]) => /** @type {[string, string[]]} */ ([name, SHARES.map((share) => whole(network, how, share))])),
]);

test('every kind of picture at five t is the stored one, and what differs is told', () => {
  for (const [name, frames] of drawn) {
    const file = new URL(`${name}.svg`, FOLDER), now = merged(frames);
    if (WRITE) writeFileSync(file, now);
    const told = differing(readFileSync(file, 'utf8'), now);
    assert.ok(told.length === 0, `${name}.svg is another picture:\n${told.join('\n')}`);
  }
  assert.deepEqual(readdirSync(FOLDER).sort(), [...drawn.keys()].map((name) => `${name}.svg`).sort());
});

test('a picture is a function of t alone: sought in the other order it is the same', () => {
  for (const [name, network, node, back] of [...KINDS].reverse()) for (const k of [4, 1, 0]) assert.equal(picture(name, network, node, back, SHARES[k]), drawn.get(name)?.[k], `${name} at ${SHARES[k]}`);
  for (const [name, network, how] of WHOLE) for (const k of [4, 1, 0]) assert.equal(whole(network, how, SHARES[k]), drawn.get(name)?.[k], `${name} at ${SHARES[k]}`);
});

test('what one line of a file is another is told by that line', () => {
  const [one] = drawn.get('max-pool') ?? [''], other = one.replace(/fill="rgb/, 'fill="RGB');
  assert.deepEqual(differing(one, one), []);
  const [gone, came, ...more] = differing(one, other);
  assert.deepEqual([gone.startsWith('- <path'), came.startsWith('+ <path'), came.includes('RGB'), more.length], [true, true, true, 0]);
  assert.ok(merged([one, other]).includes('<g data-t="2"><path') && merged([one, other]).includes('RGB'));
});

test('a sum that is half done shows less than the whole, and the whole is another picture', () => {
  for (const name of ['convolution', 'dense', 'batch-norm']) {
    assert.equal(new Set(drawn.get(name)).size, SHARES.length, name);
  }
});
