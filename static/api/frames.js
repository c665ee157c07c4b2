/**
 * safetensors → typed arrays: 8 bytes length, a JSON header, then the numbers, little endian.
 *
 * All numbers arrive as Float32Array. float16 is widened here: every half is a float32, nothing is lost on the way.
 */

/** @typedef {import('../types.d.ts').Tensor} Tensor */
/** @typedef {{ dtype: string, shape: number[], data_offsets: [number, number] }} Entry */

/** @type {Record<string, (bytes: ArrayBuffer) => Float32Array>} */
const READERS = {
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), half),
  F32: (bytes) => new Float32Array(bytes),
  F64: (bytes) => Float32Array.from(new Float64Array(bytes)),
  U8: (bytes) => Float32Array.from(new Uint8Array(bytes)),
  I32: (bytes) => Float32Array.from(new Int32Array(bytes)),
  I64: (bytes) => Float32Array.from(new BigInt64Array(bytes), Number),
};

/**
 * @param {ArrayBuffer} buffer
 * @returns {{ tensors: Map<string, Tensor>, metadata: Record<string, string> }}
 */
export function readFrame(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, tensor(buffer, 8 + length, name, entry)]));
  return { tensors, metadata };
}

/**
 * @param {ArrayBuffer} buffer
 * @param {number} start
 * @param {string} name
 * @param {Entry} entry
 * @returns {Tensor}
 */
function tensor(buffer, start, name, { dtype, shape, data_offsets: [from, to] }) {
  const read = READERS[dtype];
  if (!read) throw new Error(`${name} holds ${dtype}; this page reads ${Object.keys(READERS).join(', ')}.`);
  const data = read(buffer.slice(start + from, start + to));
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) throw new Error(`${name} has shape ${shape.join('×')}, but ${data.length} numbers came.`);
  return { shape, data };
}

/**
 * An IEEE 754 half (1 sign, 5 exponent, 10 fraction bits) as a number.
 * @param {number} bits
 */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
