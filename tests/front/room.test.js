/** The links by which a room is entered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { doors } from '../../static/ui/share.js';

const LINK = 'http://192.0.2.5:8000/?key=abc';

test('a room is entered by its link, and on the network by one that leads to what is seen', () => {
  assert.deepEqual(doors(LINK, { pathname: '/', search: '?image=dog-photo&view=maps' }), [
    ['The room', LINK],
    ['What you see now', `${LINK}&image=dog-photo&view=maps`],
  ]);
});

test('only the network’s page takes a key: a lesson shows the link of the room alone', () => {
  assert.deepEqual(doors(LINK, { pathname: '/lessons/stride', search: '?beat=stride' }), [['The room', LINK]]);
  assert.deepEqual(doors(LINK, { pathname: '/', search: '' }), [['The room', LINK]]);
});
