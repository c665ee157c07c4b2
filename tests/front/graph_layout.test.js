/** Large graphs: what repeats is found, and the layout keeps its promises for any graph. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsAround, groupsOf, openedTo, seenOf, toggled } from '../../static/graph/fold.js';
import { layered } from '../../static/graph/layered.js';
import { orderOf } from '../../static/graph/order.js';
import { structureOf } from '../../static/graph/structure.js';
import { graphOf } from '../../static/model/graph.js';
import { networkOf } from './stage_scenes.js';

/** @import { Box, Point } from '../../static/stage.d.ts' */
/** @typedef {[number, number]} Edge */

/** Numbers between 0 and 1 from a seed. @param {number} seed */
function random(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A graph of boxes of many sizes, most edges short, all to later boxes. @param {number} seed */
function graphFrom(seed) {
  const next = random(seed);
  const count = 2 + Math.floor(next() * 24);
  /** @type {Edge[]} */
  const edges = [];
  for (let to = 1; to < count; to++) {
    const reads = new Set(Array.from({ length: 1 + Math.floor(next() * 3) }, () => Math.max(0, to - 1 - Math.floor(next() ** 3 * to))));
    for (const from of reads) edges.push([from, to]);
  }
  const sizes = Array.from({ length: count }, () => ({ w: 20 + next() * 90, up: 10 + next() * 60, down: 10 + next() * 60, enter: 8 * next() - 4, leave: 8 * next() - 4 }));
  return { count, edges, sizes };
}

const AIR = { gap: 24, between: 12, lane: 8 };
/** @param {number} seed */
const laidOut = (seed) => {
  const { count, edges, sizes } = graphFrom(seed);
  return { edges, made: layered(orderOf(count, edges), sizes, AIR) };
};
const SEEDS = Array.from({ length: 120 }, (_, k) => k + 1);

/** @param {Box} a @param {Box} b */
const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Whether a straight piece comes inside a box. @param {Point} p @param {Point} q @param {Box} b */
function crosses([x0, y0], [x1, y1], b) {
  for (let k = 0; k <= 20; k++) {
    const [x, y] = [x0 + ((x1 - x0) * k) / 20, y0 + ((y1 - y0) * k) / 20];
    if (x > b.x + 0.01 && x < b.x + b.w - 0.01 && y > b.y + 0.01 && y < b.y + b.h - 0.01) return true;
  }
  return false;
}

test('no two boxes of a layout overlap', () => {
  for (const seed of SEEDS) {
    const { boxes } = laidOut(seed).made;
    boxes.forEach((a, k) => boxes.slice(0, k).forEach((b) => assert.ok(!meet(a, b), `seed ${seed}`)));
  }
});

test('every edge goes right, from its box to its box', () => {
  for (const seed of SEEDS) {
    const { edges, made } = laidOut(seed);
    made.routes.forEach((points, k) => {
      const [from, to] = edges[k].map((v) => made.boxes[v]);
      assert.ok(points.every(([x], n) => n === 0 || x >= points[n - 1][0] - 1e-9), `seed ${seed}`);
      assert.ok(Math.abs(points[0][0] - from.x - from.w) < 1e-9 && Math.abs(points[points.length - 1][0] - to.x) < 1e-9);
    });
  }
});

test('edges go round the boxes that they pass', () => {
  for (const seed of SEEDS) {
    const { edges, made } = laidOut(seed);
    made.routes.forEach((points, k) => {
      const passed = made.boxes.filter((_, v) => !edges[k].includes(v));
      points.slice(1).forEach((q, n) => passed.forEach((box) => assert.ok(!crosses(points[n], q, box), `seed ${seed}, edge ${edges[k]}`)));
    });
  }
});

test('a graph is laid out in one way', () => {
  for (const seed of SEEDS.slice(0, 20)) assert.deepEqual(laidOut(seed), laidOut(seed));
});

test('a chain is a straight line', () => {
  const { axes, routes } = layered(orderOf(5, [[0, 1], [1, 2], [2, 3], [3, 4]]), Array.from({ length: 5 }, () => ({ w: 30, up: 20, down: 40 })), AIR);
  assert.deepEqual(axes, [0, 0, 0, 0, 0]);
  assert.ok(routes.flat().every(([, y]) => y === 0));
});

/**
 * A residual network: a stem, then stages of so many blocks of so many channels at such a size; the first block of each
 * has a projection.
 * @param {[number, number, number][]} stages count, channels, side
 */
function residual(stages) {
  /** @type {[string, number[], string[], object?][]} */
  const nodes = [['input', [3, 32, 32], []], ['conv0', [8, 32, 32], ['input']], ['relu0', [8, 32, 32], ['conv0']]];
  let last = 'relu0';
  let n = 0;
  for (const [count, channels, side] of stages) {
    for (let k = 0; k < count; k++) {
      n += 1;
      const shape = [channels, side, side];
      nodes.push([`conv${n}1`, shape, [last]], [`relu${n}1`, shape, [`conv${n}1`]], [`conv${n}2`, shape, [`relu${n}1`]]);
      if (k === 0) nodes.push([`conv${n}3`, shape, [last]]);
      nodes.push([`add${n}`, shape, [`conv${n}2`, k === 0 ? `conv${n}3` : last]], [`relu${n}9`, shape, [`add${n}`]]);
      last = `relu${n}9`;
    }
  }
  return graphOf(networkOf([...nodes, ['pool9', [stages[stages.length - 1][1], 1, 1], [last]]]));
}

const axis = (/** @type {number} */ size) => ({ size, stride: 1, offset: -((size - 1) / 2), dilation: 1, every: 1, inverse: false, follows: null });
const POINT = { axes: [1, 1, 1].map(axis) };
const NARROW = { axes: [8, 1, 1].map(axis) };
const WIDE = { axes: [8, 3, 3].map(axis) };
const GRAPH = residual([[3, 8, 32], [4, 16, 16], [2, 32, 8]]);
const ITEMS = structureOf(GRAPH, GRAPH.columns);

test('like blocks at one resolution are a stage, each block one of its items, each layer inside one of them', () => {
  const stages = ITEMS.filter((item) => item.title);
  assert.deepEqual(stages.map((item) => [item.title, item.items.length, item.out.shape]), [
    ['residual block', 3, [8, 32, 32]], ['residual block', 4, [16, 16, 16]], ['residual block', 2, [32, 8, 8]],
  ]);
  assert.ok(stages.every((stage) => stage.items.every((block) => block.title === 'residual block' && block.items.length >= 3)));
  const held = ITEMS.flatMap((item) => item.nodes.map((node) => node.name));
  assert.deepEqual(held.sort(), GRAPH.nodes.map((node) => node.name).sort());
});

test('groups are nested at most two deep', () => {
  assert.ok(groupsOf(ITEMS).every((group) => group.id.split('.').length <= 2));
});

test('blocks without a shortcut join those that have one', () => {
  const wide = { axes: [{ size: 3, stride: 1, offset: -1, dilation: 1, every: 1, inverse: false, follows: null }] };
  const chain = (/** @type {number} */ k, /** @type {string} */ from) => /** @type {[string, number[], string[]][]} */ ([
    [`conv${k}1`, [8, 8, 8], [from]], [`pool${k}2`, [8, 8, 8], [`conv${k}1`]], [`conv${k}3`, [8, 8, 8], [`pool${k}2`]],
  ]);
  const graph = graphOf(networkOf([
    ['input', [3, 8, 8], []], ['resize0', [8, 8, 8], ['input'], { windows: [wide] }], ...chain(1, 'resize0'), ...chain(2, 'conv13'), ['add2', [8, 8, 8], ['conv23', 'conv13']], ...chain(3, 'add2'), ['add3', [8, 8, 8], ['conv33', 'add2']], ['fc', [4], ['add3']],
  ]));
  const found = structureOf(graph, graph.columns).filter((item) => item.title);
  assert.deepEqual(found.map((item) => [item.items.length, item.nodes.length]), [[3, 11]]);
});

test('a constant has no place in the flow, and x · σ(x) is one step', () => {
  const graph = graphOf(networkOf([
    ['input', [3, 8, 8], []], ['conv1', [8, 8, 8], ['input']], ['constant1', [8, 1, 1], [], { kind: 'constant' }], ['add1', [8, 8, 8], ['conv1', 'constant1'], { windows: [POINT, POINT] }],
    ['sigmoid2', [8, 8, 8], ['add1'], { windows: [POINT] }], ['mul2', [8, 8, 8], ['add1', 'sigmoid2'], { windows: [POINT, POINT] }], ['fc', [4], ['mul2']],
  ]));
  assert.deepEqual(graph.columns.map(({ nodes }) => nodes.map(({ name }) => name)), [['input'], ['conv1', 'add1'], ['sigmoid2', 'mul2'], ['fc']]);
  assert.ok(graph.byName.has('constant1') && !graph.index.has('constant1'));
  assert.equal(graph.index.get('sigmoid2'), 3);
});

test('a squeeze and the two ways that read it are a fire module', () => {
  const fire = (/** @type {number} */ k, /** @type {string} */ from) => /** @type {[string, number[], string[], object?][]} */ ([
    [`conv${k}1`, [4, 8, 8], [from], { windows: [NARROW] }], [`conv${k}2`, [8, 8, 8], [`conv${k}1`], { windows: [WIDE] }], [`conv${k}3`, [8, 8, 8], [`conv${k}1`], { windows: [NARROW] }], [`concat${k}`, [16, 8, 8], [`conv${k}2`, `conv${k}3`]],
  ]);
  const graph = graphOf(networkOf([['input', [3, 8, 8], []], ['conv0', [16, 8, 8], ['input'], { windows: [WIDE] }], ...fire(1, 'conv0'), ...fire(2, 'concat1'), ['fc', [4], ['concat2']]]));
  assert.deepEqual(structureOf(graph, graph.columns).filter((item) => item.title).map(({ title, items, nodes }) => [title, items.length, nodes.length]), [['fire module', 2, 8]]);
});

test('what weighs by a softmax and adds up is called attention', () => {
  const graph = graphOf(networkOf([['input', [3, 8, 8], []], ['conv0', [16, 8, 8], ['input'], { windows: [WIDE] }], ['transpose1', [16, 8, 8], ['conv0'], { windows: [WIDE] }], ['softmax1', [16, 8, 8], ['transpose1'], { windows: [WIDE] }], ['add1', [16, 8, 8], ['softmax1', 'conv0'], { windows: [WIDE, WIDE] }], ['pool2', [16, 4, 4], ['add1']], ['fc', [4], ['pool2']]]));
  assert.deepEqual(structureOf(graph, graph.columns).map(({ title }) => title).filter(Boolean), ['attention']);
});

test('a plain chain is not folded but where one step repeats at one size', () => {
  const graph = graphOf(networkOf([
    ['input', [3, 8, 8], []], ['conv1', [8, 8, 8], ['input']], ['relu1', [8, 8, 8], ['conv1']], ['pool1', [8, 4, 4], ['relu1']],
    ...[2, 3, 4].flatMap((k) => /** @type {[string, number[], string[]][]} */ ([[`conv${k}`, [16, 4, 4], [k === 2 ? 'pool1' : `relu${k - 1}`]], [`relu${k}`, [16, 4, 4], [`conv${k}`]]])), ['fc', [4], ['relu4']],
  ]));
  assert.deepEqual(structureOf(graph, graph.columns).map((item) => item.items.length), [0, 0, 0, 3, 0]);
});

test('a group opens in place of itself, and what is inside folds with it', () => {
  const [stage] = ITEMS.filter((item) => item.title);
  const closed = seenOf(GRAPH, ITEMS, '');
  const open = seenOf(GRAPH, ITEMS, stage.id);
  assert.equal(open.items.length, closed.items.length + 2);
  assert.deepEqual(open.open.map((group) => group.id), [stage.id]);
  const both = toggled(toggled('', stage.id), `${stage.id}.1`);
  assert.equal(both, `${stage.id},${stage.id}.1`);
  assert.equal(toggled(both, stage.id), '');
  assert.equal(toggled(toggled('10', '4'), '4.10'), '4,4.10,10');
  for (const seen of [closed, open]) assert.ok(seen.edges.every(([from, to]) => from < to));
});

test('the address of a node deep inside opens all that is around it', () => {
  const around = groupsAround(ITEMS, 'conv52');
  assert.equal(around.length, 2);
  const seen = seenOf(GRAPH, ITEMS, openedTo('', ITEMS, 'conv52'));
  assert.ok(seen.items.some((item) => item.column?.nodes.some((node) => node.name === 'conv52')));
});
