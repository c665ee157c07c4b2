/** Shapes, windows and graphs: the browser's twins of the engine's geometry. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { apart, graphOf } from '../../static/model/graph.js';
import { cellAt, cellOf, flatIndex, mapOf, placeOf, volumeOf } from '../../static/model/tensor.js';
import { readerCells, windowCells } from '../../static/model/window.js';
import { NAMES, networkOf, sceneOf } from './stage_scenes.js';

const WINDOWS = JSON.parse(readFileSync(new URL('./windows.json', import.meta.url), 'utf8'));

test('the window of a cell is the one that the engine declares', () => {
  for (const { axes, from, to, cells } of WINDOWS) {
    for (const { at, cells: expected } of cells) assert.deepEqual(windowCells({ axes }, at, from, to), expected);
  }
});

test('the readers of a cell are those that the engine names', () => {
  for (const { axes, from, to, reach } of WINDOWS) {
    for (const { cell, readers } of reach) assert.deepEqual(readerCells({ axes }, cell, from, to), readers);
  }
});

test('a reshape reads and is read in flat order', () => {
  assert.deepEqual(windowCells({ map: 'reshape' }, [37], [10, 4, 4], [160]), [[2], [1], [1]]);
  assert.deepEqual(readerCells({ map: 'reshape' }, [2, 1, 1], [10, 4, 4], [160]), [[37]]);
});

test('the windows of a scene hold the cells that its explanations read', () => {
  let seen = 0;
  for (const name of NAMES) {
    const { network, explanations } = sceneOf(name);
    const shapes = new Map(network.nodes.map((node) => [node.name, node.shape]));
    for (const e of explanations) {
      const node = network.nodes.find((n) => n.name === e.node);
      const which = node?.inputs.indexOf(e.operands[0]?.source) ?? -1;
      if (!node || which < 0 || !node.windows[which].axes || node.kind === 'concat') continue;
      assert.deepEqual(windowCells(node.windows[which], e.at, shapes.get(node.inputs[which]) ?? [], node.shape), e.operands[0].cells, e.address);
      seen += 1;
    }
  }
  assert.ok(seen > 20);
});

test('cells and places in reading order are inverse to one another', () => {
  for (const shape of [[3, 4, 5], [7], [2, 9]]) {
    const count = shape.reduce((a, b) => a * b, 1);
    for (let k = 0; k < count; k++) assert.equal(flatIndex(shape, cellAt(shape, k)), k);
  }
});

test('every cell of a volume has one place on its maps, and every place its cell', () => {
  for (const shape of [[3, 4, 5], [7], [1000], [6, 2]]) {
    const { channels, rows, columns, cells } = volumeOf(shape);
    const found = new Set();
    for (let c = 0; c < channels; c++) for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
      const at = cellOf(shape, c, i, j);
      if (!at) continue;
      assert.deepEqual(placeOf(shape, at), [c, i, j]);
      found.add(at.join());
    }
    assert.equal(found.size, cells);
  }
});

test('a long row of numbers goes on in the next column of its map', () => {
  const data = Float32Array.from({ length: 1000 }, (_, k) => k);
  const { rows, columns } = volumeOf([1000]);
  const map = mapOf({ shape: [1000], data }, 0);
  assert.deepEqual([rows, columns], [250, 4]);
  assert.deepEqual([map[0], map[1], map[columns]], [0, 250, 1]);
});

test('an elementwise layer hangs below the layer that it alone reads', () => {
  const { columns } = graphOf(sceneOf('chain').network);
  assert.deepEqual(columns.map((column) => column.nodes.map((node) => node.name)), [
    ['input'], ['conv1', 'relu1'], ['pool1'], ['conv2', 'relu2'], ['flatten'], ['fc'], ['softmax'],
  ]);
});

test('a layer that others read as well keeps its column to itself', () => {
  const network = networkOf([['input', [3, 8, 8], []], ['conv1', [4, 8, 8], ['input']], ['relu1', [4, 8, 8], ['conv1']], ['conv2', [4, 8, 8], ['conv1']]]);
  assert.deepEqual(graphOf(network).columns.map((c) => c.nodes.length), [1, 1, 1, 1]);
});

test('branches stand at the same rank, and what joins them after the longest', () => {
  const { columns } = graphOf(sceneOf('branches').network);
  const rank = (/** @type {string} */ name) => columns.find((c) => c.nodes.some((n) => n.name === name))?.rank;
  assert.equal(rank('wide'), rank('local'));
  assert.equal(rank('mean'), rank('largest'));
  assert.ok(Number(rank('add')) > Number(rank('wide')) && Number(rank('concat')) > Number(rank('mean')));
  assert.deepEqual(columns.find((c) => c.nodes[0].name === 'stem')?.nodes.map((n) => n.name), ['stem', 'bn', 'act']);
});

test('a pool closes its block, a strided convolution opens the next', () => {
  const pools = networkOf([['input', [3, 8, 8], []], ['conv1', [4, 8, 8], ['input']], ['pool1', [4, 4, 4], ['conv1']], ['conv2', [4, 4, 4], ['pool1']]]);
  assert.deepEqual(graphOf(pools).blocks.map((b) => b.columns.map((c) => c.nodes[0].name)), [['conv1', 'pool1'], ['conv2']]);
  const strided = networkOf([['input', [3, 8, 8], []], ['conv1', [4, 8, 8], ['input']], ['conv2', [4, 4, 4], ['conv1']], ['conv3', [4, 4, 4], ['conv2']]]);
  assert.deepEqual(graphOf(strided).blocks.map((b) => b.columns.map((c) => c.nodes[0].name)), [['conv1'], ['conv2', 'conv3']]);
  const borderless = networkOf([['input', [3, 12, 12], []], ['conv1_1', [4, 10, 10], ['input']], ['conv1_2', [4, 8, 8], ['conv1_1']], ['pool1', [4, 4, 4], ['conv1_2']], ['conv2', [4, 3, 3], ['pool1']]]);
  assert.deepEqual(graphOf(borderless).blocks.map((b) => b.columns.map((c) => c.nodes[0].name)), [['conv1_1', 'conv1_2', 'pool1'], ['conv2']]);
});

test('apart, every node has a column of its own in the order of the flow', () => {
  const graph = graphOf(sceneOf('chain').network);
  assert.deepEqual(apart(graph).map((c) => c.nodes[0].name), graph.nodes.map((n) => n.name));
  assert.deepEqual(apart(graph).map((c) => c.rank), graph.nodes.map((_, k) => k));
});
