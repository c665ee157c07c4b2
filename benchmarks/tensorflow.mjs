/**
 * TensorFlow.js's side of the engine's benchmark: one small network, forward, every activation kept.
 *
 *     node tensorflow.mjs FOLDER      where FOLDER/node_modules holds @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm
 *
 * A line of JSON comes in: {shape, input, nodes: [{kind, inputs, name, ...}]}. The output goes out as a line; then, for
 * every line with a number of seconds, a line with the milliseconds of each pass made in that time.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.argv[2], 'node_modules', 'here.js'));
const tf = require('@tensorflow/tfjs');

/** The WebAssembly backend on one thread, where it is installed; else plain JavaScript. */
async function backend() {
  try {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(join(process.argv[2], 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'));
    if (await tf.setBackend('wasm')) return;
  } catch {
    // not installed
  }
  await tf.setBackend('cpu');
}

/** A node as a function of what it reads; pictures are NHWC here. */
const LAYERS = {
  conv2d: (n) => {
    const [w, b] = [tf.tensor(n.weight, n.shape), tf.tensor1d(n.bias)];
    return (x) => tf.add(tf.conv2d(x, w, n.stride, n.padding), b);
  },
  relu: () => (x) => tf.relu(x),
  max_pool2d: (n) => (x) => tf.maxPool(x, n.kernel, n.stride, 'valid'),
  flatten: () => (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0], -1]),
  dense: (n) => {
    const [w, b] = [tf.tensor(n.weight, n.shape), tf.tensor1d(n.bias)];
    return (x) => tf.add(tf.matMul(x, w), b);
  },
  softmax: () => (x) => tf.softmax(x),
};

await backend();
let pass;
for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  if (typeof said === 'number') {
    const times = [];
    for (const end = performance.now() + 1000 * said; times.length < 2 || performance.now() < end;) {
      const start = performance.now();
      pass().dispose();
      times.push(performance.now() - start);
    }
    console.log(JSON.stringify(times));
    continue;
  }
  const input = tf.tensor(said.input, said.shape);
  const steps = said.nodes.map((n) => [n.name, n.inputs, LAYERS[n.kind](n)]);
  pass = () => tf.tidy(() => {
    const kept = { [said.name]: input };
    for (const [name, inputs, step] of steps) kept[name] = step(...inputs.map((i) => kept[i]));
    const last = kept[steps.at(-1)[0]];
    last.dataSync();
    return last;
  });
  console.log(JSON.stringify({ backend: tf.getBackend(), output: Array.from(pass().dataSync()) }));
}
