import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suited } from '../../static/shelf/shelf.js';

/** @param {string} id @param {'photo' | 'drawn' | 'upload'} kind @param {string | null} label */
const image = (id, kind, label) => ({ id, kind, label, title: id, width: 1, height: 1, animated: false });
const ALL = [image('mine', 'upload', null), image('coffee', 'photo', null), image('cat-drawn', 'drawn', 'cat'), image('digit-3', 'drawn', '3')];

/** @param {string[]} labels @param {string} [chosen] */
const offered = (labels, chosen = 'mine') => suited(ALL, labels, chosen).map(({ id }) => id);

test('drawings of classes that the network does not know are left out', () => {
  assert.deepEqual(offered(['cat', 'dog']), ['mine', 'coffee', 'cat-drawn']);
  assert.deepEqual(offered(['0', '3']), ['mine', 'coffee', 'digit-3']);
});

test('the chosen one stays, and all are offered to a network that knows none of them', () => {
  assert.deepEqual(offered(['0', '3'], 'cat-drawn'), ['mine', 'coffee', 'cat-drawn', 'digit-3']);
  assert.deepEqual(offered(['Egyptian cat']), ['mine', 'coffee', 'cat-drawn', 'digit-3']);
});
