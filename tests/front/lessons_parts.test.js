/** The parts of the lessons that need no page: keys, printed numbers, ink, asking the server, and the player. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast } from '../../static/color/oklab.js';
import { activationScale, gradientScale } from '../../static/color/scales.js';
import { meant } from '../../static/lessons/keys.js';
import { mountPlayer } from '../../static/lessons/player.js';

// what the page's theme asks of a browser
globalThis.matchMedia = /** @type {any} */ (() => ({ matches: false, addEventListener: () => {} }));
globalThis.document = /** @type {any} */ ({ documentElement: { dataset: {} } });
const { decimalsFor, digits, inkOn } = await import('../../static/lessons/figure/say.js');
const { createAsker } = await import('../../static/lessons/ask.js');
const { parse } = await import('../../static/ui/markup.js');
const { SUBJECT } = await import('../../static/lessons/html.js');

const key = (/** @type {string} */ name, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test('space, the right arrow and page down go on; shift space, the left arrow and page up go back', () => {
  assert.deepEqual([' ', 'ArrowRight', 'PageDown'].map((k) => meant(key(k), 'BODY')), [1, 1, 1]);
  assert.deepEqual(['ArrowLeft', 'PageUp'].map((k) => meant(key(k), 'H2')), [-1, -1]);
  assert.equal(meant(key(' ', { shiftKey: true }), 'BODY'), -1);
  assert.equal(meant(key('P'), 'BODY'), 'present');
});

test('a key belongs to what has the focus: a slider, a button, a figure, the browser', () => {
  assert.equal(meant(key('ArrowRight'), 'INPUT'), undefined);
  assert.equal(meant(key('ArrowRight'), 'svg'), undefined);
  assert.equal(meant(key(' '), 'BUTTON'), undefined);
  assert.equal(meant(key('ArrowRight'), 'BUTTON'), 1);
  assert.equal(meant(key('ArrowRight', { altKey: true }), 'BODY'), undefined);
  assert.equal(meant(key('x'), 'BODY'), undefined);
});

test('numbers are printed with a true minus, and never as minus zero', () => {
  assert.deepEqual([digits(-1.25, 2), digits(-0.001, 2), digits(3, 0)], ['−1.25', '0.00', '3']);
  assert.deepEqual([digits(NaN, 2), digits(Infinity, 2), digits(-Infinity, 2)], ['NaN', '∞', '−∞']);
  assert.deepEqual([0.001, 0.5, 12, 1234].map(decimalsFor), [6, 4, 2, 1]);
});

test('the number in a cell can be read on every colour of every scale', () => {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const scale of [activationScale(theme), gradientScale(theme)]) {
      for (let k = -100; k <= 100; k++) {
        const css = scale.css(k, 100);
        const ink = inkOn(css) === '#ffffff' ? [255, 255, 255] : [0, 0, 0];
        const ratio = contrast(/** @type {[number, number, number]} */ (css.match(/\d+/g)?.map(Number)), /** @type {[number, number, number]} */ (ink));
        assert.ok(ratio >= 4.5, `${scale.name} ${theme} ${k}: ${ratio}`);
      }
    }
  }
});

test('while an answer is under way only the last of the next questions is asked', async () => {
  /** @type {string[]} */
  const asked = [];
  /** @type {((value: any) => void)[]} */
  const answer = [];
  globalThis.fetch = /** @type {any} */ ((/** @type {string} */ url) => {
    asked.push(JSON.parse(decodeURIComponent(url.split('values=')[1])).w);
    return new Promise((resolve) => answer.push(() => resolve({ ok: true, text: async () => `{"w": ${asked.at(-1)}}` })));
  });
  /** @type {any[]} */
  const arrived = [];
  const ask = createAsker('/api/lessons/x/y', (/** @type {any} */ board) => arrived.push(board.w), () => {});
  for (const w of [1, 2, 3, 4]) ask({ w });
  while (arrived.length < 2) {
    answer.shift()?.(null);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(asked, [1, 4]);
  assert.deepEqual(arrived, [1, 4]);
});

test('a refusal is said, in the words of the server', async () => {
  const detail = 'The value of stride must be a whole number from 1 to 3.';
  const headers = new Map([['content-type', 'application/problem+json']]);
  globalThis.fetch = /** @type {any} */ (async () => ({ ok: false, status: 422, headers, text: async () => JSON.stringify({ detail }) }));
  const said = await new Promise((resolve) => createAsker('/api/lessons/x/y', () => {}, resolve)({}));
  assert.equal(said, detail);
});

test('the player starts slowly, gets faster, and stops at the end', () => {
  /** @type {(now: number) => boolean} */
  let worker = () => false;
  const player = mountPlayer({ add: (work) => ((worker = work), () => true), wake: () => {} });
  /** @type {number[]} */
  const steps = [];
  let now = 0;
  player.toggle('t', () => steps.push(now) < 12);
  while (player.playing() && now < 60_000) {
    now += 10;
    worker(now);
  }
  const waits = steps.slice(1).map((t, k) => t - steps[k]);
  assert.equal(steps.length, 12);
  assert.ok(waits.every((wait, k) => k === 0 || wait <= waits[k - 1]));
  assert.ok(waits[0] > 2 * waits[waits.length - 1]);
  assert.equal(player.playing(), '');
});

test('a number of a formula is stepped by the arrow keys, sent to its ends, and typed over digit by digit', async () => {
  const { wantedBy } = await import('../../static/lessons/figure/dial.js');
  const width = { value: 3, least: 1, most: 32 };
  assert.deepEqual(['ArrowUp', 'ArrowLeft', 'Home', 'End', 'Tab'].map((name) => wantedBy(name, width)), [4, 2, 1, 32, null]);
  assert.deepEqual(['1', '9'].map((digit) => wantedBy(digit, width)), [31, 9], 'a second digit where it fits, else a new number');
});

test("a lesson's text holds words and formulas, links to our own pages, and nothing else", () => {
  const links = '<p class="x" onclick="y">a<a href="/lessons/padding">b</a><a href="//else.where">c</a></p>';
  const [p] = /** @type {any[]} */ (parse(links, SUBJECT));
  assert.deepEqual(p.attributes, [['class', 'x']]);
  assert.deepEqual(p.children.slice(1).map((/** @type {any} */ a) => a.attributes), [[['href', '/lessons/padding']], []]);
  assert.equal(parse('a &lt; b', SUBJECT)[0], 'a < b');
  assert.throws(() => parse('<script>x</script>', SUBJECT), { message: "<script> is no part of a lesson's text." });
  assert.throws(() => parse('<p>x', SUBJECT), { message: "The lesson's text ends with <p> open." });
});
