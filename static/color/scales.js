/**
 * Numbers as colours: diverging tables with zero on the theme's sheet, mixed in OKLab, the same table for the pixels
 * and for the legend. Pure.
 */

import { bytes, contrast, mix } from './oklab.js';
import { PALETTE } from './palette.js';
import { STOPS, VALUES_CALLED } from './stops.js';

/** @import { Scale } from '../stage.d.ts' */
/** @import { Colours } from '../types.d.ts' */
/** @import { Kind } from './stops.js' */
/** @import { Theme } from './palette.js' */
/** @typedef {import('./oklab.js').Triple} Triple */

/** Contrast of text (WCAG 2.2, AA); of black and white one always has 4.58. */
const READABLE = 4.5;
const HALF = 255;
/** Entries of a table: −range, …, 0, …, +range. */
export const ENTRIES = 2 * HALF + 1;

/** What no scale has a place for; their own colours, on both themes apart from every number's. */
export const ODD = { nan: '#d6207f', plus: '#f2d400', minus: '#00b8c4' };

/** Which of the choices is used: all that is drawn at one time has the same. @type {Colours} */
let colours = 'orange';

/** From now on scales are of this choice. @param {Colours} choice */
export function useColours(choice) {
  colours = choice;
}

/** What the colours of values are called that are used now, below zero and above. */
export const coloursCalled = () => VALUES_CALLED[colours];

/** The scale of values on their way forward: from blue to orange, if nothing else is chosen. @param {Theme} theme */
export const activationScale = (theme) => scale('activation', theme);

/** The scale of values on their way back: from purple to green, if nothing else is chosen. @param {Theme} theme */
export const gradientScale = (theme) => scale('gradient', theme);

/** @type {Map<string, Scale>} */
const made = new Map();

/** @param {Kind} name @param {Theme} theme @returns {Scale} */
function scale(name, theme) {
  const key = `${colours} ${name}/${theme}`;
  const known = made.get(key) ?? build(name, theme);
  made.set(key, known);
  return known;
}

/** @param {Kind} name @param {Theme} theme @returns {Scale} */
function build(name, theme) {
  const table = tableOf(name, theme);
  const { ink } = PALETTE[theme];
  const dark = theme === 'dark' ? PALETTE.dark.paper : ink;
  const light = theme === 'dark' ? ink : '#ffffff';
  /** @param {number} value @param {number} range @returns {Triple} */
  const rgb = (value, range) => odd(value) ?? entry(table, value, range);
  return {
    name: `${colours} ${name}`,
    table,
    css: (value, range) => `rgb(${rgb(value, range).join(',')})`,
    ink: (value, range) => inkOn(rgb(value, range), dark, light),
    paint: (values, range) => paint(values, range, table),
  };
}

/** The theme's ink that is read better on a colour; where neither is read well, black or white. @param {Triple} colour @param {string} dark @param {string} light */
function inkOn(colour, dark, light) {
  const better = (/** @type {string} */ a, /** @type {string} */ b) => (contrast(colour, bytes(b)) > contrast(colour, bytes(a)) ? b : a);
  const best = better(dark, light);
  return contrast(colour, bytes(best)) >= READABLE ? best : better('#000000', '#ffffff');
}

/** @param {Kind} name @param {Theme} theme */
function tableOf(name, theme) {
  const stops = /** @type {[number, string][]} */ ([...STOPS[colours][name][theme], [0, PALETTE[theme].sheet]]).sort((a, b) => a[0] - b[0]);
  const table = new Uint8ClampedArray(ENTRIES * 4);
  for (let i = 0; i < ENTRIES; i++) table.set([...between(stops, (i - HALF) / HALF), 255], i * 4);
  return table;
}

/** @param {[number, string][]} stops @param {number} x @returns {Triple} */
function between(stops, x) {
  const next = Math.max(1, stops.findIndex(([place]) => place >= x));
  const [[from, low], [to, high]] = [stops[next - 1], stops[next]];
  return mix(bytes(low), bytes(high), (x - from) / (to - from));
}

/** Where a value stands in the table; the darkest colour means "this or more". @param {number} value @param {number} range */
const place = (value, range) => Math.round(Math.max(-1, Math.min(1, range > 0 ? value / range : 0)) * HALF) + HALF;

/** @param {Uint8ClampedArray} table @param {number} value @param {number} range @returns {Triple} */
function entry(table, value, range) {
  const at = place(value, range) * 4;
  return [table[at], table[at + 1], table[at + 2]];
}

/** The colour of NaN and of the infinities, null for every other number. @param {number} value @returns {Triple | null} */
function odd(value) {
  if (Number.isFinite(value)) return null;
  return bytes(Number.isNaN(value) ? ODD.nan : value > 0 ? ODD.plus : ODD.minus);
}

/** RGBA bytes of many numbers. @param {ArrayLike<number>} values @param {number} range @param {Uint8ClampedArray} table */
function paint(values, range, table) {
  const out = new Uint8ClampedArray(values.length * 4);
  for (let k = 0, to = 0; k < values.length; k++, to += 4) {
    const value = values[k];
    if (Number.isFinite(value)) {
      const from = place(value, range) * 4;
      out[to] = table[from];
      out[to + 1] = table[from + 1];
      out[to + 2] = table[from + 2];
    } else out.set(odd(value) ?? [0, 0, 0], to);
    out[to + 3] = 255;
  }
  return out;
}
