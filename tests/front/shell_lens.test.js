/** The lens' texts: formulas that can only be formulas, NumPy lines, sentences. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { called } from '../../static/lens/called.js';
import { broken, pieces } from '../../static/lens/code.js';
import { summands } from '../../static/lens/shared.js';
import { parseMathml } from '../../static/lens/mathml.js';
import { sentence } from '../../static/lens/speak.js';
import { lettersOf, specialised } from '../../static/lens/specialise.js';
import { about } from '../../static/lens/digits.js';

/** @param {any} tree @returns {string} */
const words = (tree) => (typeof tree === 'string' ? tree : tree.children.map(words).join(''));
const INDEX = '<math display="block"><mrow><mi>s</mi><mi>i</mi><mo>+</mo><mi>d</mi><mi>u</mi><mo>−</mo><mi>p</mi></mrow></math>';

test('the exponentials that softmax divides by are printed so that they add up, and of many the largest', () => {
  const few = summands([0.2, 0.4, 1], 1, 1.6, ['cat', 'dog'], 5);
  assert.deepEqual(few, { own: '0.4000', rows: [['exp of cat', '+0.2000'], ['exp of 2', '+1.0000']], total: '1.6000' });
  const many = summands([1, ...Array.from({ length: 20 }, (_, k) => k / 100)], 0, 2.9, [], 5).rows;
  assert.deepEqual([many.length, many[0][0], many[9]], [10, 'exp of 20', ['and 11 smaller ones', '']]);
});

test('a formula becomes a tree, with entities read', () => {
  const tree = parseMathml('<math xmlns="x" display="block"><msub><mi>a</mi><mn>1</mn></msub><mspace width="1em" /><mo>&lt;</mo><mo>&#x2211;</mo></math>');
  assert.deepEqual(tree.attributes, [['display', 'block']]);
  assert.deepEqual(tree.children.map((child) => /** @type {any} */ (child).tag), ['msub', 'mspace', 'mo', 'mo']);
  assert.equal(words(tree), 'a1<∑');
});

test('what is no formula does not come in', () => {
  const wrong = {
    '<math><script>alert(1)</script></math>': '<script> is no part of a formula.',
    '<math><img src="x"/></math>': '<img> is no part of a formula.',
    '<math><mi>x</math>': 'The formula closes <math> where it is not open.',
    '<math><mi>x</mi>': 'The formula ends with <math> open.',
    '<mrow></mrow>': 'The formula is not one <math> element.',
    'x': 'The formula is not one <math> element.',
    '<math></math><math></math>': 'The formula is not one <math> element.',
    '<math onclick=alert(1)></math>': 'The formula is not well formed at character 0.',
    '': 'The formula is not one <math> element.',
  };
  for (const [source, message] of Object.entries(wrong)) assert.throws(() => parseMathml(source), { message }, source);
});

test('attributes that a formula needs stay, all others go', () => {
  const [mo] = parseMathml('<math><mo stretchy="false" onclick="x" style="y" href="z">(</mo></math>').children;
  assert.deepEqual(/** @type {any} */ (mo).attributes, [['stretchy', 'false']]);
});

test('a formula takes the numbers of its layer: 1 vanishes as a factor, 0 with its sign', () => {
  const said = (/** @type {object} */ config) => words(specialised(parseMathml(INDEX), lettersOf(/** @type {any} */ (config))));
  assert.equal(said({ stride: [1, 1], dilation: [1, 1], padding: [1, 1, 1, 1] }), 'i+u−1');
  assert.equal(said({ stride: [2, 2], dilation: [3, 3], padding: [0, 0, 0, 0] }), '2i+3u');
  assert.equal(said({ stride: [1, 2], dilation: [1, 1], padding: [0, 1, 0, 1] }), 'si+u−p');
  assert.equal(said({ axis: -1 }), 'si+du−p');
});

test('the live numbers of a NumPy line are those inside brackets', () => {
  const live = pieces('out[0, 5] = np.sum(X2[0, 18:21] * 3) + b[5]').filter(({ live }) => live).map(({ text }) => text);
  assert.deepEqual(live, ['0', '5', '0', '18', '21', '5']);
  assert.equal(pieces('a[1] + 2').map(({ text }) => text).join(''), 'a[1] + 2');
});

test('a long NumPy line breaks before an operator, never inside an index', () => {
  const lines = broken('out[0, 5, 19, 23] = np.sum(X[0, :, 18:21, 22:25] * W[5, :, :, :]) + b[5]').split('\n');
  assert.deepEqual(lines, ['out[0, 5, 19, 23] = np.sum(', '    X[0, :, 18:21, 22:25]', '    * W[5, :, :, :]) + b[5]']);
  assert.equal(broken('out[0, 3] = X[0, 3]'), 'out[0, 3] = X[0, 3]');
});

const NUMBER = /** @type {any} */ ({
  node: 'conv2', at: [5, 19, 23], value: 2.44022, picture: 'weighted_sum', marks: {}, operands: [{ source: 'relu1' }],
  steps: [{ label: 'channel 0', value: -0.5 }, { label: 'channel 1', value: 2.9 }, { label: 'bias', value: 0.04 }, { label: 'rounding', value: 1e-9 }],
  readers: [{ node: 'relu2', count: 1 }, { node: 'conv3', count: 90 }],
});

test('a weighted sum is said in one breath', () => {
  assert.equal(sentence(NUMBER), 'conv2, channel 5, row 19, column 23: 2.440. The sum of 3 parts; the largest is channel 1, 2.900. '
    + 'Read by relu2 and 90 cells of conv3.');
});

test('a maximum names its winner, a copy its source, an input that it is given', () => {
  const max = { ...NUMBER, picture: 'reduce', node: 'pool1', value: -1, marks: { winner: [5, 14, 19] }, readers: [] };
  assert.equal(sentence(max), 'pool1, channel 5, row 19, column 23: minus 1.000. The largest of its window in relu1, at channel 5, row 14, column 19.');
  const copy = { ...NUMBER, picture: 'copy', node: 'flatten', at: [17], readers: [] };
  assert.equal(sentence(copy), 'flatten, number 17: 2.440. The same number as in relu1.');
  assert.equal(sentence({ ...copy, node: 'input', operands: [] }), 'input, number 17: 2.440. Given, not computed.');
});

test('about a number: as many digits as the picture is good for', () => {
  assert.deepEqual([0, 2.44022, -0.0123456, 1234.5, 1e-5, NaN, -Infinity].map((value) => about(value)), ['0', '2.44', '−0.0123', '1.23×10³', '1.00×10⁻⁵', 'NaN', '−∞']);
});

test('on the way back from the classes the parts of a sum have the names of the classes', () => {
  const network = { labels: ['cat', 'dog'], logits: 'fc', output: 'softmax' };
  const step = (/** @type {string} */ label) => ({ label, value: 1, total: 1 });
  const e = /** @type {any} */ ({ of: 'gradient', operands: [{ source: '∂fc', at: [[0], [1]] }], steps: [step('channel 0'), step('channel 1'), step('rounding')] });
  assert.deepEqual(called(e, network).steps.map(({ label }) => label), ['cat', 'dog', 'rounding']);
  for (const other of [{ ...e, of: 'activation' }, { ...e, operands: [{ source: '∂conv', at: [[0, 1, 1]] }] }, { ...e, operands: [] }]) assert.equal(called(other, network), other);
  assert.equal(called(e, { ...network, labels: [] }), e);
});
