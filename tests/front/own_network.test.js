/** A person's own network: what a file is, how its input stands in the address, what is not shown of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formOf, named } from '../../static/preprocess/spec.js';
import { ends, steps } from '../../static/preprocess/words.js';
import { kindOf } from '../../static/shelf/kinds.js';
import { fromQuery, toQuery } from '../../static/state/url.js';
import { baseOf, offered } from '../../static/ui/networks.js';
import { told } from '../../static/ui/unshown.js';

const OWN = { size: /** @type {[number, number]} */ ([32, 32]), mean: [0.49, 0.48, 0.44], std: [0.2, 0.2, 0.2], scale: 255, channels: 'RGB', crop: 1, place: /** @type {[number, number]} */ ([0.5, 0.5]), preset: '', presets: ['0..1'], guessed: false, black: [-2, -2, -2], white: [2, 2, 2] };
const form = (/** @type {object} */ change) => ({ ...formOf(OWN), ...change });

test('only what differs from the network’s own input stands in the address', () => {
  assert.equal(named('cnn', OWN, form({})), 'cnn');
  assert.equal(named('cnn~imagenet', OWN, form({})), 'cnn');
  assert.equal(named('cnn', OWN, form({ preset: 'imagenet' })), 'cnn~imagenet');
  assert.equal(named('cnn~0..1', OWN, form({ preset: '0..1', crop: '0.5' })), 'cnn~0..1,crop=0.5');
  assert.equal(named('cnn', OWN, form({ place: ['0.5', '0.1'] })), 'cnn~place=0.5:0.1');
  assert.equal(named('cnn', OWN, form({ mean: ['0.5', '0.48', '0.44'] })), 'cnn~mean=0.5:0.48:0.44');
  assert.equal(named('cnn', OWN, form({ rows: '64', channels: 'BGR' })), 'cnn~channels=BGR,size=64x32');
});

test('an address with an input is read as it is written, and one with other characters is not', () => {
  const network = 'example-cnn~mean=0.5:0.48:-0.44,crop=0.5';
  assert.equal(toQuery(fromQuery(`?network=${network}`)), `?network=${network}`);
  for (const wrong of ['example-cnn~<b>', 'example-cnn~', `example-cnn~${'1'.repeat(241)}`]) {
    assert.equal(fromQuery(`?network=${encodeURIComponent(wrong)}`).network, '');
  }
});

test('the list of networks has the shown one by its name without its input', () => {
  const listed = [{ id: 'cnn', title: 'CNN' }], shown = /** @type {any} */ ({ id: 'cnn~0..1', title: 'CNN' });
  assert.deepEqual(offered(listed, 'cnn~imagenet', shown), listed);
  assert.deepEqual(offered(listed, 'mine~0..1', { ...shown, id: 'mine~0..1', title: 'Mine' }).map(({ id }) => id), ['cnn', 'mine']);
  assert.equal(baseOf('cnn'), 'cnn');
});

test('a file is known by its name, and JSON by its first line', async () => {
  const file = (/** @type {string} */ name, text = '', type = '') => new File([text], name, { type });
  for (const [name, kind] of [['a.PNG', 'picture'], ['net.ONNX', 'network'], ['net.pt', 'network'], ['names.txt', 'labels'], ['what', 'network']]) {
    assert.equal(await kindOf(file(name), 'network'), kind);
  }
  assert.equal(await kindOf(file('x', '', 'image/jpeg'), 'network'), 'picture');
  assert.equal(await kindOf(file('net.json', '{"format": "convoscope", "version": 1}'), 'picture'), 'network');
  assert.equal(await kindOf(file('names.json', '["cat", "dog"]'), 'picture'), 'labels');
});

test('the way of a picture names each thing that is done to it', () => {
  const scene = /** @type {any} */ ({ image: { width: 450, height: 300 }, trace: { crop: { x: 75, y: 0, width: 300, height: 300 } }, network: { preprocessing: OWN } });
  assert.deepEqual(steps(scene), ['picture 450×300', 'crop 300×300', 'shrink to 32×32', '(pixel/255 − mean)/std']);
  const plain = { ...OWN, mean: [0], std: [1], scale: 1, channels: 'L' };
  const small = { ...scene, image: { width: 20, height: 20 }, trace: { crop: { x: 0, y: 0, width: 20, height: 20 } }, network: { preprocessing: plain } };
  assert.deepEqual(steps(small), ['picture 20×20', 'enlarge to 32×32', 'pixel']);
  assert.deepEqual(ends({ ...plain, black: [0], white: [255] }), [{ channel: 'grey', black: '0', white: '255' }]);
});

test('nodes that end a network are named with the reason, three of them and how many more', () => {
  const node = (/** @type {number} */ k) => ({ node: `n${k}`, operator: 'Fancy', why: 'There is no layer for it.', nearest: k ? '' : 'Relu' });
  const { ends: lines, notes } = told({ unsupported: [0, 1, 2, 3, 4].map(node), notes: ['A note.'] });
  assert.equal(lines[0], 'Node “n0” (Fancy): There is no layer for it. The nearest that is read is Relu.');
  assert.deepEqual(lines.slice(3), ['And 2 more.', 'All that does not wait for it is drawn and computed.']);
  assert.deepEqual(notes, ['A note.']);
  assert.deepEqual(told({ unsupported: [node(0)], waiting: [{ node: 'add', operator: 'Add' }, { node: 'fc', operator: 'Gemm' }], notes: [] }).ends[1], 'add (Add) and fc (Gemm) wait for it.');
  assert.deepEqual(told({ unsupported: [], notes: [] }), { ends: [], notes: [] });
});
