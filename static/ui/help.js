/** The help overlay: what the page is for, every key, and what its words mean. */
import { h } from './h.js';
import { coloursCalled } from '../color/scales.js';
import { GLOSSARY } from './glossary.js';

/** @type {HTMLDialogElement | undefined} */
let dialog;

/** @param {string[][]} rows keys, and what they do */
export function openHelp(rows) {
  if (dialog?.open) return;
  dialog?.remove(); // it names the colours in use
  dialog = document.body.appendChild(made(rows));
  dialog.showModal();
}

/** @param {string[][]} rows */
function made(rows) {
  const [below, above] = coloursCalled();
  const close = h('button', { class: 'close', 'aria-label': 'Close', on: { click: () => dialog?.close() } }, '×');
  return h('dialog', { id: 'help', 'aria-labelledby': 'help-title', on: { click: outside } },
    h('div', { class: 'sheet' },
      h('header', null, h('h2', { id: 'help-title' }, 'What you see, every key, and the words'), close),
      h('p', null, 'Each volume is one layer: a stack of feature maps, drawn from the numbers that the network computed for this picture. ',
        `Colour is a number: ${below} below zero, ${above} above, no colour is zero. `,
        'Click any cell and the lens shows the arithmetic that made it. Turn the wheel to come nearer, drag to move, double click for the whole.'),
      h('dl', null, rows.map(([key, does]) => [h('dt', null, key.split(' ').map((k) => h('kbd', null, k))), h('dd', null, does)]).flat()),
      h('h3', null, 'Words'),
      h('dl', { class: 'words' }, GLOSSARY.map(([word, means]) => [h('dt', null, word), h('dd', null, means)]).flat())));
}

/** @param {MouseEvent} event A click on the backdrop, which is the dialog itself, closes. */
function outside(event) {
  if (event.target === dialog) dialog?.close();
}
