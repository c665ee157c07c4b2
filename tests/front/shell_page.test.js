/** Keys, header and style sheets: what help says is what keys do; both themes can be read; the dark theme is one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { next, RANGES, THEMES, VIEWS } from '../../static/ui/choices.js';
import { offered, summary } from '../../static/ui/networks.js';
import { named, nextSpeed, STEPS } from '../../static/ui/speed.js';
import { awaited } from '../../static/ui/waiting.js';
import { KEYS, meant } from '../../static/ui/keyboard.js';
import { fitted } from '../../static/paint/shrink.js';

const css = readFileSync(new URL('../../static/css/tokens.css', import.meta.url), 'utf8');
/** @param {string} key @param {string} [focus] @param {boolean} [shiftKey] */
const does = (key, focus = 'BODY', shiftKey = false) => meant({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey }, focus)?.does;

test('arrows step through the pass and choose how fine its steps are; with shift they move the cell', () => {
  assert.equal(does('ArrowLeft'), 'a step back or on: a layer, a window, a product');
  assert.equal(does('ArrowUp'), 'coarser or finer steps: layers, windows, products; the view follows');
  for (const key of ['ArrowLeft', 'ArrowUp']) assert.equal(does(key, 'BODY', true), 'the cell beside the selected one');
});

test('every key has exactly one meaning', () => {
  for (const shift of [false, true]) {
    for (const key of new Set(KEYS.flatMap(({ keys }) => keys))) {
      const rows = KEYS.filter((row) => row.keys.includes(key) && (!key.startsWith('Arrow') || (row.shift ?? false) === shift));
      assert.ok(rows.length <= 1, `${key}: ${rows.map((row) => row.does)}`);
    }
  }
});

test('keys stay with what has the focus and needs them', () => {
  assert.equal(does(' '), 'play or pause the pass');
  assert.equal(does(' ', 'BUTTON'), undefined);
  assert.equal(does('Enter', 'A'), undefined);
  assert.equal(does('ArrowLeft', 'RADIO'), undefined);
  assert.equal(does('u', 'RADIO'), 'unravel the volumes into their maps, and back');
  assert.equal(does('u', 'DIALOG'), undefined);
});

test('the browser’s own shortcuts stay the browser’s', () => {
  for (const held of ['ctrlKey', 'metaKey', 'altKey']) {
    assert.equal(meant({ key: 't', ctrlKey: false, metaKey: false, altKey: false, [held]: true }, 'BODY'), undefined);
  }
});

test('R and T go around their choices', () => {
  let range = RANGES[0][0];
  for (let k = 0; k < RANGES.length; k++) range = next(RANGES, range);
  assert.equal(range, RANGES[0][0]);
  assert.equal(next(THEMES, 'auto'), 'light');
});

test('the header counts the layers that give the network its shape', () => {
  const node = (/** @type {string} */ kind, /** @type {string} */ said, weights = 0) => ({ kind, summary: said, params: Array(weights).fill({}), shape: [1] });
  const network = { title: 'Example CNN', nodes: [
    node('input', 'input'), node('conv2d', 'conv 3×3', 2), node('relu', 'relu'), node('conv2d', 'conv 3×3', 2), node('max_pool2d', 'max pool 2×2'), node('dense', 'dense', 2)] };
  assert.equal(summary(/** @type {any} */ (network)), '2 × conv 3×3, 1 × max pool 2×2, 1 × dense');
});

test('a photograph travels with its longer side at most as long as the server keeps it, a small one as it is', () => {
  assert.deepEqual(fitted(4096, 3072, 2048), [2048, 1536]);
  assert.deepEqual(fitted(100, 8000, 2048), [26, 2048]);
  assert.deepEqual(fitted(300, 200, 2048), [300, 200]);
  assert.deepEqual(fitted(1, 100000, 2048), [1, 2048]);
});

/** The colours of a block of the style sheet. @param {RegExp} opening */
function tokens(opening) {
  const start = css.search(opening);
  assert.ok(start >= 0, String(opening));
  const block = css.slice(css.indexOf('{', css.indexOf(':root', start)) + 1);
  return Object.fromEntries([...block.slice(0, block.indexOf('}')).matchAll(/--(\w+): (#[0-9a-f]{6}|rgb.*);/g)].map(([, name, value]) => [name, value]));
}
const light = tokens(/^:root \{/m), dark = tokens(/^:root\[data-theme="dark"\] \{/m), system = tokens(/prefers-color-scheme: dark/);

/** Contrast of two colours, WCAG 2.2. @param {string} one @param {string} two */
function contrast(one, two) {
  const [a, b] = [one, two].map((colour) => {
    const [r, g, blue] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue + 0.05;
  });
  return Math.max(a, b) / Math.min(a, b);
}

test('the dark theme is the same by the system and by the switch, and names every colour of the light one', () => {
  assert.deepEqual(system, dark);
  assert.deepEqual(Object.keys(dark), Object.keys(light));
});

test('every text colour can be read on every ground, in both themes', () => {
  for (const theme of [light, dark]) {
    for (const ground of ['paper', 'sheet', 'card']) {
      for (const ink of ['ink', 'ink2', 'ink3']) {
        assert.ok(contrast(theme[ink], theme[ground]) >= 4.5, `${ink} on ${ground}: ${contrast(theme[ink], theme[ground]).toFixed(2)}`);
      }
    }
  }
});

test('the edges of controls can be seen in both themes', () => {
  for (const theme of [light, dark]) {
    for (const ground of ['paper', 'card']) assert.ok(contrast(theme.line, theme[ground]) >= 3, `line on ${ground}: ${contrast(theme.line, theme[ground]).toFixed(2)}`);
  }
});

test('the networks offered are the listed ones, and the shown and the chosen one where they are not listed', () => {
  const shown = /** @type {any} */ ({ id: 'mine', title: 'My network' });
  assert.deepEqual(offered([{ id: 'a', title: 'A' }, { id: 'mine', title: 'mine.onnx' }], 'a', shown), [{ id: 'a', title: 'A' }, { id: 'mine', title: 'My network' }]);
  assert.deepEqual(offered([], 'next', shown), [{ id: 'mine', title: 'My network' }, { id: 'next', title: 'next' }]);
});

test('speeds double from a quarter on, and a speed of an address goes to its neighbours', () => {
  assert.deepEqual(STEPS.map(named).slice(0, 4), ['¼×', '½×', '1×', '2×']);
  assert.deepEqual([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(3, 1), nextSpeed(3, -1)], [2, 0.5, 4, 2]);
  assert.deepEqual([nextSpeed(STEPS[0], -1), nextSpeed(STEPS[STEPS.length - 1], 1)], [STEPS[0], STEPS[STEPS.length - 1]]);
});

test('what is awaited is what the state names and the scene is not', () => {
  const scene = /** @type {any} */ ({ network: { id: 'net' }, image: { id: 'cat' } });
  const state = (/** @type {string} */ network, /** @type {string} */ image) => /** @type {any} */ ({ network, image });
  assert.equal(awaited(state('net', 'cat'), scene), null);
  assert.match(String(awaited(state('other', 'cat'), scene)), /other network/);
  assert.match(String(awaited(state('net', 'dog'), scene)), /other picture/);
  assert.match(String(awaited(state('net', 'cat'), null)), /first picture/);
});
