/** Arrays as they travel: safetensors in, Float32Array out, and nothing lost when half precision is widened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { half, readFrame } from '../../static/api/frames.js';
import { parse, problem } from '../../static/api/client.js';

/** @param {Record<string, unknown>} header @param {Uint8Array} body */
function frame(header, body) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes.buffer;
}

test('half precision: every kind of number', () => {
  const known = [
    [0x0000, 0], [0x3c00, 1], [0xc000, -2], [0x7bff, 65504], [0x0400, 2 ** -14], [0x0001, 2 ** -24], [0x3555, 0.333251953125],
    [0x7c00, Infinity], [0xfc00, -Infinity],
  ];
  for (const [bits, value] of known) assert.equal(half(bits), value);
  assert.ok(Object.is(half(0x8000), -0));
  assert.ok(Number.isNaN(half(0x7e00)));
});

test('every half is a float32: widening loses nothing', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = half(bits);
    assert.ok(Object.is(Math.fround(value), value), `bits ${bits}`);
  }
});

test('a frame of several arrays, one of them at an odd place', () => {
  const body = new Uint8Array(4 + 8 + 1);
  new Uint16Array(body.buffer, 0, 2).set([0x3c00, 0xc000]);
  new Float32Array(body.buffer, 4, 2).set([0.5, -0.25]);
  body[12] = 7;
  const { tensors, metadata } = readFrame(frame({
    __metadata__: { value: '1.5' },
    a: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
    b: { dtype: 'F32', shape: [1, 2], data_offsets: [4, 12] },
    c: { dtype: 'U8', shape: [1], data_offsets: [12, 13] },
  }, body));
  assert.deepEqual([...tensors.keys()], ['a', 'b', 'c']);
  assert.deepEqual(tensors.get('a'), { shape: [2], data: Float32Array.of(1, -2) });
  assert.deepEqual(tensors.get('b'), { shape: [1, 2], data: Float32Array.of(0.5, -0.25) });
  assert.deepEqual(tensors.get('c'), { shape: [1], data: Float32Array.of(7) });
  assert.deepEqual(metadata, { value: '1.5' });
});

test('a type that the page does not read is named, with those that it reads', () => {
  const buffer = frame({ w: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, new Uint8Array(2));
  assert.throws(() => readFrame(buffer), { message: 'w holds BF16; this page reads F16, F32, F64, U8, I32, I64.' });
});

test('a shape that does not fit its numbers is refused', () => {
  const buffer = frame({ w: { dtype: 'F16', shape: [2, 3], data_offsets: [0, 4] } }, new Uint8Array(4));
  assert.throws(() => readFrame(buffer), { message: 'w has shape 2×3, but 2 numbers came.' });
});

test('JSON brings the numbers that JSON cannot say', () => {
  assert.deepEqual(parse('{"a":["NaN","Infinity","-Infinity",1],"label":"a NaN"}'), { a: [NaN, Infinity, -Infinity, 1], label: 'a NaN' });
});

test('a problem keeps the words of the server, and any other answer gets ours', () => {
  const told = problem(415, 'application/problem+json', '{"status":415,"title":"Not a picture","detail":"Send PNG.","code":"media"}', null);
  assert.deepEqual([told.view.title, told.view.detail, told.passing], ['Not a picture', 'Send PNG.', false]);
  const busy = problem(503, 'application/problem+json', '{"status":503,"title":"Busy","detail":"Later.","code":"busy"}', '2');
  assert.deepEqual([busy.passing, busy.wait], [true, 2000]);
  assert.equal(problem(502, 'text/html', '<h1>Bad Gateway</h1>', null).view.detail, 'The server answered with status 502 and no explanation.');
});
