/** The server is asked once, no more when nobody waits, and patiently when it is away; a scene is never half of two pictures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCache } from '../../static/api/cache.js';
import { Problem } from '../../static/api/client.js';
import { createResources } from '../../static/api/resources.js';
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
  assert.deepEqual([delay(0, 5000, 0), delay(4, 5000, 1)], [5000, 10000]);
});

/** Resources whose traces and numbers come when the test says so. @param {Partial<import('../../static/types.d.ts').State>} [open] */
function world(open = { network: 'net', image: 'cat' }) {
  /** @type {Record<string, ReturnType<typeof later>>} */
  const due = {};
  const wait = (/** @type {string} */ key) => (due[key] ??= later()).promise;
  const resources = /** @type {any} */ ({
    networks: async () => [{ id: 'net' }], images: async () => [{ id: 'cat' }],
    network: async (/** @type {string} */ id) => ({ id, logits: 'fc', nodes: [{ shape: [2] }] }), image: async (/** @type {string} */ id) => ({ id }),
    trace: (/** @type {string} */ _, /** @type {string} */ image) => wait(image),
    activations: async () => new Map(),
    explain: (/** @type {string} */ _, /** @type {string} */ image, /** @type {string} */ node) => wait(`${image}/${node}`),
    gradients: (/** @type {string} */ _, /** @type {string} */ image, /** @type {string} */ objective) => wait(`${image}/${objective}`),
    explainGradient: (/** @type {string} */ _, /** @type {string} */ image, /** @type {string} */ objective, /** @type {string} */ node) => wait(`${image}/${objective}/${node}`),
    explainWeight: (/** @type {string} */ _, /** @type {string} */ image, /** @type {string} */ objective, /** @type {any} */ weight) => wait(`${image}/${objective}/${weight.node}.${weight.param}`),
  });
  /** @type {string[]} */
  const failures = [];
  const store = createStore({ ...DEFAULTS, ...open });
  const arrivals = createArrivals(store, resources, {
    changed: () => {}, arrived: () => {}, goBack: store.set, failed: (error, what) => failures.push(`${what}: ${/** @type {Error} */ (error).message}`),
  });
  return { store, due, failures, scene: arrivals.scene, retry: arrivals.retry };
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

test('try again asks for the picture, or the gradients, that the state went back from', async () => {
  const { store, due, scene, failures, retry } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ image: 'dog' });
  due.dog.reject(away());
  await settled();
  assert.equal(store.get().image, 'cat');
  delete due.dog;
  retry();
  due.dog.resolve({ image: 'dog' });
  await settled();
  assert.deepEqual([scene()?.image.id, store.get().image], ['dog', 'dog']);
  store.set({ objective: 'loss:1', show: 'gradient' });
  due['dog/loss:1'].reject(away());
  await settled();
  assert.deepEqual([store.get().objective, scene()?.gradients], ['', null]);
  delete due['dog/loss:1'];
  retry();
  due['dog/loss:1'].resolve({ value: 3, tensors: new Map(), ranges: {} });
  await settled();
  assert.deepEqual([store.get().objective, store.get().show, scene()?.objective?.value], ['loss:1', 'gradient', 3]);
  assert.deepEqual(failures, ['scene: Gone.', 'gradients: Gone.']);
});

test('where neither address nor page says what to open, the first of each is opened', async () => {
  const { due, scene } = world({});
  await settled();
  due.cat.resolve({ image: 'cat' });
  await settled();
  assert.deepEqual([scene()?.network.id, scene()?.image.id], ['net', 'cat']);
});

const BACK = /** @type {const} */ ({ network: 'net', image: 'cat', objective: 'loss:1', show: 'gradient' });
const slopes = (/** @type {number} */ value) => ({ value, tensors: new Map(), ranges: {} });

test('a new label shows nothing of its own until all gradients and the selected one are here', async () => {
  const { store, due, scene } = world({ ...BACK, node: 'conv1', at: [0, 0, 0] });
  await settled();
  due.cat.resolve({ image: 'cat' });
  due['cat/conv1'].resolve({ value: 5 });
  due['cat/loss:1'].resolve(slopes(1));
  due['cat/loss:1/conv1'].resolve({ value: 10 });
  await settled();
  assert.deepEqual([scene()?.objective?.name, scene()?.objective?.value, scene()?.backward?.value, scene()?.explanation?.value], ['loss:1', 1, 10, 5]);
  store.set({ objective: 'loss:2' });
  due['cat/loss:2'].resolve(slopes(2));
  await settled();
  assert.deepEqual([scene()?.objective?.name, scene()?.backward?.value], ['loss:1', 10]);
  due['cat/loss:2/conv1'].resolve({ value: 20 });
  await settled();
  assert.deepEqual([scene()?.objective?.name, scene()?.objective?.value, scene()?.backward?.value], ['loss:2', 2, 20]);
});

test('gradients that come late do not push away those of a label that was chosen after', async () => {
  const { store, due, scene } = world(BACK);
  await settled();
  due.cat.resolve({ image: 'cat' });
  due['cat/loss:1'].resolve(slopes(1));
  await settled();
  store.set({ objective: 'loss:2' });
  store.set({ objective: 'loss:3' });
  due['cat/loss:3'].resolve(slopes(3));
  await settled();
  due['cat/loss:2'].resolve(slopes(2));
  await settled();
  assert.deepEqual([scene()?.objective?.name, scene()?.objective?.value], ['loss:3', 3]);
});

test('gradients of the old picture are never shown with the new one', async () => {
  const { store, due, scene } = world(BACK);
  await settled();
  due.cat.resolve({ image: 'cat' });
  due['cat/loss:1'].resolve(slopes(1));
  await settled();
  store.set({ image: 'dog' });
  due.dog?.resolve({ image: 'dog' });
  await settled();
  due.dog.resolve({ image: 'dog' });
  await settled();
  assert.equal(scene()?.image.id, 'cat');
  due['dog/loss:1'].resolve(slopes(2));
  await settled();
  assert.deepEqual([scene()?.image.id, scene()?.objective?.value], ['dog', 2]);
});

test('gradients that cannot be had are said, and the page goes forward again', async () => {
  const { store, due, scene, failures } = world(BACK);
  await settled();
  due.cat.resolve({ image: 'cat' });
  due['cat/loss:1'].reject(away(422));
  await settled();
  assert.deepEqual([scene()?.image.id, scene()?.gradients, store.get().objective, store.get().show, failures], ['cat', null, '', 'value', ['gradients: Gone.']]);
});

test('a weight has a gradient of its own, and the selected cell keeps its number', async () => {
  const { store, due, scene } = world({ ...BACK, node: 'conv1', at: [0, 0, 0] });
  await settled();
  for (const [key, value] of Object.entries({ cat: {}, 'cat/loss:1': slopes(1), 'cat/conv1': { value: 5 }, 'cat/loss:1/conv1': { value: 10 } })) due[key].resolve(value);
  await settled();
  store.set({ weight: { node: 'conv1', param: 'weight', at: [0, 0, 0, 0] } });
  due['cat/loss:1/conv1.weight'].resolve({ value: 99 });
  await settled();
  assert.deepEqual([scene()?.explanation?.value, scene()?.backward?.value], [5, 99]);
});

test('a number that could not be had is asked for again, of the picture that is here', async () => {
  const { store, due, scene, failures, retry } = world();
  due.cat.resolve({ image: 'cat' });
  await settled();
  store.set({ node: 'conv1', at: [0, 0, 0] });
  await settled();
  due['cat/conv1'].reject(away());
  await settled();
  assert.deepEqual([scene()?.explanation, failures], [null, ['number: Gone.']]);
  delete due['cat/conv1'];
  retry();
  due['cat/conv1'].resolve({ value: 7 });
  await settled();
  assert.deepEqual([scene()?.explanation?.value, scene()?.image.id], [7, 'cat']);
});

test('each limit is its own, though all of them are asked for once', async (t) => {
  const asked = t.mock.method(globalThis, 'fetch', async () => new Response(JSON.stringify({ limits: [{ name: 'image_stored_side', value: 2048 }, { name: 'image_bytes', value: 10485760 }] }), { headers: { 'content-type': 'application/json' } }));
  const resources = createResources(() => {});
  assert.deepEqual([await resources.limit('image_stored_side'), await resources.limit('image_bytes')], [2048, 10485760]);
  assert.equal(asked.mock.callCount(), 1);
});
