/** A small network: units with their numbers, lines as thick as their weights. */
import { svg } from '../../ui/h.js';
import { digits, heading, inkOn, plain, scaleOf } from './say.js';

const ACROSS = 128, DOWN = 76, R = 25, MARGIN = 34, CAPTION = 18;

/** @param {import('../types.d.ts').Net} item */
export function net({ title, layers, edges }) {
  const most = Math.max(...layers.map((layer) => layer.length));
  const place = (/** @type {[number, number]} */ [layer, k]) =>
    [MARGIN + layer * ACROSS, MARGIN + CAPTION + (k + (most - layers[layer].length) / 2) * DOWN];
  const scale = scaleOf('value');
  const [width, height] = [2 * MARGIN + (layers.length - 1) * ACROSS, 2 * MARGIN + CAPTION + (most - 1) * DOWN];
  const lines = [...edges].sort((a, b) => Number(a.pick) - Number(b.pick)).map((edge) => {
    const [[x1, y1], [x2, y2]] = [place(edge.from), place(edge.to)];
    const attributes = { x1, y1, x2, y2, 'stroke-width': (edge.pick ? 3 : 1) + 2.5 * Math.min(1, Math.abs(edge.value)), stroke: scale.css(Math.sign(edge.value) * 0.6, 1) };
    const [x, y] = [x1 + (x2 - x1) * 0.42, y1 + (y2 - y1) * 0.42];
    return edge.pick
      ? [svg('line', { ...attributes, stroke: null, class: 'halo', 'stroke-width': 9 }), svg('line', { ...attributes, class: 'picked' }),
        svg('text', { x, y: y - 10, class: 'weight' }, digits(edge.value, 2))]
      : [svg('line', { ...attributes })];
  }).flat();
  const units = layers.flatMap((layer, l) => layer.map((unit, k) => {
    const [x, y] = place([l, k]);
    return [
      svg('circle', { cx: x, cy: y, r: R, fill: scale.css(unit.value, 1), class: 'unit' }),
      svg('text', { x, y, 'text-anchor': 'middle', fill: inkOn(scale.css(unit.value, 1)) }, digits(unit.value, 2)),
      svg('text', { x, y: y - R - 7, 'text-anchor': 'middle', class: 'axis' }, plain(unit.name)),
    ];
  })).flat();
  const said = layers.map((layer) => layer.map((u) => `${plain(u.name)} ${digits(u.value, 2)}`).join(', ')).join('; ');
  return [...heading(title), svg('svg', { class: 'net', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': said }, lines, units)];
}
