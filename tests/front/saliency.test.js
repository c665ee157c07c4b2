/** What lies over the picture is as clear as it is weak, and says where its colours end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradientScale } from '../../static/color/scales.js';
import { overlay, SAID } from '../../static/saliency/picture.js';

test('a place that weighs nothing is clear, half the range is half as dense, and beyond it nothing is denser', () => {
  const values = Float32Array.of(0, 0.5, -1, 3), { width, height, data } = overlay({ shape: [2, 2], data: values }, 1, gradientScale('light'));
  assert.deepEqual([width, height], [2, 2]);
  const alphas = [0, 1, 2, 3].map((k) => data[4 * k + 3]);
  assert.equal(alphas[0], 0);
  assert.ok(Math.abs(alphas[1] * 2 - alphas[2]) <= 1);
  assert.equal(alphas[2], alphas[3]);
  const plain = gradientScale('light').paint(values, 1);
  assert.deepEqual([...data].filter((_, k) => k % 4 < 3), [...plain].filter((_, k) => k % 4 < 3), 'the colours are those of the legend');
});

test('both maps are named by their arithmetic', () => {
  assert.deepEqual(Object.values(SAID).map(({ name }) => name), ['|∂L/∂x|', 'x · ∂L/∂x']);
});
