import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagged } from '../../static/card/flagged.js';
import { histogram } from '../../static/card/histogram.js';
import { boxOf, cellAt, gridOf, mapsOf, numberAt, planOf } from '../../static/card/tiles.js';
import { badges, counted, facts, lowered, percent, size } from '../../static/card/words.js';
import { begin, blank, framed, goTo, pixelsOf } from '../../static/draw/raster.js';
import { finished, supersede } from '../../static/draw/strokes.js';
import { suiting } from '../../static/state/suit.js';
import { fromQuery, toQuery } from '../../static/state/url.js';

const ROOM = { width: 344, height: 380 };
/** @param {Partial<import('../../static/types.d.ts').NodeView>} [more] @returns {any} */
const node = (more) => ({ name: 'relu1', kind: 'relu', shape: [10, 32, 32], summary: 'relu', equation: 'y = max(0, x)', params: [], parameters: 0, macs: 0, memory: 40960, receptive_field: [3, 3], ...more });

test('every number of a parameter has a cell of its own on one of the pages, and is found there', () => {
  for (const [shape, volume] of /** @type {[number[], number[]?][]} */ ([
    [[10, 3, 3, 3]], [[6, 1, 5, 5]], [[64, 64, 3, 3]], [[80, 480, 1, 1]], [[120, 400], [16, 5, 5]], [[84, 120]], [[32]], [[4, 3, 3, 2, 2, 2]],
  ])) {
    const grid = gridOf(shape, volume), { pages } = planOf(grid, ROOM), all = shape.reduce((a, b) => a * b, 1), found = new Set();
    for (let page = 0; page < pages; page++) {
      const plan = planOf(grid, ROOM, page);
      assert.ok(plan.height <= ROOM.height && plan.cell >= 2, `${shape}: ${plan.height} px, cells of ${plan.cell}`);
      for (const { from, count, box } of mapsOf(plan)) {
        assert.ok(box.x + box.w <= ROOM.width);
        for (const flat of [from, from + count - 1]) {
          const at = boxOf(plan, flat);
          assert.ok(at);
          assert.equal(numberAt(plan, at.x + 0.5, at.y + 0.5), flat);
        }
        for (let k = from; k < from + count; k++) found.add(k);
      }
    }
    assert.equal(found.size, all, `${shape}`);
  }
});

test('between the maps there is no number, and a number knows its place in the array', () => {
  const plan = planOf(gridOf([10, 3, 3, 3]), ROOM), { cell } = plan;
  assert.equal(numberAt(plan, 3 * cell + 1, 1), null);
  assert.equal(numberAt(plan, -1, 1), null);
  assert.deepEqual(cellAt(27 * 3 + 9 + 4, [10, 3, 3, 3]), [3, 1, 1, 1]);
  assert.deepEqual(gridOf([120, 400], [16, 5, 5]), { filters: 120, maps: 16, rows: 5, columns: 5, cells: 25 });
  assert.deepEqual(gridOf([120, 400], [16, 5, 6]), { filters: 120, maps: 1, rows: 10, columns: 40, cells: 400 });
});

test('sizes are said as people say them, and a share is neither nothing nor all before it is', () => {
  assert.deepEqual([counted(6440), counted(2_617_344), counted(15.5e9)], ['6,440', '2.62 million', '15.5 billion']);
  assert.deepEqual([size(40960), size(480)], ['41.0 kB', '480 bytes']);
  assert.deepEqual([percent(0), percent(0.001), percent(0.9999), percent(1)], ['0 %', '< 1 %', '> 99 %', '100 %']);
  const said = facts(node({ macs: 25, params: [{ name: 'weight', shape: [10, 3, 3, 3], count: 270 }], parameters: 270 }), /** @type {any} */ ({ macs: 100 }));
  assert.deepEqual(said.map(({ said: text, also }) => `${text} ${also}`.trim()), ['10×32×32 10,240 numbers', '270 weight 10×3×3×3', '25 25 % of the network’s', '3×3 pixels of the input', '41.0 kB of activations']);
  assert.deepEqual(lowered('b + Σ_{c,u} w · x_j'), [{ text: 'b + Σ', low: false }, { text: 'c,u', low: true }, { text: ' w · x', low: false }, { text: 'j', low: true }]);
});

test('a badge says which maps are dead and why that matters; single units are only shut for this picture', () => {
  const [one] = badges({ name: 'relu1', maps: 10, dead: [4], saturated: null }, node(), undefined);
  assert.equal(one.short, '1 of 10 maps dead');
  assert.match(one.why, /^Map 4 is shut at every place of this picture: no gradient comes back/);
  const [two, flat] = badges({ name: 'relu1', maps: 10, dead: [1, 4], saturated: 0.37 }, node(), undefined);
  assert.match(two.why, /^Maps 1 and 4 are/);
  assert.equal(flat.short, '37 % saturated');
  assert.equal(badges({ name: 'fc', maps: 120, dead: [1, 2], saturated: null }, node({ shape: [120] }), undefined)[0].short, '2 of 120 units shut');
  assert.deepEqual(badges({ name: 'relu1', maps: 10, dead: [], saturated: 0 }, node(), undefined), []);
});

test('on the stage the name of a layer with dead maps says so, of all others nothing', () => {
  const label = (/** @type {string} */ name) => /** @type {any} */ ({ key: name, look: 'node', node: name, lines: [{ text: name, look: 'name' }] });
  const scene = /** @type {any} */ ({ trace: { flows: [{ name: 'relu1', maps: 10, dead: [4], saturated: null }, { name: 'relu2', maps: 10, dead: [], saturated: 0.1 }, { name: 'relu3', maps: 9, dead: [1], saturated: null }] }, network: { nodes: [node(), node({ name: 'relu2' }), node({ name: 'relu3', shape: [9] })] } });
  const made = flagged(['relu1', 'relu2', 'relu3'].map(label), scene);
  assert.deepEqual(made.map(({ lines }) => lines.map(({ text }) => text)), [['relu1', '1 dead map'], ['relu2'], ['relu3']]);
});

test('a histogram has a bar for every count, in the colour of its numbers, and marks zero', () => {
  const scale = /** @type {any} */ ({ css: (/** @type {number} */ value) => (value < 0 ? 'blue' : 'orange') }), look = { scale, range: 2, ink: 'ink', soft: 'soft' };
  const stats = { name: 'x', min: -2, max: 2, mean: 0.5, std: 1, zeros: 0, not_finite: 0, histogram: { edges: [-2, -1, 0, 1, 2], counts: [1, 0, 4, 2] } };
  const { flats, zero } = histogram(stats, { width: 100, height: 50 }, look), bars = flats.filter(({ fill }) => fill === 'blue' || fill === 'orange');
  assert.equal(zero, 50);
  assert.deepEqual(bars.map(({ fill, box }) => [fill, Math.round(box.x)]), [['blue', 0], ['orange', 50], ['orange', 75]]);
  assert.ok(Math.abs(bars[1].box.h / bars[0].box.h - 4) < 1e-9);
  const half = histogram({ ...stats, zeros: 3 / 7 }, { width: 100, height: 50 }, look).flats; // three of the four in its bar are exactly 0
  assert.equal(half.filter(({ line }) => line).length, 1);
  const [first, middle] = half.filter(({ fill }) => fill === 'blue' || fill === 'orange');
  assert.equal(first.box.h, middle.box.h);
});

test('a pen one cell wide paints whole cells and no others, a wider one no darker for being slow', () => {
  const sheet = blank(8, 8, [0, 0, 0]), stroke = begin(sheet, 1, [255, 0, 9]);
  goTo(sheet, stroke, 1.5, 2.5);
  goTo(sheet, stroke, 4.5, 2.5);
  const painted = [...Array(64).keys()].filter((k) => sheet.data[k * 4]);
  assert.deepEqual(painted, [17, 18, 19, 20]);
  assert.deepEqual([...sheet.data.slice(17 * 4, 18 * 4)], [255, 0, 9, 255]);
  const corner = blank(8, 8, [0, 0, 0]);
  goTo(corner, begin(corner, 1, [255, 255, 255]), 1.9, 2.1);
  assert.deepEqual([...Array(64).keys()].filter((k) => corner.data[k * 4]).map((k) => [k, corner.data[k * 4]]), [[17, 255]]);
  const wide = blank(8, 8, [0, 0, 0]), slow = begin(wide, 3, [200, 200, 200]);
  for (let k = 0; k < 9; k++) goTo(wide, slow, 4, 4);
  const once = blank(8, 8, [0, 0, 0]);
  goTo(once, begin(once, 3, [200, 200, 200]), 4, 4);
  assert.deepEqual(wide.data, once.data);
});

test('the pixels that a network read come back from its numbers, in the order of the picture', () => {
  const how = /** @type {any} */ ({ black: [-2, -1, 0], white: [2, 1, 1], channels: 'BGR' });
  const tensor = { shape: [3, 1, 2], data: Float32Array.from([-2, 2, 1, -1, 0, 0.5]) };
  assert.deepEqual([...pixelsOf(tensor, how).data], [0, 255, 0, 255, 128, 0, 255, 255]);
});

test('what a network crops away is a frame around the drawing, so that it reads the drawing', () => {
  const sheet = blank(7, 7, [0, 0, 0]);
  sheet.data.set([9, 9, 9, 255], 0);
  const whole = framed(sheet, { crop: 0.875, size: [7, 7], place: [0.5, 0.5] });
  assert.deepEqual([whole.width, whole.height], [8, 8]);
  assert.deepEqual([...whole.data.slice(0, 4)], [9, 9, 9, 255]);
  assert.equal(framed(sheet, { crop: 1, size: [7, 7], place: [0.5, 0.5] }), sheet);
});

test('of one drawing the last stroke is on the shelf, and what is looked at', () => {
  supersede('b', 'a');
  supersede('c', 'b');
  const shelf = ['a', 'b', 'c', 'cat'].map((id) => ({ id }));
  assert.deepEqual(finished(shelf, 'c').map(({ id }) => id), ['c', 'cat']);
  supersede('b', 'c'); // undone
  assert.deepEqual(finished(shelf, 'b').map(({ id }) => id), ['b', 'cat']);
});

test('another network keeps the picture that it may know, else shows one that it knows, and the way back leads back', () => {
  const image = (/** @type {string} */ id, /** @type {any} */ kind, /** @type {string | null} */ label) => ({ id, kind, label, title: id, width: 1, height: 1, animated: false });
  const all = [image('cat-photo', 'photo', 'cat'), image('coffee', 'photo', null), image('cat-drawn', 'drawn', 'cat'), image('digit-0', 'drawn', '0'), image('digit-3', 'drawn', '3')];
  const net = (/** @type {string[]} */ labels, /** @type {string} */ channels) => /** @type {any} */ ({ labels, preprocessing: { channels } });
  const digits = net(['0', '3'], 'L'), colours = net(['cat', 'dog'], 'RGB'), many = net(['tabby, tabby cat', 'espresso'], 'RGB');
  assert.equal(suiting(digits, all, 'cat-photo', ['cat-photo']), 'digit-0');
  assert.equal(suiting(digits, all, 'digit-3', []), 'digit-3');
  assert.equal(suiting(colours, all, 'digit-0', ['cat-photo', 'coffee', 'digit-0']), 'coffee');
  assert.equal(suiting(colours, all, 'digit-0', []), 'cat-photo');
  assert.equal(suiting(many, all, 'cat-drawn', []), 'cat-drawn');
  assert.equal(suiting(digits, all, 'an-upload', []), 'an-upload');
});

test('a layer without a number of it stands in the address', () => {
  const state = { ...fromQuery(''), node: 'block.1/conv', at: null };
  assert.equal(toQuery(state), '?layer=block.1/conv');
  assert.equal(fromQuery('?layer=block.1/conv').node, 'block.1/conv');
  assert.deepEqual(fromQuery('?layer=a&at=conv1@0,1,2').at, [0, 1, 2]);
});
