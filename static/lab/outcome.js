/** What the edits do to the classes, in words and numbers: what the network said and says, and by how much each logit changed. */
import { chance, signedThousandths as signed, thousandths } from '../lens/digits.js';
import { fill, h } from '../ui/h.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {{ label: string, probability: string, logit: string }} Told */

const SHOWN = 3; // classes at least whose change is told
const MOST = 20; // logits that are listed one by one: of more, those that changed most

/** @param {ArrayLike<number>} values */
const largest = (values) => Array.from(values).reduce((best, value, k) => (value > values[best] ? k : best), 0);
/** @param {number[]} values the places of the largest changes first */
const bySize = (values) => values.map((_, k) => k).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b);

/** What the network said before the edits, only to be named. @param {Scene} scene */
function before({ trace: { prediction }, change }) {
  const { logits = [] } = prediction ?? {}, changed = change?.prediction?.logits ?? [];
  return largest(logits.map((value, k) => value - changed[k]));
}

/** @param {Scene} scene @param {number} k */
const nameOf = ({ network }, k) => network.labels[k] ?? `class ${k}`;

/** Whether the answer is another one: `was dog, now cat`, `still dog`. @param {Scene} scene */
export function answer(scene) {
  const { trace: { prediction }, change } = scene;
  if (!prediction || !change?.prediction) return '';
  const [was, now] = [before(scene), largest(prediction.logits)];
  return was === now ? `still ${nameOf(scene, now)}` : `was ${nameOf(scene, was)}, now ${nameOf(scene, now)}`;
}

/**
 * What the network says, what it said and the right class, always; then those that changed most.
 * @param {Scene} scene
 * @returns {Told[]}
 */
export function consequences(scene) {
  const { trace: { prediction }, change, image, network } = scene, changed = change?.prediction;
  if (!prediction || !changed) return [];
  const right = image?.label ? network.labels.indexOf(image.label) : -1;
  const shown = new Set([largest(prediction.logits), before(scene), right].filter((k) => k >= 0));
  for (const k of bySize(changed.probabilities)) if (shown.size < SHOWN && changed.probabilities[k] !== 0) shown.add(k);
  return [...shown].map((k) => told(scene, k));
}

/** @param {Scene} scene @param {number} k @returns {Told} */
function told(scene, k) {
  const { prediction } = scene.trace, changed = scene.change?.prediction;
  if (!prediction || !changed) return { label: '', probability: '', logit: '' };
  return { label: nameOf(scene, k), probability: `${chance(prediction.probabilities[k])} (${signed(changed.probabilities[k])})`, logit: `logit by ${signed(changed.logits[k])}` };
}

/** Every logit as it is, and by how much it changed. @param {Scene} scene @returns {{ label: string, now: string, change: string }[]} */
export function eachLogit(scene) {
  const { trace: { prediction }, change } = scene, changed = change?.prediction;
  if (!prediction || !changed) return [];
  const shown = new Set(bySize(changed.logits).slice(0, MOST));
  return changed.logits.flatMap((value, k) => (shown.has(k) ? [{ label: nameOf(scene, k), now: thousandths(prediction.logits[k]), change: signed(value) }] : []));
}

/** The outcome in the strip: the answer and the classes in a line, each logit on demand. */
export function createOutcome() {
  const line = h('p', { class: 'outcome', role: 'status' }), table = h('table', null), each = h('details', { class: 'logits', hidden: true }, h('summary', { title: 'By how much each logit changed' }, 'each logit'), table);
  return {
    line, each,
    /** @param {Scene | null} scene null while the numbers of the edit are on their way @param {boolean} edited */
    show(scene, edited) {
      line.setAttribute('aria-busy', String(edited && !scene));
      const rows = edited && scene ? eachLogit(scene) : [], said = edited && scene ? answer(scene) : '';
      each.hidden = rows.length === 0;
      fill(line, edited ? [said && h('strong', null, said), ...(scene ? consequences(scene) : []).map(({ label, probability, logit }) => h('span', null, `${label} `, h('b', null, probability), ` ${logit}`))] : 'as shipped');
      fill(table, h('thead', null, h('tr', null, ['class', 'logit', 'new − old'].map((text) => h('th', { scope: 'col' }, text)))),
        h('tbody', null, rows.map(({ label, now, change }) => h('tr', null, h('th', { scope: 'row' }, label), h('td', null, now), h('td', null, change)))));
    },
  };
}
