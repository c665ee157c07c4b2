/** Numbers are sent as finely as their range asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResources } from '../../static/api/resources.js';

/** What the page asks for, where the gradients of one layer have this range. @param {number} range */
async function asked(range) {
  /** @type {string[]} */
  const urls = [];
  const header = JSON.stringify({ a: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } });
  const frame = new Uint8Array(8 + header.length);
  frame[0] = header.length;
  frame.set(new TextEncoder().encode(header), 8);
  const { fetch } = globalThis;
  globalThis.fetch = async (url) => {
    urls.push(String(url));
    return new Response(String(url).includes('summary') ? JSON.stringify({ value: 1, ranges: { node: { a: range, softmax: 1 }, group: {}, network: range }, strengths: [] }) : frame);
  };
  await createResources(() => {}).gradients('lenet5', 'digit-2', 'loss:2');
  globalThis.fetch = fetch;
  return urls.filter((url) => url.includes('dtype')).map((url) => /dtype=(\w+)/.exec(url)?.[1]);
}

test('gradients too small for float16 are asked for in float32, others are not', async () => {
  assert.deepEqual(await asked(8e-9), ['float16', 'float32']);
  assert.deepEqual(await asked(0.1), ['float16']);
});
