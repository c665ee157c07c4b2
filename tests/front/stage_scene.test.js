/** Layout and geometry: where volumes stand, how they open, what is under the pointer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, folded, graphOf } from '../../static/model/graph.js';
import { cameraMatrix, HOME, zoomAt } from '../../static/scene/camera.js';
import { flowMarks } from '../../static/scene/flow.js';
import { funnel } from '../../static/scene/funnel.js';
import { hit } from '../../static/scene/hit.js';
import { uncrowded } from '../../static/scene/labels.js';
import { breakLines, ranksOf } from '../../static/scene/lines.js';
import { apply, compose, invert } from '../../static/scene/matrix.js';
import { mixPose, pose } from '../../static/scene/pose.js';
import { ribbon } from '../../static/scene/ribbon.js';
import { excerpt, sheet } from '../../static/scene/sheet.js';
import { mapSize } from '../../static/scene/sizes.js';
import { extentOf, isClosed, mapQuad, slicesOf } from '../../static/scene/slices.js';
import { volumeTargets } from '../../static/scene/volume.js';
import { overview } from '../../static/views/overview.js';
import { networkOf, sceneOf, stageOf } from './stage_scenes.js';

/** @import { Box, Graph, Pose, Volume } from '../../static/stage.d.ts' */

const LOOK = { ax: 0.53, ay: 0.2, rise: 0.21, depth: 0.17 };
const STYLE = { look: LOOK, gap: 14, between: 32, above: 72, below: 74, most: 210, head: 0, lines: 3 };
const VOLUME = { channels: 4, rows: 3, columns: 5, vector: false, cells: 60 };
const STACK = pose({ x: 10, y: 20, w: 50, h: 30, ax: 0.5, ay: 0.2, dx: 3, dy: -0.6, gx: 200, gy: 40, gw: 25, gh: 15, gc: 2, gpx: 30, gpy: 20 });

/** @param {Graph} graph @param {Map<string, Pose>} poses @returns {[string, Box][]} */
const boxes = (graph, poses) => [...poses].map(([name, p]) => [name, extentOf(/** @type {Volume} */ (graph.volumes.get(name)), p)]);
/** @param {Box} a @param {Box} b */
const overlap = (a, b) => Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x) > 0.5 && Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y) > 0.5;

/** A random graph: a chain with branches that meet again. @param {number} seed */
function grown(seed) {
  let state = seed;
  const draw = (/** @type {number} */ n) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
  /** @type {[string, number[], string[]][]} */
  const nodes = [['input', [3, 32, 32], []]];
  let [last, side, channels] = ['input', 32, 3];
  for (let k = 1; k < 4 + draw(12); k++) {
    const kind = draw(4);
    if (kind === 0 && side > 4) nodes.push([`pool${k}`, [channels, (side /= 2), side], [last]]);
    else if (kind === 1) {
      channels = 4 << draw(5);
      nodes.push([`conv${k}a`, [channels, side, side], [last]], [`conv${k}b`, [channels, side, side], [last]], [`add${k}`, [channels, side, side], [`conv${k}a`, `conv${k}b`]]);
    } else nodes.push([`conv${k}`, [(channels = 4 << draw(5)), side, side], [last]], [`relu${k}`, [channels, side, side], [`conv${k}`]]);
    last = nodes[nodes.length - 1][0];
  }
  return graphOf(networkOf(nodes));
}

test('a stack is a deck: each channel a step behind the one before, the front one first', () => {
  const quads = slicesOf(VOLUME, { ...STACK, front: 2 });
  assert.deepEqual(quads.map((q) => q.channel), [1, 0, 3, 2]);
  assert.deepEqual(quads.map((q) => q.depth), [3, 2, 1, 0]);
  assert.deepEqual(quads[3].m, [25, 10, 0, 30, 10, 20]);
  assert.deepEqual(quads[2].m.slice(4), [13, 19.4]);
});

test('unravelled, every map stands face on in its place of the grid', () => {
  for (const { channel, m } of slicesOf(VOLUME, { ...STACK, u: 1 })) {
    assert.deepEqual(m.map((v) => Math.round(v * 1e6) / 1e6), [25, 0, 0, 15, 200 + 30 * (channel % 2), 40 + 20 * Math.floor(channel / 2)]);
  }
});

test('on the way the first channels leave first, and each moves once', () => {
  const at = (/** @type {number} */ u, /** @type {number} */ c) => mapQuad(VOLUME, { ...STACK, u }, c).open;
  for (let u = 0; u < 1; u += 0.1) {
    assert.ok(at(u, 0) >= at(u, 3));
    for (let c = 0; c < 4; c++) assert.ok(at(u + 0.1, c) >= at(u, c));
  }
});

test('a stack is drawn closed only while it is one', () => {
  assert.equal(isClosed(STACK), true);
  assert.equal(isClosed({ ...STACK, u: 0.1 }), false);
  assert.equal(isClosed({ ...STACK, dx: 60 }), false);
});

test('while it moves, a stack of hundreds draws every so many-th slice and always the front one', () => {
  const many = { ...VOLUME, channels: 512 };
  const quads = slicesOf(many, STACK, 8);
  assert.equal(quads.length, 64);
  assert.equal(quads[63].depth, 0);
});

test('half way between two poses is half of every length', () => {
  const half = mixPose(pose({ x: 0, w: 10, alpha: 0 }), pose({ x: 8, w: 20, alpha: 1, front: 3 }), 0.5);
  assert.deepEqual([half.x, half.w, half.alpha, half.front], [4, 15, 0.5, 3]);
});

test('the point of the middle of any cell, of any map, is that cell', () => {
  const node = { .../** @type {any} */ ({}), name: 'n', shape: [4, 3, 5] };
  for (const p of [{ ...STACK, u: 1 }, { ...STACK, dx: 60, dy: 0 }]) {
    const targets = volumeTargets(node, VOLUME, p);
    for (let c = 0; c < 4; c++) for (let i = 0; i < 3; i++) for (let j = 0; j < 5; j++) {
      const point = apply(mapQuad(VOLUME, p, c).m, (j + 0.5) / 5, (i + 0.5) / 3);
      assert.deepEqual(hit(targets, point), { node: 'n', at: [c, i, j] });
    }
  }
});

test('of a closed block the front, the lid and the side can be pointed at', () => {
  const node = { .../** @type {any} */ ({}), name: 'n', shape: [4, 3, 5] };
  const targets = volumeTargets(node, VOLUME, { ...STACK, front: 1 });
  const at = (/** @type {number} */ face, /** @type {number} */ u, /** @type {number} */ v) => hit(targets, apply(targets[face].m, u, v))?.at;
  assert.deepEqual(at(2, 0.5, 0.5), [1, 1, 2]);
  assert.deepEqual(at(0, 0.3, 0.6), [3, 0, 1]);
  assert.deepEqual(at(1, 0.9, 0.4), [0, 1, 4]);
  assert.equal(hit(targets, [-5, -5]), null);
});

test('maps shrink with their resolution, but by less, and never to nothing', () => {
  const graph = graphOf(networkOf([['input', [3, 224, 224], []], ['conv1', [8, 112, 112], ['input']], ['conv2', [8, 7, 7], ['conv1']]]));
  const side = (/** @type {string} */ name) => mapSize(graph, /** @type {Volume} */ (graph.volumes.get(name)), 100).h;
  assert.equal(side('input'), 100);
  assert.ok(side('conv1') > 50 && side('conv1') < 100);
  assert.ok(Math.abs(side('conv2') - 20) < 1e-9);
});

test('the flow of any graph fits its room, and no volume stands on another', () => {
  const room = { x: 30, y: 100, w: 1000, h: 600 };
  for (let seed = 1; seed <= 40; seed++) {
    const graph = grown(seed * 7919);
    const { poses, side } = funnel(graph, graph.columns, room, STYLE);
    assert.equal(poses.size, graph.nodes.length);
    if (side < 10) continue; // more layers than the room has px: drawn at the least size, over its edge
    const all = boxes(graph, poses);
    for (const [name, box] of all) {
      assert.ok(box.x >= room.x - 1 && box.x + box.w <= room.x + room.w + 1, `seed ${seed}: ${name} across`);
      assert.ok(box.y >= room.y - 1 && box.y + box.h <= room.y + room.h + 1, `seed ${seed}: ${name} down`);
    }
    all.forEach(([a, one], k) => all.slice(k + 1).forEach(([b, other]) => assert.ok(!overlap(one, other), `seed ${seed}: ${a} and ${b}`)));
  }
});

test('a layer stands above the axis and what it feeds elementwise right below it', () => {
  const graph = graphOf(sceneOf('chain').network);
  const { poses, lines } = funnel(graph, graph.columns.filter((c) => !c.vector), { x: 0, y: 0, w: 900, h: 500 }, STYLE);
  const box = (/** @type {string} */ name) => extentOf(/** @type {Volume} */ (graph.volumes.get(name)), /** @type {Pose} */ (poses.get(name)));
  assert.ok(box('conv1').y + box('conv1').h < lines[0].axis && box('relu1').y > lines[0].axis);
  assert.ok(Math.abs(box('conv1').x - box('relu1').x) < 1e-9);
  assert.ok(Math.abs(box('pool1').y + box('pool1').h / 2 - lines[0].axis) < 1e-6);
});

test('the flow fills the width that it is given, or the height', () => {
  const graph = graphOf(sceneOf('chain').network);
  const columns = graph.columns.filter((c) => !c.vector);
  const wide = boxes(graph, funnel(graph, columns, { x: 0, y: 0, w: 320, h: 900 }, STYLE).poses).map(([, b]) => b.x + b.w);
  assert.ok(Math.max(...wide) > 312 && Math.max(...wide) <= 321);
});

test('lines are broken between blocks, and the widest is as narrow as it can be', () => {
  const graph = graphOf(networkOf([['input', [3, 8, 8], []], ...[1, 2, 3].flatMap((b) => [
    /** @type {any} */ ([`conv${b}`, [4, 16 >> b, 16 >> b], [b === 1 ? 'input' : `pool${b - 1}`]]), /** @type {any} */ ([`pool${b}`, [4, 8 >> b, 8 >> b], [`conv${b}`]]),
  ])]));
  const lines = breakLines(ranksOf(apart(graph)), 3, () => 1);
  assert.deepEqual(lines.map((line) => line.flat().map((c) => c.nodes[0].name)), [['input', 'conv1', 'pool1'], ['conv2', 'pool2'], ['conv3', 'pool3']]);
});

test('the contact sheet of any graph fits, one row a channel where there is room', () => {
  const graph = graphOf(sceneOf('chain').network);
  const made = sheet(graph, graph.columns.filter((c) => !c.vector), { x: 20, y: 90, w: 900, h: 560 });
  for (const [name, grid] of made.grids) {
    const { channels } = /** @type {Volume} */ (graph.volumes.get(name));
    assert.equal(grid.gc, 1);
    assert.ok(grid.gy >= made.top && grid.gy + (channels - 1) * grid.gpy + grid.gh <= made.bottom + 1e-6);
    assert.ok(grid.gx >= 20 && grid.gx + grid.gw <= 921);
  }
  const deep = graphOf(networkOf([['input', [3, 32, 32], []], ['conv1', [256, 32, 32], ['input']], ['conv2', [512, 16, 16], ['conv1']]]));
  const wrapped = sheet(deep, deep.columns, { x: 20, y: 90, w: 900, h: 560 });
  for (const [, grid] of wrapped.grids) assert.ok(grid.gx + (grid.gc - 1) * grid.gpx + grid.gw <= 921 && grid.gpy >= 5);
  assert.ok(/** @type {any} */ (wrapped.grids.get('conv2')).gc > 1);
});

test('of more maps than can be told apart the sheet shows the first of each volume, in one row each', () => {
  const deep = graphOf(networkOf([['input', [3, 64, 64], []], ...Array.from({ length: 30 }, (_, k) => /** @type {any} */ ([`conv${k}`, [96, 64, 64], [k ? `conv${k - 1}` : 'input']]))]));
  const made = excerpt(deep, deep.columns, { x: 20, y: 90, w: 900, h: 560 });
  for (const [name, grid] of made.grids) {
    assert.equal(grid.gc, 1, name);
    assert.ok(grid.gx + grid.gw <= 921 && grid.gy + ((grid.only?.length ?? 3) - 1) * grid.gpy + grid.gh <= 651, name);
  }
  assert.deepEqual(made.grids.get('conv4')?.only, Array.from({ length: made.rows }, (_, c) => c));
  assert.equal(made.grids.get('input')?.only, undefined);
});

test('a deep network is folded to what comes out of each column, its lines of flow unbroken', () => {
  const graph = graphOf(sceneOf('chain').network);
  const columns = folded(graph.columns.filter((c) => !c.vector));
  const { poses } = funnel(graph, columns, { x: 0, y: 0, w: 900, h: 300 }, STYLE);
  assert.deepEqual([...poses.keys()], ['input', 'relu1', 'pool1', 'relu2']);
  assert.equal(flowMarks(graph, poses, () => 150).length, 3);
});

test('a line that passes layers by begins at the side of the volume that it comes out of, and passes over the higher of both', () => {
  const shape = [8, 16, 16], graph = graphOf(networkOf([['input', [3, 16, 16], []], ['conv1', shape, ['input']], ['conv2', shape, ['conv1']], ['conv3', shape, ['conv2']], ['add', shape, ['conv1', 'conv3']]])), { poses } = funnel(graph, graph.columns.filter((c) => !c.vector), { x: 0, y: 0, w: 1400, h: 500 }, STYLE);
  const extents = boxes(graph, poses).map(([, box]) => box), over = flowMarks(graph, poses, () => 250).flatMap((m) => (m.kind === 'path' && m.points.length > 4 ? [m.points] : []));
  assert.ok(over.length > 0);
  for (const points of over) {
    const [x, y] = points[0], top = Math.min(...points.map((p) => p[1]));
    const from = extents.find((box) => Math.abs(box.x + box.w - x) < 1e-6 && y > box.y && y < box.y + box.h);
    assert.ok(from && top < from.y && points.slice(0, 9).every((p) => p[0] >= x - 1e-6), `${x} ${y} ${top}`);
  }
});

test('the ribbon shows every node in one row, in order', () => {
  const graph = graphOf(sceneOf('branches').network);
  const all = boxes(graph, ribbon(graph, { x: 10, y: 50, w: 700, h: 80 }, LOOK, 8, new Set()));
  assert.deepEqual(all.map(([name]) => name), graph.nodes.map((n) => n.name));
  all.slice(1).forEach(([name, box], k) => assert.ok(box.x >= all[k][1].x + all[k][1].w, name));
  assert.ok(all.every(([, b]) => b.y >= 49 && b.y + b.h <= 131 && b.x + b.w <= 711));
});

test('zooming keeps the point under the pointer, and never leaves home behind', () => {
  const point = /** @type {[number, number]} */ ([300, 200]);
  const before = invert(cameraMatrix(HOME, 1000, 600), point);
  const camera = zoomAt(HOME, 2, point, 1000, 600);
  const after = invert(cameraMatrix(camera, 1000, 600), point);
  assert.equal(camera.zoom, 2);
  assert.ok(before && after && Math.hypot(before[0] - after[0], before[1] - after[1]) < 1e-9);
  assert.deepEqual(zoomAt(camera, 0.1, point, 1000, 600), HOME);
});

test('an affine map and its inverse undo one another', () => {
  const m = compose([2, 0.3, -0.4, 1.5, 10, -7], [0.5, 0, 0.2, 1, 3, 4]);
  const back = invert(m, apply(m, 0.3, 0.8));
  assert.ok(back && Math.abs(back[0] - 0.3) < 1e-12 && Math.abs(back[1] - 0.8) < 1e-12);
  assert.equal(invert([1, 2, 2, 4, 0, 0], [1, 1]), null);
});

test('of two labels in the same place the first stays', () => {
  const label = (/** @type {string} */ key, /** @type {number} */ x) => ({ key, x, y: 10, anchor: /** @type {const} */ ('n'), look: 'node', lines: [{ text: 'conv1' }] });
  assert.deepEqual(uncrowded([label('a', 0), label('b', 10), label('c', 90)]).map((l) => l.key), ['a', 'c']);
});

test('a lesson\u2019s few vectors stand in a row beside the lens, near one another, their cells squares', () => {
  const names = ['x', 'fc1', 'relu1', 'fc2'];
  const network = networkOf([['input', [1, 1, 3], []], ...names.map((name, k) => /** @type {any} */ ([name, [3], [k ? names[k - 1] : 'input']]))]);
  const trace = { ...sceneOf('chain').trace, prediction: null, nodes: network.nodes.map((/** @type {any} */ { name }) => ({ name, min: 0, max: 1, mean: 0, std: 1 })) };
  const activations = new Map(network.nodes.map((/** @type {any} */ { name, shape }) => [name, { shape, data: new Float32Array(3) }]));
  const stage = stageOf(/** @type {any} */ ({ ...sceneOf('chain'), network, trace, activations }));
  const all = boxes(stage.graph, overview(stage).poses);
  assert.deepEqual(all.map(([name]) => name), ['input', ...names]);
  all.slice(1).forEach(([name, box], k) => {
    const gap = box.x - all[k][1].x - all[k][1].w;
    assert.ok(gap > 20 && gap < 110, `${name}: ${gap}`);
    assert.ok(Math.abs(box.h - 3 * box.w) < 1, name);
    assert.ok(box.x + box.w < 930, name);
  });
});
