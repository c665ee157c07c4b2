/** Volumes drawn by their sizes: how deep, how high, how wide; a vector as a column of numbers, a volume of nothing but height. */
import { svg } from '../../ui/h.js';
import { heading, plain } from './say.js';

const DEEP = [0.42, -0.3];
/** A vector's width, the height of one of `numbers`, and how much shorter others are. */
const VECTOR = { w: 12, h: 104, numbers: 3072, power: 0.3 };

/** @param {import('../types.d.ts').Boxes} item */
export function boxes({ title, boxes: all }) {
  const sides = all.map(([, [length, rows, columns]]) => (rows === undefined
    ? [VECTOR.h * (length / VECTOR.numbers) ** VECTOR.power, VECTOR.w]
    : [12 + 84 * (rows / 32) ** 0.66, 12 + 84 * (columns / 32) ** 0.66]));
  const depths = all.map(([, shape]) => (shape.length === 1 ? 0 : 6 + 9 * Math.sqrt(shape[0])));
  let x = 14;
  const parts = all.map(([label, shape], k) => {
    const [[h, w], d] = [sides[k], depths[k]];
    const [dx, dy] = [d * DEEP[0] * 2, d * DEEP[1] * 2];
    const left = x, top = 80 - h / 2;
    x += Math.max(w + dx, plain(label).length * 7.4, shape.join('×').length * 7.4) + 26;
    const faces = [
      `M${left} ${top}h${w}v${h}h${-w}z`,
      `M${left} ${top}l${dx} ${dy}h${w}l${-dx} ${-dy}z`,
      `M${left + w} ${top}l${dx} ${dy}v${h}l${-dx} ${-dy}z`,
    ];
    const middle = left + (w + dx) / 2;
    return [
      ...faces.map((d2, f) => svg('path', { d: d2, class: `face f${f}` })),
      svg('text', { x: middle, y: 148, 'text-anchor': 'middle', class: 'name' }, plain(label)),
      svg('text', { x: middle, y: 165, 'text-anchor': 'middle', class: 'axis' }, shape.join('×')),
    ];
  }).flat();
  const said = all.map(([label, shape]) => `${plain(label)} ${shape.join(' by ')}`).join(', ');
  return [...heading(title), svg('svg', { class: 'volumes', viewBox: `0 0 ${x} 176`, width: x, height: 176, role: 'img', 'aria-label': said }, parts)];
}
