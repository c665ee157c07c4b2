/** The theme that is chosen once for all pages: what goes before what, and that it is there before anything is drawn. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

/** @type {Record<string, string>} */
const storage = { 'convoscope.theme': 'dark' };
/** @type {(event: any) => void} */
let inOtherTab = () => {};
Object.assign(globalThis, {
  localStorage: { getItem: (/** @type {string} */ key) => storage[key] ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => (storage[key] = value) },
  addEventListener: (/** @type {string} */ name, /** @type {any} */ listener) => name === 'storage' && (inOtherTab = listener),
});
const { chosen, keepTheme, whenKept } = await import('../../static/state/kept.js');
const FIRST = readFileSync(new URL('../../static/ui/first.js', import.meta.url), 'utf8');

/** The theme of a page before its modules run. @param {object} dataset @param {object} page */
function first(dataset, page) {
  runInNewContext(FIRST, { document: { documentElement: { dataset } }, ...page });
  return /** @type {any} */ (dataset).theme;
}

test('the address goes before what was chosen last, and that before the system', () => {
  assert.equal(chosen('light'), 'light');
  assert.equal(chosen('auto'), 'dark');
  keepTheme('auto');
  assert.equal(chosen('auto'), 'auto');
});

test('a theme is kept for every page, and a choice in another tab is told', () => {
  let told = 0;
  whenKept(() => told++);
  keepTheme('light');
  assert.deepEqual([storage['convoscope.theme'], told], ['light', 1]);
  inOtherTab({ key: 'convoscope.theme', newValue: 'dark' });
  inOtherTab({ key: 'something.else', newValue: 'light' });
  assert.deepEqual([chosen('auto'), told], ['dark', 2]);
  inOtherTab({ key: 'convoscope.theme', newValue: '<b>' });
  assert.equal(chosen('auto'), 'auto');
});

test('the kept theme is there before anything is drawn, but for an address that says one', () => {
  const localStorage = { getItem: () => 'dark' };
  assert.equal(first({}, { localStorage }), 'dark');
  assert.equal(first({ theme: 'light' }, { localStorage }), 'light');
  assert.equal(first({}, { localStorage: { getItem: () => 'sepia' } }), undefined);
});

test('a page that may not ask the storage follows the system', () => {
  assert.equal(first({}, {}), undefined);
});
