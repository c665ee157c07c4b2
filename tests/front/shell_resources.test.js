/** The server is asked once, no more when nobody waits, and patiently when it is away; a scene is never half of two pictures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCache } from '../../static/api/cache.js';
import { Problem } from '../../static/api/client.js';
import { delay, patiently } from '../../static/api/retry.js';
import { DEFAULTS } from '../../static/state/app.js';
import { createArrivals } from '../../static/state/arrivals.js';
import { createStore } from '../../static/state/store.js';

/** A promise to be settled by hand. */
function later() {
  /** @type {(value?: any) => void} */
  let resolve = () => {};
  /** @type {(error: any) => void} */
  let reject = () => {};
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const away = (status = 0) => new Problem({ status, code: 'x', title: 'No answer', detail: 'Gone.' });

test('two who ask the same are answered by one question', async () => {
  const cached = createCache(10), answer = later();
  let asked = 0;
  const ask = () => ((asked += 1), answer.promise);
  const both = Promise.all([cached('a', ask), cached('a', ask)]);
  answer.resolve(7);
  assert.deepEqual([await both, await cached('a', ask), asked], [[7, 7], 7, 1]);
});

test('a question is taken back when the last one who waits has gone, not before', async () => {
  const cached = createCache(10), answer = later(), [one, two] = [new AbortController(), new AbortController()];
  /** @type {AbortSignal | undefined} */
  let question;
  const ask = (/** @type {AbortSignal} */ signal) => ((question = signal), answer.promise);
  const first = cached('a', ask, one.signal), second = cached('a', ask, two.signal);
  one.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.equal(question?.aborted, false);
  two.abort();
  await assert.rejects(second, { name: 'AbortError' });
  assert.equal(question?.aborted, true);
});

test('a failure is not kept: the next one asks again', async () => {
  const cached = createCache(10);
  await assert.rejects(cached('a', () => Promise.reject(new Error('no'))), { message: 'no' });
  assert.equal(await cached('a', () => Promise.resolve(1)), 1);
});

test('of too many answers the least recently used is forgotten', async () => {
  const cached = createCache(2);
  let asked = 0;
  const ask = async () => (asked += 1);
  for (const key of ['a', 'b', 'a', 'c']) await cached(key, ask);
  assert.equal(await cached('a', ask), 1);
  assert.equal(asked, 3);
  assert.equal(await cached('b', ask), 4);
});

test('large answers make room for what comes after them, and the newest stays however large it is', async () => {
  const cached = createCache(10, (answer) => answer.size);
  let asked = 0;
  const ask = (/** @type {number} */ size) => async () => ((asked += 1), { size });
  for (const [key, size] of /** @type {[string, number][]} */ ([['a', 4], ['b', 4], ['c', 4]])) await cached(key, ask(size));
  await cached('b', ask(4));
  assert.equal(asked, 3);
  await cached('huge', ask(99));
  await cached('huge', ask(99));
  assert.equal(asked, 4);
  await cached('b', ask(4));
  assert.equal(asked, 5);
});

test('a server that was away is asked again, later each time, and the page hears of both', async () => {
  /** @type {(string | null)[]} */
  const heard = [];
  /** @type {number[]} */
  const waited = [];
  const answers = [away(), away(503), 'here'];
  const ask = async () => {
    const answer = answers.shift();
    if (answer instanceof Problem) throw answer;
    return answer;
  };
  const wait = async (/** @type {number} */ ms) => void waited.push(ms);
  assert.equal(await patiently(ask, { wait, trouble: (problem) => heard.push(problem && problem.view.title) }), 'here');
  assert.deepEqual(heard, ['No answer', 'No answer', null]);
  assert.ok(waited[0] >= 150 && waited[0] <= 300 && waited[1] >= 300 && waited[1] <= 600);
});

test('what is wrong with the question is not asked again', async () => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    throw away(404);
  };
  await assert.rejects(patiently(ask, { wait: async () => {} }));
  assert.equal(asked, 1);
});

test('the wait doubles, has an end, keeps what the server asked for, and is never the same for all', () => {
  assert.deepEqual([0, 1, 2, 10].map((attempt) => delay(attempt, undefined, 1)), [300, 600, 1200, 8000]);
  assert.equal(delay(0, undefined, 0), 150);
  assert.equal(delay(0, 5000, 1), 5000);
});

/** Resources whose traces and numbers come when the test says so. @param {Partial<import('../../static/types.d.ts').State>} [open] */
function world(open = { network: 'net', image: 'cat' }) {
  /** @type {Record<string, ReturnType<typeof later>>} */
  const due = {};
  const wait = (/** @type {string} */ key) => (due[key] ??= later()).promise;
  const resources = /** @type {any} */ ({
    networks: async () => [{ id: 'net' }], images: async () => [{ id: 'cat' }],
    network: async (/** @type {string} */ id) => ({ id }), image: async (/** @type {string} */ id) => ({ id }),
    trace: (/** @type {string} */ _, /** @type {string} */ image) => wait(image),
    activations: async () => new Map(),
    explain: (/** @type {string} */ _, /** @type {string} */ image, /** @type {string} */ node) => wait(`${image}/${node}`),
  });
  /** @type {string[]} */
  const failures = [];
  const store = createStore({ ...DEFAULTS, ...open });
  const arrivals = createArrivals(store, resources, {
    changed: () => {}, arrived: () => {}, goBack: store.set, failed: (error, what) => failures.push(`${what}: ${/** @type {Error} */ (error).message}`),
  });
  return { store, due, failures, scene: arrivals.scene };
}

test('the old scene stays whole until all of the new picture is here', async () => {
  const { store, due, scene } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ image: 'dog' });
  await settled();
  assert.equal(scene()?.image.id, 'cat');
  due.dog.resolve({ image: 'dog' });
  await settled();
  assert.deepEqual([scene()?.image.id, scene()?.trace.image], ['dog', 'dog']);
});

test('a picture that comes late does not push away one that was chosen after it', async () => {
  const { store, due, scene } = world();
  store.set({ image: 'dog' });
  await settled();
  due.dog.resolve({ image: 'dog' });
  await settled();
  due.cat.resolve({ image: 'cat' });
  await settled();
  assert.equal(scene()?.image.id, 'dog');
});

test('a picture that cannot be had leaves the old one, in the state as well', async () => {
  const { store, due, scene, failures } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ image: 'dog' });
  await settled();
  due.dog.reject(away(404));
  await settled();
  assert.deepEqual([scene()?.image.id, store.get().image, failures], ['cat', 'cat', ['scene: Gone.']]);
});

test('a number of the old picture is never shown in the new scene', async () => {
  const { store, due, scene } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ node: 'conv1', at: [0, 0, 0] });
  store.set({ image: 'dog' });
  await settled();
  due['cat/conv1'].resolve({ value: 1 });
  due.dog.resolve({ image: 'dog' });
  await settled();
  assert.deepEqual([scene()?.image.id, scene()?.explanation?.value], ['cat', 1]);
  due['dog/conv1'].resolve({ value: 2 });
  await settled();
  assert.deepEqual([scene()?.image.id, scene()?.explanation?.value], ['dog', 2]);
});

test('a number that comes late is not shown for a cell that was chosen after it', async () => {
  const { store, due, scene } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ node: 'conv1', at: [0, 0, 0] });
  store.set({ node: 'conv2', at: [0, 0, 0] });
  due['cat/conv2'].resolve({ value: 2 });
  await settled();
  due['cat/conv1'].resolve({ value: 1 });
  await settled();
  assert.equal(scene()?.explanation?.value, 2);
});

test('a number that cannot be had is said, and the scene stays', async () => {
  const { store, due, scene, failures } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ node: 'conv9', at: [0, 0, 0] });
  await settled();
  due['cat/conv9'].reject(away(404));
  await settled();
  assert.deepEqual([scene()?.image.id, scene()?.explanation, failures], ['cat', null, ['number: Gone.']]);
});

test('where neither address nor page says what to open, the first of each is opened', async () => {
  const { due, scene } = world({});
  await settled();
  due.cat.resolve({ image: 'cat' });
  await settled();
  assert.deepEqual([scene()?.network.id, scene()?.image.id], ['net', 'cat']);
});
