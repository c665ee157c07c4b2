/**
 * The letters of the formula in the colours that their numbers have in the picture: y as the cell that is made; x and w as
 * the two numbers that are multiplied now, where all are shown as those of the heaviest product of the opened row.
 */
import { ends } from './context.js';
import { groupsOf } from './groups.js';

/** @typedef {import('./context.js').View} View */
/** @typedef {import('../stage.d.ts').Scale} Scale */
/** @typedef {{ value: number, end: number, scale: Scale }} Paint */

const BAR = 0.62; // the colour of a bar along its scale, as in the sum

/**
 * What each letter stands for, as colours.
 * @param {View} view
 * @param {number | null} open the group of terms that is spread out
 * @param {number} total the number, or what it has come to
 * @returns {Map<string, Paint>}
 */
export function paints(view, open, total) {
  const { explanation: e, scale, back } = view, bias = e.steps.find(({ label }) => label === 'bias'), at = shownTerm(view, open);
  /** @type {Map<string, Paint>} */
  const found = new Map([[back ? '∂x' : 'y', { value: total, end: view.rangeFor(back ? `∂${e.node}` : e.node) || Math.abs(e.value) || 1, scale }]]);
  for (const operand of e.operands) {
    const letter = operand.name === 'dy' ? '∂y' : operand.name, value = operand.values[operand.values.length === 1 ? 0 : at ?? -1] ?? (e.marks.winner ? e.value : null);
    if (/^(∂y|[a-z])$/.test(letter) && value !== null) found.set(letter, { value, end: ends(view, operand), scale: view.scaleOf(operand) });
  }
  if (bias && !back) found.set('b', { value: bias.value < 0 ? -BAR : BAR, end: 1, scale });
  return found;
}

/** The product whose numbers lend their colours: the one at work, else the heaviest of the opened row; null where none is. @param {View} view @param {number | null} open */
function shownTerm({ explanation: e, added }, open) {
  const { products } = e, places = products && open !== null ? groupsOf(e)[open] ?? [] : [];
  if (!products) return null;
  if (added !== null && added <= products.length) return added - 1;
  return places.reduce((/** @type {number | null} */ most, k) => (most === null || Math.abs(products[k]) > Math.abs(products[most]) ? k : most), null);
}

/**
 * Colours a formula's letters; indices and names of functions stay ink.
 * @param {Element | null} math
 * @param {Map<string, Paint>} found
 */
export function coloured(math, found) {
  for (const element of math?.querySelectorAll('mi, mfrac') ?? []) {
    const paint = isIndex(element) ? undefined : found.get(letterOf(element));
    if (paint && element instanceof MathMLElement) apply(element, paint);
  }
}

/** @param {Element} element */
const isIndex = (element) => {
  const within = element.parentElement, index = element.closest('msub > :nth-child(n + 2), msubsup > :nth-child(n + 2), munder > :nth-child(n + 2), munderover > :nth-child(n + 2)');
  return Boolean(index) || (element.localName === 'mi' && Boolean(within?.closest('mfrac')));
};

/** `x`; of ∂L/∂y its `∂y`. @param {Element} element */
function letterOf(element) {
  if (element.localName === 'mi') return element.textContent ?? '';
  const [over, under] = [...element.children].map((part) => part.textContent ?? '');
  return /^∂\s*L$/.test(over) ? (/^∂\s*[xy]/.exec(under)?.[0].replace(/\s/g, '') ?? '') : '';
}

/** @param {MathMLElement} element @param {Paint} paint */
function apply(element, { value, end, scale }) {
  const colour = scale.css(value, end);
  Object.assign(element.style, { background: colour, color: scale.ink(value, end), boxShadow: `0 0 0 2px ${colour}` });
}
