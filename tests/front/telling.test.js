/** A lesson on the stage: where a beat is, from where the pass runs on to it, and what the lesson is told of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, countedSaid, placeOf, toldOf } from '../../static/present/telling.js';
import { DEFAULTS } from '../../static/state/app.js';

test('a beat says what is looked at and when, and leaves theme, colours and speed alone', () => {
  const to = placeOf('/?network=example-cnn&image=cat-photo&view=maps&objective=loss:3&show=gradient&t=37&lesson=example-cnn/backward');
  assert.deepEqual([to.network, to.image, to.view, to.objective, to.show, to.t, to.node], ['example-cnn', 'cat-photo', 'maps', 'loss:3', 'gradient', 37, null]);
  for (const key of ['theme', 'colours', 'speed', 'range', 'present', 'edit']) assert.ok(!(key in to), key);
});

test('a beat on the stage has the number that it has on the page of its lesson', () => {
  const beats = [{ number: 1 }, { number: 3 }].map((beat) => ({ name: '', title: '', text: '', say: '', stage: '', ...beat }));
  assert.equal(countedSaid({ slug: 'a', title: 'A lesson', count: 4, beats }, 1), 'A lesson, 3 of 4');
});

test('the pass runs on from where it stands, and never back', () => {
  assert.equal(beginning(5, 10), 5);
  assert.equal(beginning(Infinity, 0), 0);
  assert.equal(beginning(12, 10), 10);
});

test('the label is that of the loss, else the picture’s, else what the network says, if the network knows it', () => {
  const scene = /** @type {any} */ ({ network: { labels: ['cat', 'dog', 'frog'] }, image: { label: 'frog' }, trace: { prediction: { top: [{ label: 'dog' }] } } });
  const state = { ...DEFAULTS, image: 'mine' };
  assert.deepEqual(toldOf({ ...state, objective: 'loss:0' }, scene), { image: 'mine', label: 'cat' });
  assert.deepEqual(toldOf(state, scene), { image: 'mine', label: 'frog' });
  assert.deepEqual(toldOf(state, { ...scene, image: { label: null } }), { image: 'mine', label: 'dog' });
  assert.deepEqual(toldOf(state, { ...scene, image: { label: 'ape' } }), { image: 'mine' });
});
