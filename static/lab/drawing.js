/** The small drawings of the bench: a measured curve, and a filter as coloured cells. */
import { single } from '../lens/digits.js';
import { h, svg } from '../ui/h.js';
import { plot } from './plot.js';

/** @typedef {import('./plot.js').Point} Point */
/** @typedef {import('../stage.d.ts').Scale} Scale */

const DIGITS = 3;
const ROW = 32, ROWS = 24, MAPS = 32; // cells beside and below each other, maps beside each other

/**
 * @param {{ curve: Point[], line?: Point[], dots?: Point[], ring?: Point[], said: string, x: string, y: string, counts?: boolean }} what
 *   ring: points that are not reached yet; counts: what is along x is whole numbers
 */
export function curve({ curve: points, line = [], dots = [], ring = [], said, x, y, counts = false }) {
  const made = plot(points, line, [...dots, ...ring]), { clip, ends } = made, foot = clip.y + clip.height;
  const end = (/** @type {number} */ value) => (counts ? String(value) : single(value, DIGITS));
  return h('figure', { class: 'plot' },
    svg('svg', { viewBox: made.viewBox, role: 'img', 'aria-label': said },
      svg('path', { class: 'axis', d: `M${clip.x} ${foot}H${clip.x + clip.width}` }),
      svg('path', { class: 'measured', d: made.curve }),
      line.length > 0 && svg('svg', { ...clip, viewBox: `${clip.x} ${clip.y} ${clip.width} ${clip.height}` }, svg('path', { class: 'tangent', d: made.line })),
      made.dots.map(([a, b], k) => svg('circle', { class: k < dots.length ? 'dot' : 'ring', cx: a.toFixed(2), cy: b.toFixed(2), r: 4 })),
      svg('text', { x: clip.x, y: foot + 15 }, end(ends.x[0])),
      svg('text', { x: clip.x + clip.width, y: foot + 15, 'text-anchor': 'end' }, end(ends.x[1])),
      svg('text', { x: clip.x + clip.width / 2, y: foot + 15, 'text-anchor': 'middle', class: 'name' }, x)),
    h('figcaption', null, made.flat ? `${y}: flat, ${single(ends.y[0], DIGITS)} at all of them` : `${y}, from ${single(ends.y[0], DIGITS)} to ${single(ends.y[1], DIGITS)}`));
}

/**
 * The numbers of a filter as cells, channel beside channel: a row of cells is one element with hard stops of colour.
 * @param {number[]} values @param {number[]} shape @param {Scale} scale @param {number} range @param {string} said
 */
export function cells(values, shape, scale, range, said) {
  const columns = shape.length > 1 ? shape[shape.length - 1] : Math.min(shape[0], ROW);
  const each = shape.length > 2 ? shape[shape.length - 1] * shape[shape.length - 2] : values.length;
  const maps = slices(values, each).slice(0, MAPS);
  return h('div', { class: 'filter', role: 'img', 'aria-label': said }, maps.map((map) =>
    h('i', { style: { '--columns': String(columns) } }, slices(map, columns).slice(0, ROWS).map((row) => h('b', { style: { background: stops(row, columns, scale, range) } })))));
}

/** How many numbers a drawing of a filter shows of one that is larger. @param {number[]} shape */
export const drawnOf = (shape) => (shape.length > 2 ? Math.min(shape[0], MAPS) * shape[1] * shape[2] : Math.min(shape.reduce((a, b) => a * b, 1), ROW * ROWS));

/** @param {number[]} all @param {number} size @returns {number[][]} */
const slices = (all, size) => Array.from({ length: Math.ceil(all.length / size) }, (_, k) => all.slice(k * size, (k + 1) * size));

/** @param {number[]} row @param {number} columns @param {Scale} scale @param {number} range */
function stops(row, columns, scale, range) {
  const at = (/** @type {number} */ k) => `${((100 * k) / columns).toFixed(3)}%`;
  return `linear-gradient(to right, ${row.map((value, k) => `${scale.css(value, range)} ${at(k)} ${at(k + 1)}`).join(', ')}, transparent ${at(row.length)})`;
}
