/** Every view is a link: the state goes into the address and comes back equal; an address that makes no sense does no harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS } from '../../static/state/app.js';
import { address, FIELDS, fromQuery, toQuery } from '../../static/state/url.js';

/** @type {import('../../static/types.d.ts').State} */
const FULL = {
  network: 'example-cnn', image: 'cat-photo', view: 'window', node: 'conv1', at: [3, 5, 7], range: 'network', theme: 'dark',
  camera: { x: -12.5, y: 40, zoom: 2.25 }, t: 3.25, playing: false, speed: 4,
  objective: 'loss:3', show: 'gradient', weight: { node: 'block2.conv1', param: 'weight', at: [3, 0, 1, 1] },
  grain: 'term', loop: [2, 3], colours: 'gold', field: true, pins: [{ node: 'conv1', at: [3, 5, 7] }, { node: 'fc', at: [2] }], present: true, reading: 'scatter', why: 'product', open: '4,4.1,10',
  edit: 'conv1.weight@3,0,1,1=0.5;off=conv2@4', difference: true, bench: 'check', lesson: 'example-cnn/block1',
};

test('a state with nothing at its default comes back from its address equal', () => {
  assert.deepEqual(fromQuery(toQuery(FULL)), FULL);
});

test('the default state has no query, and no query is the default state', () => {
  assert.equal(toQuery(DEFAULTS), '');
  assert.deepEqual(fromQuery(''), DEFAULTS);
});

test('the selection reads as people write it', () => {
  assert.match(toQuery(FULL), /[?&]at=conv1@3,5,7(&|$)/);
  assert.equal(address('conv1', [3, 5, 7]), 'conv1@3,5,7');
});

test('node names of other tools survive the address', () => {
  for (const node of ['block2/conv1', 'a@b', '/features/0/Conv', 'a&b=c#d', 'Größe', '"><script>']) {
    assert.equal(fromQuery(toQuery({ ...FULL, node })).node, node);
  }
});

test('each field that makes no sense is at its default, and the others hold', () => {
  const wrong = {
    view: 'window2', range: 'layer', theme: 'sepia', t: '-1', speed: '0', at: 'conv1', camera: '1,2',
    network: '../../etc', image: 'a b', objective: 'gain:3', show: 'all', weight: 'conv1@3,0,1,1',
  };
  for (const [key, value] of Object.entries(wrong)) {
    const state = fromQuery(toQuery(FULL).replace(new RegExp(`(?<=[?&])${key}=[^&]*`), `${key}=${encodeURIComponent(value)}`));
    const untouched = { ...FULL, ...state };
    assert.deepEqual(untouched, state);
    const changed = Object.keys(FULL).filter((name) => JSON.stringify(state[name]) !== JSON.stringify(FULL[name]));
    const expected = key === 'at' ? ['node', 'at'] : [key];
    assert.deepEqual(changed, expected, `${key}=${value}`);
    for (const name of changed) assert.deepEqual(state[name], DEFAULTS[name]);
  }
});

test('what is differentiated is a loss, a logit or one number', () => {
  for (const objective of ['loss:3', 'logit:999', 'unit:conv2@3,5,7', 'unit:block2/conv1@0,0,0']) {
    assert.equal(fromQuery(toQuery({ ...DEFAULTS, objective })).objective, objective);
  }
  for (const wrong of ['loss:', 'loss:x', 'loss:-1', 'unit:conv2', 'unit:@1,2', 'hat:3']) assert.equal(fromQuery(`?objective=${wrong}`).objective, '');
  assert.match(toQuery({ ...DEFAULTS, objective: 'loss:3' }), /objective=loss:3$/);
});

test('a bench without a number to ask about is none', () => {
  assert.equal(fromQuery('?objective=loss:3&bench=check').bench, '');
  assert.equal(fromQuery('?objective=loss:3&bench=check&at=conv2@9,16,16').bench, 'check');
});

test('numbers that are none do not get in', () => {
  for (const value of ['NaN', 'Infinity', '1e999', '', ' ', '0x', 'true']) assert.equal(fromQuery(`?t=${value}`).t, Infinity);
  assert.deepEqual(fromQuery('?camera=0,0,0').camera, DEFAULTS.camera);
  assert.deepEqual(fromQuery('?camera=0,0,-1').camera, DEFAULTS.camera);
});

test('whether it plays is no part of a link', () => {
  assert.equal(fromQuery(toQuery({ ...FULL, playing: true })).playing, false);
  assert.equal(FIELDS.some(({ key }) => key === 'playing'), false);
});
