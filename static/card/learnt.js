/** How a network was learnt here, from its card: the command that does it again, how well it does, and what it takes for what. */
import { thousands } from '../lens/digits.js';
import { fill, h } from '../ui/h.js';

/** @typedef {import('../types.d.ts').NetworkView} NetworkView */
/**
 * @typedef {object} Card
 * @property {string} command
 * @property {number} seed
 * @property {number} epochs
 * @property {number} accuracy
 * @property {number[]} per_class_accuracy
 * @property {number[][]} confusion_matrix rows: what a picture shows, columns: what the network says
 * @property {string[]} classes
 * @property {{ training_pictures: number, test_pictures: number }} data
 */

/** @type {HTMLDialogElement | undefined} */
let dialog;

/** A button for a network that has a card, nothing for others. @param {NetworkView} network */
export const learntButton = (network) => network.card !== null && h('button', { class: 'quiet', title: 'The command, the seed, the accuracy, the confusion matrix', on: { click: () => show(network) } }, 'how it was learnt');

/** @param {NetworkView} network */
function show({ title, card }) {
  dialog ??= made();
  const close = h('button', { class: 'close', 'aria-label': 'Close', title: 'Close (Esc)', on: { click: () => dialog?.close() } }, '×');
  fill(dialog, h('div', { class: 'sheet' }, h('header', null, h('h2', null, title), close), told(/** @type {Card} */ (/** @type {unknown} */ (card)))));
  dialog.showModal();
}

function made() {
  const box = h('dialog', { id: 'learnt', 'aria-label': 'How the network was learnt' });
  box.addEventListener('click', (event) => event.target === box && box.close());
  document.body.append(box);
  return box;
}

/** 69.9 %. @param {number} share */
export const share = (share) => `${(share * 100).toFixed(share > 0.98 ? 2 : 1)} %`;

/** @param {Card} card */
const told = ({ command, seed, epochs, accuracy, data, ...rest }) => [
  h('p', null, h('b', null, share(accuracy)), ` of ${thousands(data.test_pictures)} test pictures, none of which it was trained on, are named rightly. This engine trained it, on ${thousands(data.training_pictures)} pictures, ${epochs} times over, from seed ${seed}:`),
  h('p', null, h('code', null, command)),
  matrix(rest),
];

/** @param {Pick<Card, 'classes' | 'confusion_matrix' | 'per_class_accuracy'>} card */
const matrix = ({ classes, confusion_matrix: rows, per_class_accuracy: right }) => h('table', null,
  h('caption', null, 'What test pictures show, and what the network says'),
  h('thead', null, h('tr', null, h('th', null, 'shown'), classes.map((name) => h('th', { scope: 'col' }, name)), h('th', { scope: 'col' }, 'right'))),
  h('tbody', null, rows.map((counts, k) => h('tr', null, h('th', { scope: 'row' }, classes[k]),
    counts.map((count, at) => h('td', { class: at === k ? 'same' : '', style: { '--share': String(count / Math.max(1, counts.reduce((sum, n) => sum + n, 0))) } }, String(count))),
    h('td', null, share(right[k]))))));
