/** Time: what is computed when, how volumes move, and that nothing runs at rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../static/anim/clock.js';
import { createPlayer, LAYER_MS, later } from '../../static/anim/player.js';
import { layerCount, nodeAt, revealed, segmentsOf } from '../../static/anim/timeline.js';
import { arrived, MOVE, photoAt, posesAt, progress } from '../../static/anim/transition.js';
import { graphOf } from '../../static/model/graph.js';
import { pose } from '../../static/scene/pose.js';
import { rulerOf, silhouette } from '../../static/scene/silhouette.js';
import { activationScale } from '../../static/color/scales.js';
import { lookOf } from '../../static/scene/look.js';
import { createWarming } from '../../static/views/warm.js';
import { sceneOf, STATE } from './stage_scenes.js';

const graph = graphOf(sceneOf('chain').network);

test('layers are computed one after the other, the input before all', () => {
  assert.equal(layerCount(graph), 8);
  assert.deepEqual(graph.nodes.map((n) => revealed(graph, n.name, 2.25)), [1, 1, 1, 0.25, 0, 0, 0, 0, 0]);
  assert.deepEqual(graph.nodes.map((n) => revealed(graph, n.name, Infinity)), graph.nodes.map(() => 1));
  assert.equal(revealed(graph, 'input', 0), 1);
});

test('what is shown at t does not depend on what was shown before', () => {
  const at = (/** @type {number} */ t) => JSON.stringify(silhouette(graph, { width: 800, height: 76, small: false }, t, activationScale('light')));
  const times = Array.from({ length: 30 }, (_, k) => (k * 37) % 81 / 10);
  const forward = new Map([...times].sort((a, b) => a - b).map((t) => [t, at(t)]));
  for (const t of times) assert.equal(at(t), forward.get(t));
});

test('the line of time goes forward, through the loss, and backward through the same layers', () => {
  const segments = segmentsOf(graph);
  const names = segments.map((s) => s.node);
  assert.equal(segments.length, 16);
  assert.deepEqual(names.slice(0, 8), [...names.slice(8)].reverse());
  assert.deepEqual([segments[7].to, segments[8].from, segments[15].to], [8, 9, 17]);
});

test('the layer at work is named', () => {
  assert.equal(nodeAt(graph, 0).name, 'input');
  assert.equal(nodeAt(graph, 0.1).name, 'conv1');
  assert.equal(nodeAt(graph, 3).name, 'pool1');
  assert.equal(nodeAt(graph, Infinity).name, 'softmax');
});

test('a place on the timeline and its time are inverse to one another', () => {
  const ruler = rulerOf(graph, { width: 700, height: 76, small: false });
  for (let t = 0; t <= 8; t += 0.5) assert.ok(Math.abs(ruler.t(ruler.x(t)) - t) < 1e-9);
  assert.equal(ruler.t(-100), 0);
  assert.equal(ruler.t(9999), 8);
});

test('at both ends of the pass the knob of the playhead is whole, and in big type the words beside the bars have room', () => {
  for (const [room, least] of /** @type {[any, number][]} */ ([[{ width: 176, height: 54, small: true }, 5], [{ width: 1000, height: 76, small: false }, 70], [{ width: 1000, height: 76, small: false, big: true }, 100]])) {
    const { x } = rulerOf(graph, room), end = 2 * layerCount(graph) + 1;
    assert.ok(x(0) >= least && room.width - x(end) >= least, `${x(0)} ${x(end)}`);
  }
});

test('a move begins where things are, ends where they should be, and the later in the flow the later', () => {
  const [from, to] = [pose({ x: 0 }), pose({ x: 100 })];
  const move = { from: new Map([['a', from], ['b', from]]), photo: { x: 0, y: 0, w: 10, h: 10 }, start: 1000, count: 2 };
  const goal = new Map([['a', to], ['b', to]]);
  const index = new Map([['a', 0], ['b', 1]]);
  const x = (/** @type {string} */ name, /** @type {number} */ now) => posesAt(move, goal, index, now).get(name)?.x ?? NaN;
  assert.equal(x('a', 1000), 0);
  assert.equal(x('a', 1000 + MOVE.ms), 100);
  assert.ok(x('a', 1300) > x('b', 1300));
  assert.equal(arrived(move, 1000 + MOVE.ms), false);
  assert.equal(arrived(move, 1000 + MOVE.ms + 2 * MOVE.stagger), true);
  assert.equal(posesAt(null, goal, index, 0), goal);
  assert.equal(photoAt(move, { x: 50, y: 0, w: 20, h: 20 }, 5000)?.w, 20);
});

test('a volume that was not there before fades in', () => {
  const move = { from: new Map(), photo: null, start: 0, count: 1 };
  const at = (/** @type {number} */ now) => posesAt(move, new Map([['new', pose({ x: 7 })]]), new Map([['new', 0]]), now).get('new');
  assert.equal(at(0)?.alpha, 0);
  assert.equal(at(0)?.x, 7);
  assert.equal(at(2000)?.alpha, 1);
});

test('without a move everything has arrived', () => {
  assert.equal(progress(null, 3, 0), 1);
  assert.equal(arrived(null, 0), true);
});

test('the clock asks for one frame however many want it, and for none at rest', () => {
  /** @type {((now: number) => void)[]} */
  const asked = [];
  const clock = createClock((frame) => asked.push(frame));
  let left = 2;
  const stop = clock.add(() => --left > 0);
  clock.add(() => false);
  clock.wake();
  assert.equal(asked.length, 1);
  asked[0](16);
  assert.equal(asked.length, 2);
  asked[1](32);
  assert.equal(asked.length, 2);
  stop();
  clock.wake();
  asked[2](48);
  assert.equal(left, 0);
});

test('playing moves t on by a layer in its time, faster at a higher speed, and ends at the end', () => {
  assert.ok(Math.abs(later(1, 42, 1, 8) - (1 + 42 / LAYER_MS)) < 1e-12);
  assert.ok(Math.abs(later(1, 42, 2, 8) - (1 + 84 / LAYER_MS)) < 1e-12);
  assert.equal(later(7.99, 60, 1, 8), Infinity);
  assert.ok(later(1, 60_000, 1, 8) < 1.2); // a page that slept does not leap
});

test('the player stops by itself, and asks for no frame when nothing plays', () => {
  /** @type {((now: number) => void)[]} */
  const asked = [];
  let state = { ...STATE, t: 7.8, playing: true };
  const seeks = /** @type {number[]} */ ([]);
  createPlayer({
    clock: createClock((frame) => asked.push(frame)), state: () => state, scene: () => sceneOf('chain'),
    seek: (t) => { seeks.push(t); state = { ...state, t }; }, setPlaying: (playing) => { state = { ...state, playing }; },
  });
  for (let now = 1000; asked.length > 0 && now < 2000; now += 50) asked.shift()?.(now);
  assert.equal(state.playing, false);
  assert.equal(seeks[seeks.length - 1], Infinity);
  assert.equal(asked.length, 0);
});

test('maps are made a few a frame while nothing moves, each once, and then nothing runs', () => {
  /** @type {((now: number) => void)[]} */
  const asked = [];
  const scene = sceneOf('chain');
  const made = /** @type {string[]} */ ([]);
  let moving = true;
  const clock = createClock((frame) => asked.push(frame));
  const warming = createWarming(clock, (picture) => made.push(picture.key), () => moving);
  const look = lookOf(scene, graph, 'group', 'light');
  warming.for(graph, look);
  warming.for(graph, look);
  asked.shift()?.(16);
  assert.equal(made.length, 0);
  moving = false;
  for (let k = 0; asked.length > 0 && k < 50; k++) asked.shift()?.(16 * k);
  const maps = [...graph.volumes.values()].reduce((sum, v) => sum + v.channels, 0);
  assert.equal(new Set(made).size, maps);
  assert.equal(made.length, maps);
  assert.equal(asked.length, 0);
});
