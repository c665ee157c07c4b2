/** The keys of the laboratory: rows for the page's table of keys, and undo. */
import { nodeOf, telling } from '../state/select.js';
import { switched } from './edits.js';
import { hint, whyNot } from './hint.js';
import { targetOf } from './target.js';

/** @typedef {import('../types.d.ts').Context} Context */

/** @type {{ keys: string[], shown: string, does: string, run: (context: Context, key: string) => void }[]} */
export const LAB_KEYS = [
  { keys: ['e', 'E'], shown: 'E', does: 'what if: another number for the selected weight or pixel', run: setNumber },
  { keys: ['x', 'X'], shown: 'X', does: 'what if: switch the map of the selected number off, and on again', run: switchMap },
  { keys: ['d', 'D'], shown: 'D', does: 'draw an input; while a what-if stands, what it changes: new − old in place of values', run: drawOrDiffer },
  { keys: ['c', 'C'], shown: 'C', does: 'check the gradient of the selected number against a measured slope', run: (context) => open(context, 'check') },
  { keys: ['n', 'N'], shown: 'N', does: 'a batch: the mean loss of many pictures, and what each adds to a gradient', run: (context) => open(context, 'batch') },
  { keys: ['s', 'S'], shown: 'S', does: 'learn: honest training steps on this picture', run: (context) => open(context, 'learn') },
];
export const LAB_ALSO = [['Ctrl Z', 'undo a what-if; with Shift, redo it']];

/** The field of the selected number. @type {'input'} */
const NUMBER = /** @type {any} */ ('#lens .bench input');

/** @param {Context} context */
function drawOrDiffer({ store, actions }) {
  if (store.get().edit !== '') actions.setDifference(!store.get().difference);
  else document.querySelector(PAD)?.click();
}

/** The button of the sheet to draw on. @type {'button'} */
const PAD = /** @type {any} */ ('[data-opens="draw"]');

/** @param {Context} context */
function setNumber({ store, scene }) {
  const now = scene(), why = now && whyNot('e', store.get(), now);
  if (why) hint(why);
  else document.querySelector(NUMBER)?.focus();
}

/** @param {Context} context */
function switchMap({ store, scene, actions }) {
  const now = scene(), maker = now && targetOf(store.get(), now)?.maker, why = now && whyNot('x', store.get(), now);
  if (maker) actions.setEdit(switched(store.get().edit, maker));
  else if (why) hint(why);
}

/** On the selected number, or a telling one of the selected layer; where nothing is selected, on what the network says. @param {Context} context @param {'check' | 'learn' | 'batch'} bench */
function open({ store, actions, scene }, bench) {
  const { bench: now, node, at, weight } = store.get(), shown = scene(), layer = shown && node && !at ? nodeOf(shown, node) : null;
  const closing = now === bench && ((node && at) || weight);
  if (shown && layer && !weight) actions.select(layer.name, telling(shown, layer));
  const { name, shape } = (shown && nodeOf(shown, shown.network.logits)) ?? {};
  if (!node && !weight && name && shape) actions.select(name, shape.map(() => (shape.length === 1 ? shown?.trace.prediction?.top[0]?.index ?? 0 : 0)));
  actions.setBench(closing ? '' : bench);
}

/** @param {{ undo: () => void, redo: () => void }} history */
export function mountUndo({ undo, redo }) {
  addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, shiftKey } = event, typing = document.activeElement instanceof HTMLInputElement && !document.activeElement.closest('.bench');
    if (!(ctrlKey || metaKey) || typing) return;
    const way = /^z$/i.test(key) ? (shiftKey ? redo : undo) : /^y$/i.test(key) ? redo : null;
    if (!way) return;
    event.preventDefault();
    way();
  });
}
