/** A running sum as a waterfall: each step a bar from the total before it to the total after it. Pure. */

import { line, rect } from '../../scene/marks.js';
import { label } from './words.js';

/** @import { Step } from '../../types.d.ts' */
/** @import { Label, Mark, Scale } from '../../stage.d.ts' */
/** @import { printer } from './words.js' */

/** @typedef {{ x: number, index: number }} Place a step that is shown, and the middle of its bar */
/**
 * @typedef {object} Fall
 * @property {Step[]} steps all of them; those without a place are told as "n more"
 * @property {Place[]} places in order
 * @property {number} y0 top
 * @property {number} y1 bottom
 * @property {number} bar width of a bar, px
 * @property {number} end where the last total is carried to
 * @property {Scale} scale
 * @property {ReturnType<typeof printer> | null} print null prints no numbers
 * @property {boolean} [lead] whether there is room before the first bar for what is not shown before it
 * @property {Step[]} [scaled] steps that there is room for, where not all are shown yet
 */

const COLOUR = 0.62;
const LABEL = 16;
/** Bars closer than this (px) have no room between them for how many are not shown. */
const MORE = 18;
/** px before the first bar for what is not shown before it. */
export const LEAD = 22;
/** px of a character of a number, of its line, and between two numbers at least. */
const NUMBER = { wide: 7, high: 13, apart: 3 };

/** @param {Fall} fall @returns {{ marks: Mark[], labels: Label[], yOf: (total: number) => number, numbers: number }} */
export function waterfall({ steps, places, y0, y1, bar, end, scale, print, lead: led = false, scaled = steps }) {
  const totals = scaled.map((step) => step.total).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...totals), Math.max(0, ...totals)];
  const room = print ? LABEL : 4;
  const yOf = (/** @type {number} */ total) =>
    Number.isFinite(total) ? y1 - room - ((total - low) / (high - low || 1)) * (y1 - y0 - 2 * room) : y0;
  const before = (/** @type {number} */ index) => (index > 0 ? steps[index - 1].total : 0);
  const first = places[0]?.x ?? 0;
  const zero = line([[first - bar / 2 - 6, yOf(0)], [(places[places.length - 1]?.x ?? 0) + bar / 2 + 6, yOf(0)]], { width: 0.9, alpha: 0.45 });
  const parts = places.map(({ x, index }, k) => {
    const [from, to] = [yOf(before(index)), yOf(steps[index].total)];
    const next = places[k + 1];
    const hidden = next ? next.index - index - 1 : 0;
    const box = { x: x - bar / 2, y: Math.min(from, to), w: bar, h: Math.max(1.5, Math.abs(to - from)) };
    const edge = bar > 6 ? { stroke: 'ink', width: 0.8 } : {};
    return {
      marks: [
        rect(box, { fill: scale.css(steps[index].value < 0 ? -COLOUR : COLOUR, 1), ...edge, alpha: bar > 6 ? 0.85 : 1 }),
        ...(next && bar > 6 ? carried(x + bar / 2, to, next.x - bar / 2, yOf(before(next.index)), hidden) : []),
      ],
      labels: [
        ...(hidden > 0 && next.x - x - bar > MORE ? [label(`more ${k}`, (x + next.x) / 2, Math.min(to, yOf(before(next.index))) - 6, 's', 'channel', `⋯ ${hidden}`)] : []),
      ],
    };
  });
  const numbers = print ? roomy(places.map(({ x, index }, k) => ({ said: number(steps[index], k, x, yOf(before(index)), yOf(steps[index].total), print), size: Math.abs(steps[index].value) }))) : [];
  const last = places[places.length - 1], earlier = places[0]?.index ?? 0, start = [yOf(0), yOf(before(earlier))];
  const lead = led && earlier > 0 ? {
    marks: carried(first - bar / 2 - LEAD, start[0], first - bar / 2, start[1], earlier),
    labels: [label('more before', first - bar / 2 - LEAD / 2, Math.min(...start) - 3, 's', 'channel', `⋯ ${earlier}`)],
  } : { marks: [], labels: [] };
  const carry = last ? [line([[last.x + bar / 2, yOf(steps[last.index].total)], [end, yOf(steps[last.index].total)]], { width: 0.8, alpha: 0.5, dash: [3, 3] })] : [];
  return { marks: [zero, ...lead.marks, ...parts.flatMap((p) => p.marks), ...carry], labels: [...numbers, ...lead.labels, ...parts.flatMap((p) => p.labels)], yOf, numbers: numbers.length };
}

/** The total carried from one bar to the next; what is not shown between them is a dashed step. @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {number} hidden @returns {Mark[]} */
const carried = (x0, y0, x1, y1, hidden) =>
  hidden > 0
    ? [line([[x0, y0], [(x0 + x1) / 2, y0], [(x0 + x1) / 2, y1], [x1, y1]], { width: 0.8, alpha: 0.5, dash: [2, 2] })]
    : [line([[x0, y0], [x1, y1]], { width: 0.8, alpha: 0.5 })];

/** The number at the open end of its bar. @param {Step} step @param {number} k @param {number} x @param {number} from @param {number} to @param {ReturnType<typeof printer>} print @returns {Label} */
function number(step, k, x, from, to, print) {
  const up = to <= from;
  const look = print.faint(step.value) ? 'number faint' : 'number';
  return label(`step ${k}`, x, up ? to - 2 : to + 2, up ? 's' : 'n', look, print.signed(step.value));
}

/** Those numbers that do not run into a larger step's; all are in the lens. @param {{ said: Label, size: number }[]} all @returns {Label[]} */
function roomy(all) {
  /** @type {Label[]} */
  const kept = [];
  for (const { said } of [...all].sort((a, b) => b.size - a.size)) if (kept.every((other) => !meet(said, other))) kept.push(said);
  return all.filter(({ said }) => kept.includes(said)).map(({ said }) => said);
}

/** @param {Label} one @param {Label} other */
function meet(one, other) {
  const half = ([one, other].reduce((sum, { lines: [{ text }] }) => sum + text.length, 0) * NUMBER.wide) / 2;
  return Math.abs(one.x - other.x) < half + NUMBER.apart && Math.abs(topOf(one) - topOf(other)) < NUMBER.high;
}

/** @param {Label} said */
const topOf = ({ y, anchor }) => (anchor === 's' ? y - NUMBER.high : y);
