/** Colours: zero is paper, signs are apart, what is no number is seen, and the page's tokens say the same. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bytes, contrast, toLab } from '../../static/color/oklab.js';
import { PALETTE } from '../../static/color/palette.js';
import { activationScale, ENTRIES, gradientScale, ODD, useColours } from '../../static/color/scales.js';
import { STOPS } from '../../static/color/stops.js';

const THEMES = /** @type {const} */ (['light', 'dark']);
const CHOICES = /** @type {(keyof typeof STOPS)[]} */ (Object.keys(STOPS)).reverse();
const SCALES = CHOICES.flatMap((colours) => (useColours(colours), THEMES.flatMap((theme) => [{ theme, scale: activationScale(theme) }, { theme, scale: gradientScale(theme) }])));
/** @param {string} css @returns {[number, number, number]} */
const rgb = (css) => /** @type {any} */ (css.match(/\d+/g)?.map(Number));
/** @param {string} one @param {string} other */
const apart = (one, other) => Math.hypot(...toLab(rgb(one)).map((v, k) => v - toLab(rgb(other))[k]));

test('zero is the sheet of its theme, whatever the range', () => {
  for (const { theme, scale } of SCALES) assert.deepEqual(rgb(scale.css(0, 7)), bytes(PALETTE[theme].sheet));
});

test('the further from zero, the further in colour from the sheet', () => {
  for (const { scale } of SCALES) {
    for (const sign of [-1, 1]) {
      const steps = [0.05, 0.25, 0.5, 0.75, 1].map((v) => apart(scale.css(sign * v, 1), scale.css(0, 1)));
      assert.deepEqual([...steps].sort((a, b) => a - b), steps);
    }
  }
});

test('a number and its negative never look alike', () => {
  for (const { scale } of SCALES) for (const v of [0.1, 0.3, 0.6, 1]) assert.ok(apart(scale.css(v, 1), scale.css(-v, 1)) > 0.03, `${scale.name} ${v}`);
});

/** What is left of a colour where one kind of cone is missing (Viénot 1999; tritan after Brettel), in linear light. */
const MISSING = {
  red: [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  green: [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
  blue: [[1, 0.1446, -0.1446], [0, 0.8592, 0.1408], [0, 0.8592, 0.1408]],
};

test('eyes without red, green or blue cones tell a number from its negative, in every choice', () => {
  const linear = (/** @type {number} */ v) => (v / 255) ** 2.2, byte = (/** @type {number} */ v) => 255 * Math.max(0, Math.min(1, v)) ** (1 / 2.2);
  for (const [cone, m] of Object.entries(MISSING)) {
    const seen = (/** @type {string} */ css) => `rgb(${m.map((row) => Math.round(byte(rgb(css).map(linear).reduce((sum, v, k) => sum + v * row[k], 0)))).join()})`;
    for (const { theme, scale } of SCALES) {
      for (const v of [0.3, 0.6]) assert.ok(apart(seen(scale.css(v, 1)), seen(scale.css(-v, 1))) > 0.03, `${cone}, ${theme} ${scale.name} at ${v}`);
    }
  }
});

test('beyond the range the colour is that of its end', () => {
  for (const { scale } of SCALES) assert.equal(scale.css(50, 2), scale.css(2, 2));
});

test('NaN and the infinities have colours that no number has', () => {
  const odd = [[NaN, ODD.nan], [Infinity, ODD.plus], [-Infinity, ODD.minus]];
  for (const { scale } of SCALES) {
    for (const [value, colour] of odd) {
      assert.deepEqual(rgb(scale.css(Number(value), 1)), bytes(String(colour)));
      for (let k = 0; k < ENTRIES; k += 5) assert.ok(apart(scale.css(Number(value), 1), `rgb(${scale.table.slice(k * 4, k * 4 + 3).join()})`) > 0.04);
    }
  }
});

test('the pixels of many numbers are the colours of each', () => {
  const values = [-2, -0.4, 0, 0.7, 3, NaN, Infinity];
  for (const { scale } of SCALES) {
    const pixels = scale.paint(values, 1.5);
    values.forEach((value, k) => assert.deepEqual([...pixels.slice(4 * k, 4 * k + 4)], [...rgb(scale.css(value, 1.5)), 255]));
  }
});

test('a range of zero, a map that is dead, is all paper', () => {
  const { scale } = SCALES[0];
  assert.equal(scale.css(0, 0), scale.css(0, 1));
});

test('numbers written on their own colour can be read', () => {
  for (const { scale } of SCALES) {
    for (let v = -1; v <= 1; v += 0.05) assert.ok(contrast(rgb(scale.css(v, 1)), bytes(scale.ink(v, 1))) >= 4.5, `${scale.name} ${v.toFixed(2)}`);
  }
});

test('the stage and the page have the same colours', () => {
  const css = readFileSync(new URL('../../static/css/tokens.css', import.meta.url), 'utf8');
  const blocks = { light: css.slice(css.indexOf(':root {')), dark: css.slice(css.indexOf(':root[data-theme="dark"] {')) };
  for (const theme of THEMES) {
    const block = blocks[theme].slice(0, blocks[theme].indexOf('}'));
    for (const name of ['paper', 'sheet', 'ink', 'ink2', 'ink3', 'rule', 'halo']) {
      assert.equal(block.match(new RegExp(`--${name}: (#[0-9a-f]+);`))?.[1], PALETTE[theme][name], `${theme} ${name}`);
    }
  }
});

test('text has the contrast of WCAG AA on paper and on a sheet', () => {
  for (const theme of THEMES) {
    for (const ink of ['ink', 'ink2', 'ink3']) {
      for (const ground of ['paper', 'sheet']) assert.ok(contrast(bytes(PALETTE[theme][ink]), bytes(PALETTE[theme][ground])) >= 4.5, `${theme} ${ink} on ${ground}`);
    }
  }
});
