/** The small drawings of the bench: a measured curve, and a filter as coloured cells. */
import { single } from '../lens/digits.js';
import { h, svg } from '../ui/h.js';
import { plot } from './plot.js';

/** @typedef {import('./plot.js').Point} Point */
/** @typedef {import('../stage.d.ts').Scale} Scale */

const DIGITS = 3;

/**
 * @param {{ curve: Point[], line?: Point[], dots?: Point[], ring?: Point[], said: string, x: string, y: string }} what ring: points that are not reached yet
 */
export function curve({ curve: points, line = [], dots = [], ring = [], said, x, y }) {
  const made = plot(points, line, [...dots, ...ring]), { clip, ends } = made, foot = clip.y + clip.height;
  return h('figure', { class: 'plot' },
    svg('svg', { viewBox: made.viewBox, role: 'img', 'aria-label': said },
      svg('path', { class: 'axis', d: `M${clip.x} ${foot}H${clip.x + clip.width}` }),
      svg('path', { class: 'measured', d: made.curve }),
      line.length > 0 && svg('svg', { ...clip, viewBox: `${clip.x} ${clip.y} ${clip.width} ${clip.height}` }, svg('path', { class: 'tangent', d: made.line })),
      made.dots.map(([a, b], k) => svg('circle', { class: k < dots.length ? 'dot' : 'ring', cx: a.toFixed(2), cy: b.toFixed(2), r: 4 })),
      svg('text', { x: clip.x, y: foot + 15 }, single(ends.x[0], DIGITS)),
      svg('text', { x: clip.x + clip.width, y: foot + 15, 'text-anchor': 'end' }, single(ends.x[1], DIGITS)),
      svg('text', { x: clip.x + clip.width / 2, y: foot + 15, 'text-anchor': 'middle', class: 'name' }, x)),
    h('figcaption', null, `${y}, from ${single(ends.y[0], DIGITS)} to ${single(ends.y[1], DIGITS)}`));
}

/**
 * The numbers of a filter as cells, channel beside channel.
 * @param {number[]} values @param {number[]} shape @param {Scale} scale @param {number} range @param {string} said
 */
export function cells(values, shape, scale, range, said) {
  const columns = shape.length > 1 ? shape[shape.length - 1] : Math.min(shape[0], 32);
  const each = shape.length > 2 ? shape[shape.length - 1] * shape[shape.length - 2] : values.length;
  const maps = Array.from({ length: Math.ceil(values.length / each) }, (_, k) => values.slice(k * each, (k + 1) * each));
  return h('div', { class: 'filter', role: 'img', 'aria-label': said }, maps.map((map) =>
    h('i', { style: { '--columns': String(columns) } }, map.map((value) => h('b', { style: { background: scale.css(value, range) } })))));
}
