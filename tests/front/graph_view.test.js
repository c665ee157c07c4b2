/** A large network on the stage: cameras that find their way, what is on the screen, and what is asked for because of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsOn, onScreen, tilesOn } from '../../static/graph/cull.js';
import { edgeTiles } from '../../static/graph/edges.js';
import { addFaces, createFaces, faceOf, firstNumbers, isHeavy } from '../../static/graph/faces.js';
import { found } from '../../static/graph/find.js';
import { createClock } from '../../static/anim/clock.js';
import { between, createGlide } from '../../static/graph/glide.js';
import { minimapOf, seenOn } from '../../static/graph/minimap.js';
import { needsOf } from '../../static/graph/needs.js';
import { createSupply, nextQuestion } from '../../static/graph/supply.js';
import { anchored, cameraTo, firstLook, fitted, held, leastZoom, screenIn, shifted } from '../../static/graph/world.js';
import { cameraMatrix, HOME, zoomAt } from '../../static/scene/camera.js';
import { apply } from '../../static/scene/matrix.js';
import { sceneMarks } from '../../static/scene/scene.js';
import { createStore } from '../../static/state/store.js';
import { VIEWS } from '../../static/views/index.js';
import { networkOf, STATE } from './stage_scenes.js';
import { graphOf } from '../../static/model/graph.js';
import { lookOf } from '../../static/scene/look.js';

/** @import { Frame, Stage } from '../../static/stage.d.ts' */

const SIZE = { width: 1372, height: 746 };
/** Names in one question, as the server says. */
const MOST = 3;

/** A residual network of so many blocks at each of three sizes. @param {number} blocks */
function deep(blocks) {
  /** @type {[string, number[], string[], object?][]} */
  const nodes = [['input', [3, 64, 64], []], ['conv0', [8, 64, 64], ['input']]];
  let last = 'conv0';
  [[8, 32], [16, 16], [32, 8]].forEach(([channels, side], stage) => {
    for (let k = 0; k < blocks; k++) {
      const [n, shape] = [`${stage}${k < 10 ? '0' : ''}${k}`, [channels, side, side]];
      nodes.push([`conv${n}1`, shape, [last]], [`relu${n}1`, shape, [`conv${n}1`]], [`conv${n}2`, shape, [`relu${n}1`]], [`conv${n}3`, shape, [last]], [`add${n}`, shape, [`conv${n}2`, `conv${n}3`]]);
      last = `add${n}`;
    }
  });
  return networkOf([...nodes, ['pool9', [32, 1, 1], [last]], ['fc', [5], ['pool9']]]);
}

/** @param {string} open @param {object} [more] of the scene @param {any} [network] @returns {Stage} */
function stageOf(open, more = {}, network = deep(7)) {
  const scene = /** @type {any} */ ({
    network, image: { id: 'noise', title: 'Noise', width: 64, height: 64, kind: 'photo', label: null }, activations: new Map(), gradients: null, objective: null, explanation: null, backward: null,
    trace: { network: 'made', image: 'noise', crop: { x: 0, y: 0, width: 64, height: 64 }, nodes: [], ranges: { node: {}, group: {}, network: 1 }, prediction: null }, edit: '', change: null, faces: createFaces(), backFaces: null, ...more,
  });
  const graph = graphOf(network);
  const state = { ...STATE, open };
  return /** @type {Stage} */ ({ scene, state, ...SIZE, margin: 28, graph, look: lookOf(scene, graph, 'group', 'light'), back: null, t: Infinity, photo: null, spot: null, passing: null });
}

const FOLDED = VIEWS.overview(stageOf(''));
const [GROUP] = FOLDED.groups ?? [];
const OPEN = VIEWS.overview(stageOf(`${GROUP.id},${GROUP.id}.1`));

test('a network of a hundred layers is a row of folded stages that fits the screen', () => {
  assert.deepEqual(FOLDED.groups?.map(({ title, open }) => [title, open]), [['×7 residual block', false], ['×7 residual block', false], ['×7 residual block', false]]);
  assert.deepEqual(FOLDED.groups?.map(({ layers }) => layers), [35, 35, 35]);
  assert.equal(leastZoom(FOLDED.world, SIZE), 1);
  assert.deepEqual(fitted(FOLDED.world, SIZE), HOME);
});

test('a small U-Net is seen whole, its long connections nested above what they pass', () => {
  const down = [1, 2, 3].flatMap((k) => /** @type {[string, number[], string[]][]} */ ([[`conv${k}`, [4, 64 >> k, 64 >> k], [k === 1 ? 'input' : `pool${k - 1}`]], [`pool${k}`, [4, 32 >> k, 32 >> k], [`conv${k}`]]]));
  const up = [3, 2, 1].flatMap((k) => /** @type {[string, number[], string[]][]} */ ([[`resize${k}`, [4, 64 >> k, 64 >> k], [k === 3 ? 'pool3' : `fuse${k + 1}`]], [`fuse${k}`, [4, 64 >> k, 64 >> k], [`resize${k}`, `conv${k}`]]]));
  const network = networkOf([['input', [3, 64, 64], []], ...down, ...up]);
  const frame = VIEWS.overview(stageOf('', {}, network));
  assert.match(frame.key, /^large/);
  assert.deepEqual(network.nodes.map((/** @type {{ name: string }} */ { name }) => name).filter((/** @type {string} */ name) => !frame.poses.has(name)), []);
  const lanes = (frame.tiles ?? []).flatMap(({ box, marks: [mark] }) => (mark.kind === 'path' && !mark.closed && box.w > 100 ? [box] : [])).sort((a, b) => a.w - b.w);
  assert.equal(lanes.length, 3);
  assert.ok(lanes[0].y > lanes[1].y && lanes[1].y > lanes[2].y);
  assert.ok(lanes[1].x < lanes[0].x && lanes[1].x + lanes[1].w > lanes[0].x + lanes[0].w);
});

test('an open group shows its blocks and the layers of the open one, within its frame, and the rest moves on', () => {
  const [outer, inner] = OPEN.groups?.filter((group) => group.open) ?? [];
  const inside = (/** @type {{x: number, y: number, w: number, h: number}} */ a, /** @type {typeof a} */ b) => a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
  assert.ok(inside(inner.box, outer.box));
  for (const name of ['conv0011', 'relu0011', 'conv0012', 'conv0013', 'add001']) {
    const box = OPEN.extents?.get(name);
    assert.ok(box && inside(box, inner.box), name);
  }
  assert.equal(OPEN.groups?.length, 3 + 7);
  assert.ok((OPEN.world?.w ?? 0) > SIZE.width);
  const boxes = [...(OPEN.extents ?? [])];
  boxes.forEach(([a, p], k) => boxes.slice(0, k).forEach(([b, q]) => assert.ok(!(p.x < q.x + q.w && q.x < p.x + p.w && p.y < q.y + q.h && q.y < p.y + p.h), `${a} and ${b}`)));
});

test('a group that opens stays where it is, unless it would not be seen whole; then it comes into sight', () => {
  const [before, after] = [FOLDED, OPEN].map((frame) => /** @type {{x: number, y: number, w: number, h: number}} */ (frame.groups?.find(({ id }) => id === GROUP.id)?.box));
  const camera = anchored(HOME, before, after, /** @type {any} */ (OPEN.world), SIZE);
  const [x] = apply(cameraMatrix(camera, SIZE.width, SIZE.height), after.x, after.y);
  assert.ok(Math.abs(x - Math.min(before.x, Math.max(48, SIZE.width - 48 - after.w))) < 1, String(x));
});

test('the camera goes no further away than where all of it is seen, and does not lose it', () => {
  const world = /** @type {any} */ (OPEN.world);
  const least = leastZoom(world, SIZE);
  const far = held(zoomAt(HOME, 0.01, [300, 200], SIZE.width, SIZE.height, least), world, SIZE);
  assert.equal(far.zoom, least);
  const screen = screenIn(far, SIZE);
  assert.ok(screen.x <= world.x + 1 && screen.x + screen.w >= world.x + world.w - 1);
  for (const x of [9, -9]) {
    const lost = screenIn(held({ x, y: x, zoom: 1 }, world, SIZE), SIZE);
    assert.ok(lost.x < world.x + world.w - 100 && lost.x + lost.w > world.x + 100);
  }
  assert.deepEqual(zoomAt({ x: 0.1, y: 0, zoom: 1.2 }, 0.5, [0, 0], SIZE.width, SIZE.height), HOME);
});

test('the wheel leaves the point under the pointer where it is', () => {
  const before = apply(cameraMatrix({ x: 0.1, y: -0.05, zoom: 0.7 }, SIZE.width, SIZE.height), 400, 300);
  const camera = zoomAt({ x: 0.1, y: -0.05, zoom: 0.7 }, 1.3, /** @type {[number, number]} */ (before), SIZE.width, SIZE.height, 0.3);
  const after = apply(cameraMatrix(camera, SIZE.width, SIZE.height), 400, 300);
  assert.ok(Math.abs(after[0] - before[0]) < 1e-6 && Math.abs(after[1] - before[1]) < 1e-6);
});

test('what was found comes to the middle, and no further than where it can be read', () => {
  const box = /** @type {any} */ (OPEN.extents?.get('conv0012'));
  const camera = cameraTo(box, { ...HOME, zoom: 0.2 }, /** @type {any} */ (OPEN.world), SIZE);
  assert.equal(camera.zoom, 0.8);
  const [x] = apply(cameraMatrix(camera, SIZE.width, SIZE.height), box.x + box.w / 2, box.y);
  assert.ok(Math.abs(x - SIZE.width / 2) < SIZE.width / 2);
  assert.deepEqual([between(HOME, camera, 0).zoom, between(HOME, camera, 1)], [1, camera]);
});

test('the camera glides to its goal, and stops where somebody takes it on the way', () => {
  const store = createStore({ ...STATE });
  /** @type {((now: number) => void)[]} */
  const frames = [];
  const clock = createClock((frame) => frames.push(frame));
  const run = (/** @type {number[]} */ times) => times.forEach((ms) => frames.shift()?.(performance.now() + ms));
  const goal = { x: -0.4, y: 0.1, zoom: 0.5 };
  const glide = createGlide(clock, () => store.get().camera, (camera) => store.set({ camera }), () => false);
  run([0]);
  glide(goal);
  run([-50, 0, 260]);
  const { zoom } = store.get().camera;
  assert.ok(zoom < 1 && zoom > 0.5);
  run([600]);
  assert.deepEqual(store.get().camera, goal);
  glide(HOME);
  run([200]);
  store.set({ camera: { x: 0.3, y: 0, zoom: 2 } });
  run([300, 600]);
  assert.deepEqual(store.get().camera, { x: 0.3, y: 0, zoom: 2 });
  createGlide(clock, () => store.get().camera, (camera) => store.set({ camera }), () => true)(goal);
  assert.deepEqual(store.get().camera, goal);
});

test('volumes that move with the camera begin where they were seen', () => {
  const pose = /** @type {any} */ ({ x: 100, y: 50, gx: 100, gy: 50 });
  const [before, now] = [{ x: 0.1, y: 0, zoom: 1 }, { x: -0.2, y: 0.1, zoom: 1 }];
  const moved = /** @type {any} */ (shifted(new Map([['a', pose]]), null, before, now, SIZE).from.get('a'));
  const seen = (/** @type {typeof now} */ camera, /** @type {any} */ p) => apply(cameraMatrix(camera, SIZE.width, SIZE.height), p.x, p.y);
  seen(before, pose).forEach((v, k) => assert.ok(Math.abs(v - seen(now, moved)[k]) < 1e-9));
});

test('only what is on the screen is drawn, and what is too small to show numbers is a silhouette', () => {
  const stage = stageOf(`${GROUP.id},${GROUP.id}.1`);
  const near = onScreen(OPEN, OPEN.poses, { x: 0, y: 0, w: 400, h: 746 }, 1);
  assert.ok(near.poses.size > 0 && near.poses.size < OPEN.poses.size / 2);
  const far = onScreen(OPEN, OPEN.poses, /** @type {any} */ (OPEN.world), 0.02);
  assert.deepEqual([far.poses.size, far.marks.length], [0, OPEN.extents?.size]);
  assert.ok(tilesOn(OPEN, { x: 0, y: 0, w: 200, h: 746 }).length < tilesOn(OPEN, /** @type {any} */ (OPEN.world)).length);
  assert.ok(sceneMarks({ graph: stage.graph, look: stage.look, reveal: () => 1 }, near.poses, new Set(), false).length > 0);
});

test('from afar names leave that would lie on one another, then all names of layers', () => {
  const label = (/** @type {string} */ key, /** @type {number} */ x) => /** @type {any} */ ({ key, x, y: 100, anchor: 'n', look: 'node tight', lines: [{ text: 'a long name', look: 'name' }] });
  const frame = { ...OPEN, labels: [label('a', 0), label('b', 120), label('c', 900)] };
  const kept = (/** @type {number} */ zoom) => labelsOn(frame, [zoom, 0, 0, zoom, 0, 0], { x: 0, y: 0, w: 600, h: 400 }).map(({ key }) => key);
  assert.deepEqual([kept(1), kept(0.5), kept(0.3)], [['a', 'b'], ['a'], []]);
});

test('the arrow is at the end of an edge, on the way back at its other end', () => {
  const heads = (/** @type {boolean} */ back) => edgeTiles([[0, 0], [20, 0], [40, 30], [60, 30]], back).map(({ marks: [mark] }) => mark.kind !== 'group' && 'head' in mark && mark.head);
  assert.deepEqual([heads(false), heads(true)], [[false, false, true], [true, false, false]]);
});

test('the small map shows every volume, and the screen within it', () => {
  const stage = stageOf(`${GROUP.id},${GROUP.id}.1`);
  const map = minimapOf(stage, OPEN);
  assert.ok(map.marks.length > (OPEN.extents?.size ?? 0));
  const box = seenOn(map, HOME, SIZE);
  assert.ok(box.x >= 0 && box.x + box.w <= map.w && Math.abs(box.w - SIZE.width * map.scale) < 3);
});

test('a layer is found by the words of its name, kind or shape, those that begin with them first', () => {
  const nodes = stageOf('').graph.nodes;
  assert.equal(found(nodes, 'add').length, 21);
  assert.deepEqual(found(nodes, 'conv 8×32×32 0001')[0].name, 'conv0001');
  assert.deepEqual(found(nodes, 'no such'), []);
  assert.equal(found(nodes, ' ').length, nodes.length);
});

test('a network of many numbers is not asked for whole', async () => {
  const heavy = { ...deep(1), nodes: [{ shape: [64, 300, 300] }] };
  /** @type {string[]} */
  const asked = [];
  const resources = /** @type {any} */ ({ network: async (/** @type {string} */ id) => (id === 'heavy' ? heavy : deep(1)), activations: async (/** @type {string} */ id) => (asked.push(id), new Map()) });
  assert.ok(isHeavy(/** @type {any} */ (heavy)) && !isHeavy(deep(1)));
  assert.ok((await firstNumbers(resources, 'heavy', 'cat')).faces);
  assert.equal((await firstNumbers(resources, 'light', 'cat')).faces, null);
  assert.deepEqual(asked, ['light']);
});

test('a network is first seen as a whole, unless that is on the screen anyway, or would be too small to be read', () => {
  const world = (/** @type {number} */ w) => ({ x: 0, y: 0, w, h: SIZE.height });
  assert.deepEqual([firstLook(undefined, SIZE), firstLook(world(SIZE.width), SIZE), firstLook(world(3 * SIZE.width), SIZE)], [null, null, null]);
  const camera = firstLook(world(1.25 * SIZE.width), SIZE), seen = screenIn(camera ?? HOME, SIZE);
  assert.equal(camera?.zoom, 0.8);
  assert.ok(Math.abs(seen.x) < 1e-6 && Math.abs(seen.w - 1.25 * SIZE.width) < 1e-6, JSON.stringify(seen));
});

test('faces are asked for as finely as they are seen, as many nodes at a time as the server takes, each once', async () => {
  const stage = stageOf('');
  const faces = /** @type {import('../../static/types.d.ts').Faces} */ (stage.scene.faces);
  const { wanted, maps } = needsOf(stage, FOLDED, SIZE, 1);
  assert.deepEqual([...wanted.keys()].sort(), [...FOLDED.poses.keys()].sort());
  /** @type {{ nodes: string[], side: number }[]} */
  const questions = [];
  let arrivals = 0;
  const resources = /** @type {any} */ ({
    limit: async (/** @type {string} */ name) => (name === 'list_length' ? MOST : 0),
    faces: async (/** @type {string} */ _, /** @type {string} */ __, /** @type {string[]} */ nodes, /** @type {{ side: number }} */ { side }) => {
      questions.push({ nodes, side });
      return { tensors: new Map(nodes.map((node) => [`front ${node}`, { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }])), channels: Object.fromEntries(nodes.map((node) => [node, 1])) };
    },
  });
  const told = /** @type {boolean[]} */ ([]);
  const supply = createSupply(resources, () => (arrivals += 1), (busy) => told.push(busy));
  supply.show(stage.scene, { faces, of: null, wanted, maps });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(questions.flatMap(({ nodes }) => nodes).sort(), [...wanted.keys()].sort());
  assert.equal(Math.max(...questions.map(({ nodes }) => nodes.length)), MOST);
  assert.ok(questions.every(({ nodes, side }) => nodes.every((node) => side >= Math.min(256, wanted.get(node) ?? 0))));
  assert.deepEqual([arrivals, told, nextQuestion({ faces, of: null, wanted, maps }, MOST)], [questions.length, [true, false], null]);
  const coarse = questions.find(({ side }) => side < 256)?.nodes[0] ?? '';
  assert.deepEqual(nextQuestion({ faces, of: null, wanted: new Map([[coarse, 250]]), maps: 0 }, MOST), { side: 256, nodes: [coarse] });
});

test('what cannot be had is not asked for again and again', async () => {
  const stage = stageOf('');
  let questions = 0;
  const supply = createSupply(/** @type {any} */ ({ limit: async () => MOST, faces: async () => (questions += 1, Promise.reject(new Error('away'))) }), () => {});
  const wish = { faces: /** @type {any} */ (stage.scene.faces), of: null, wanted: new Map([['conv0', 40]]), maps: 0 };
  for (let k = 0; k < 3; k++) {
    supply.show(stage.scene, wish);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(questions, 1);
});

test('where the server does not say how many it takes, nothing is asked until it does', async () => {
  const stage = stageOf(''), faces = createFaces(), wanted = new Map([['conv0', 40]]), answers = [Promise.reject(new Error('away')), Promise.resolve(MOST)];
  let questions = 0;
  const supply = createSupply(/** @type {any} */ ({ limit: () => answers.shift(), faces: async () => (questions += 1, { tensors: new Map([['front conv0', { shape: [2, 2], data: new Float32Array(4) }]]), channels: { conv0: 1 } }) }), () => {});
  for (const expected of [0, 1, 1]) {
    supply.show(stage.scene, { faces, of: null, wanted, maps: 0 });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(questions, expected);
  }
});

test('a face is painted in its own resolution; another channel has none until its numbers are here', () => {
  const faces = createFaces();
  const tensor = (/** @type {number[]} */ shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  addFaces(faces, new Map([['front conv0', tensor([16, 16])], ['lid conv0', tensor([8, 16])], ['maps conv1', tensor([3, 4, 4])]]), { conv0: 5, conv1: 0 }, 64);
  assert.equal(faceOf(faces, 'conv0', 'map', 5)?.tensor.shape.join(), '16,16');
  assert.equal(faceOf(faces, 'conv0', 'lid', 5)?.tensor.shape.join(), '8,16');
  assert.equal(faceOf(faces, 'conv0', 'map', 4), null);
  assert.equal(faceOf(faces, 'conv1', 'map', 2)?.channel, 2);
  assert.equal(faceOf(null, 'conv0', 'map', 5), null);
  const { look } = stageOf('', { faces });
  assert.equal(look.front('conv0'), 5);
  assert.deepEqual(look.picture('conv0', 'map', 5).pixels().width, 16);
  assert.match(look.picture('conv0', 'map', 4).key, /none$/);
});
