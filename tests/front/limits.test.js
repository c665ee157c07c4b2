/** What the server takes is read from its table: nothing is sent, or asked for, that it would refuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReel } from '../../static/anim/reel.js';
import { refuseTooLarge, welcome } from '../../static/shelf/room.js';

/** @param {Record<string, number>} table @returns {any} */
const resourcesOf = (table, more = {}) => ({ limit: async (/** @type {string} */ name) => table[name], ...more });

test('a file is refused in the browser from the first byte that the server would refuse', async () => {
  const resources = resourcesOf({ image_bytes: 1000, network_bytes: 2_500_000 });
  await refuseTooLarge(resources, new Blob(['x'.repeat(1000)]), 'picture');
  await assert.rejects(refuseTooLarge(resources, new Blob(['x'.repeat(1001)]), 'picture'), (/** @type {any} */ error) => error.view.limit === 1000 && error.view.value === 1001 && error.view.code === 'image_too_large');
  const large = /** @type {any} */ ({ size: 12_000_000 });
  await assert.rejects(refuseTooLarge(resources, large, 'network', 'mine.onnx'), (/** @type {any} */ error) => error.view.detail === 'mine.onnx has 12 MB; a network file may have 2.5 MB here. Open one with fewer weights, or with weights of fewer bits.');
  assert.equal(await welcome(resourcesOf({ image_bytes: 10_485_760, network_bytes: 67_108_864 })), 'Pictures of up to 10 MB, networks of up to 67 MB');
  assert.equal(await welcome(resourcesOf({ image_bytes: 10_485_760, network_bytes: 1_073_741_824 })), 'Pictures of up to 10 MB, networks of up to 1.1 GB');
});

test('windows are asked for in pieces as large as the server gives', async () => {
  /** @type {number[][]} */
  const asked = [];
  let arrived = 0;
  const windows = async (/** @type {any[]} */ ...[, , , , from, count]) => (asked.push([from, count]), { tensors: new Map(), labels: [] });
  const reel = createReel(resourcesOf({ windows: 5 }, { windows }), () => (arrived += 1));
  const scene = /** @type {any} */ ({ network: { id: 'n', nodes: [] }, image: { id: 'i' }, edit: '' }), spot = /** @type {any} */ ({ node: { name: 'conv', shape: [2, 3, 4] }, index: 7, n: 24 });
  assert.equal(reel.at(scene, spot), null);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(arrived, 1);
  reel.at(scene, spot);
  assert.deepEqual(asked, [[5, 5], [10, 5]]);
});
