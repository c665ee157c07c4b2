/** A sum as it grows: the waterfall up to the term where the clock stands, and that term in its tiles. Pure. */

import { rect } from '../../scene/marks.js';
import { waterfall } from './waterfall.js';
import { drawn } from './words.js';

/** @import { adding } from './words.js' */

/** @import { Step } from '../../types.d.ts' */
/** @import { Label, Mark, PictureInput } from '../../stage.d.ts' */
/** @import { Fall, Place } from './waterfall.js' */
/** @import { Plan } from './stack.js' */

/**
 * The steps with what is added of them so far: whole ones, and of the group at work the engine's running sum.
 * @param {PictureInput['explanation']} e @param {number} added terms @param {number} size terms of a group @param {number} groups
 * @returns {Step[]}
 */
export function soFar({ steps, product_totals: totals }, added, size, groups) {
  const all = drawn(steps), products = Math.min(added, groups * size), whole = Math.floor(products / size);
  const before = whole ? all[whole - 1].total : 0, now = totals?.[products - 1] ?? before;
  const partial = products % size ? [{ label: all[whole].label, value: now - before, total: now }] : [];
  return [...all.slice(0, whole), ...partial, ...all.slice(groups, groups + added - products)];
}

/**
 * The waterfall of a sum, whole or as far as it is added, and what its numbers leave over where all of them are printed; empty for a window that passes unread.
 * @param {PictureInput} input @param {Place[]} places @param {Omit<Fall, 'steps' | 'places'>} area @param {number} size terms of a group @param {ReturnType<typeof adding>} print of the total
 * @returns {{ marks: Mark[], labels: Label[], end: number, said: string, whole: boolean, rest: string | null }}
 */
export function summed({ explanation: e, added }, places, area, size, print) {
  const all = drawn(e.steps), groups = e.operands[0].cells[0].length;
  if (all.length === 0) return { marks: [], labels: [], end: 0, said: '', whole: false, rest: null };
  const steps = added === null ? all : soFar(e, added, size, groups);
  const full = waterfall({ ...area, steps: all, places });
  const whole = steps.length === all.length && (added === null || added >= groups * size + all.length - groups);
  if (whole) return { ...full, end: full.yOf(e.value), said: print.total(e.value), whole, rest: full.numbers === all.length ? print.rest : null };
  const shown = waterfall({ ...area, steps, places: places.filter(({ index }) => index < steps.length), scaled: all });
  const total = steps[steps.length - 1]?.total ?? 0;
  return { ...shown, end: full.yOf(total), said: print.total(total), whole, rest: null };
}

/**
 * The product that is being added: its number and its weight, in ink.
 * @param {Plan} plan @param {number[]} channels @param {number} size @param {number} term
 * @param {{ y: number[], tw: number, th: number, rows: number, columns: number }} tile
 * @returns {Mark[]}
 */
export function atWork(plan, channels, size, term, { y, tw, th, rows, columns }) {
  const k = plan.shown.indexOf(channels[Math.floor(term / size)]), place = term % size;
  if (k < 0) return [];
  const [w, h] = [tw / columns, th / rows];
  return y.flatMap((top) => {
    const box = { x: plan.middle(k) - tw / 2 + (place % columns) * w, y: top + Math.floor(place / columns) * h, w, h };
    return [rect(box, { stroke: 'halo', width: 4.6, alpha: 0.95 }), rect(box, { stroke: 'ink', width: 2.2 })];
  });
}
