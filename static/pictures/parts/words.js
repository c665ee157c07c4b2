/** Words and numbers of the pictures. Pure. */

import { CELL, LONG, SHORT, remainder, styleFor, styleOf, text, valueText, unit } from '../../lens/digits.js';
import { times } from '../../scene/labels.js';

/** @import { ExplanationView, NodeView, Step } from '../../types.d.ts' */
/** @import { Label } from '../../stage.d.ts' */

/** px from a volume up to its caption, and on to the line that the wedge ends in. */
export const CAPTION = 26;
export const WEDGE = 48;

const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
/** Nine products; 25 products. @param {number} n @param {string} thing */
export const many = (n, thing) => `${COUNTS[n] ?? n} ${thing}${n === 1 ? '' : 's'}`;

/** How the numbers of one picture are printed: as many decimals as its largest needs. unit: ` × 10⁻⁴` where they are so small, to be said where one number stands alone. @param {ArrayLike<number>} values @param {number} [significant] */
export const printer = (values, significant = SHORT) => printedIn(styleFor(Math.max(...Array.from(values, Math.abs).filter(Number.isFinite), 0), significant));

/** The same of numbers in cells. @param {ArrayLike<number>} values */
export const inCells = (values) => printer(values, CELL);

/** @param {import('../../lens/digits.js').Style} style */
const printedIn = (style) => ({
  unit: unit(style),
  plain: (/** @type {number} */ value) => text(value, style),
  signed: (/** @type {number} */ value) => (value === 0 ? '0' : text(value, style, '+')),
  faint: (/** @type {number} */ value) => !/[1-9]/.test(text(value, style)),
});

/** The same for the parts of what is explained. total: the sum or how far it has come, in the lens's digits; rest: what the printed parts leave over of it. @param {ExplanationView} e @param {number} [significant] */
export function adding(e, significant = SHORT) {
  const [style, long] = [significant, LONG].map((digits) => styleOf(e, digits));
  return { ...printedIn(style), total: (/** @type {number} */ value) => valueText(e, value), rest: remainder(drawn(e.steps).map((step) => step.value), style, e.value, long) };
}

/** The steps that are drawn: float32's own rounding is a line of the lens, too small for a picture. @param {Step[]} steps */
export const drawn = (steps) => steps.filter((step) => step.label !== 'rounding');

/** @param {string} key @param {number} x @param {number} y @param {Label['anchor']} anchor @param {string} look @param {...(string | { text: string, look?: string })} lines @returns {Label} */
export const label = (key, x, y, anchor, look, ...lines) => ({
  key, x, y, anchor, look, lines: lines.map((line) => (typeof line === 'string' ? { text: line } : line)),
});

/** px across of a character of a caption. */
const LETTER = 8;
/** The longest of what a caption may say that fits beside its name, the shortest where none does. @param {string} name @param {number} room px @param {...string} forms the longest first */
export const fitting = (name, room, ...forms) => forms.find((form) => (name.length + 1 + form.length) * LETTER < room) ?? forms[forms.length - 1];

/** The room of a caption that starts at x beside one that ends at x1, px. @param {number} x @param {number} x1 @param {string} other */
export const roomBeside = (x, x1, other) => x1 - other.length * LETTER - x;

/** `relu1` in ink, and what is shown of it. @param {string} key @param {NodeView} node @param {string} what @param {number} x @param {number} y @param {Label['anchor']} [anchor] @returns {Label} */
export const caption = (key, node, what, x, y, anchor = 'sw') => ({
  key, x, y, anchor, look: 'heading', node: node.name, lines: [{ text: node.name, look: 'name' }, { text: what }],
});

/** `10×32×32`, or for a row `160 numbers`. @param {NodeView} node */
export const shapeText = (node) => (node.shape.length > 1 ? times(node.shape) : `${node.shape[0]} numbers`);

/** `conv2@5,19,23`, as everywhere. @param {string} node @param {number[]} at */
export const indexed = (node, at) => `${node}@${at.join(',')}`;

/** What the weights of a window are called: a filter, of this place alone where each has its own; else weights that are made, as when maps are enlarged. @param {ExplanationView} e */
export function weightsOf({ kind, at, operands }) {
  if (/resize|upsample/.test(kind) || operands[1]?.name === 'a') return 'weights';
  return /locally/.test(kind) ? `filter ${at[0]} of ${at.slice(1).join(', ')}` : `filter ${at[0]}`;
}
