/** A function drawn as a line, with the place where we stand and its slope. */
import { h, svg } from '../../ui/h.js';
import { setHtml } from '../html.js';
import { digits, heading, plain } from './say.js';

const SIZE = { w: 360, h: 240, left: 46, right: 14, top: 14, bottom: 34 };
const TICKS = 4;

/** @param {import('../types.d.ts').Curve} item */
export function curve({ title, x, y, points, at, line, dots }) {
  const [xs, ys] = [points.map(([a]) => a), points.map(([, b]) => b)];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(0, ...ys), Math.max(...ys)];
  const px = (/** @type {number} */ v) => SIZE.left + ((v - x0) / (x1 - x0)) * (SIZE.w - SIZE.left - SIZE.right);
  const py = (/** @type {number} */ v) => SIZE.h - SIZE.bottom - ((v - y0) / (y1 - y0 || 1)) * (SIZE.h - SIZE.top - SIZE.bottom);
  const path = (/** @type {[number, number][]} */ all) => all.map(([a, b], k) => `${k ? 'L' : 'M'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('');
  const ticks = (/** @type {number} */ lo, /** @type {number} */ hi) => Array.from({ length: TICKS + 1 }, (_, k) => lo + ((hi - lo) * k) / TICKS);
  const inside = { x: SIZE.left, y: SIZE.top, width: SIZE.w - SIZE.left - SIZE.right, height: SIZE.h - SIZE.top - SIZE.bottom };
  const root = svg('svg', { class: 'curve', viewBox: `0 0 ${SIZE.w} ${SIZE.h}`, width: SIZE.w, height: SIZE.h, role: 'img',
    'aria-label': `${plain(y)} over ${plain(x)}${at ? `; at ${digits(at[0], 2)} it is ${digits(at[1], 4)}` : ''}` },
    ticks(x0, x1).map((v) => svg('text', { class: 'axis', x: px(v), y: SIZE.h - SIZE.bottom + 14, 'text-anchor': 'middle' }, digits(v, 1))),
    ticks(y0, y1).map((v) => svg('text', { class: 'axis', x: SIZE.left - 6, y: py(v), 'text-anchor': 'end' }, digits(v, 2))),
    ticks(y0, y1).map((v) => svg('line', { class: 'rule', x1: SIZE.left, x2: SIZE.w - SIZE.right, y1: py(v), y2: py(v) })),
    svg('path', { class: 'line', d: path(points) }),
    line.length ? svg('svg', { ...inside, viewBox: Object.values(inside).join(' ') }, svg('path', { class: 'slope', d: path(line) })) : null,
    dots.map(([a, b]) => svg('circle', { class: 'dot', cx: px(a), cy: py(b), r: 4.5 })),
    at ? svg('circle', { class: 'at', cx: px(at[0]), cy: py(at[1]), r: 6.5 }) : null);
  const under = h('p', { class: 'note axisname' });
  setHtml(under, `${y} over ${x}${line.length ? '; the dashed line has the slope of the backward pass' : ''}`);
  return [...heading(title), root, under];
}
