/** Marks as SVG text: the same picture as the canvas has, for a file, a page of paper, or a test. Pure. */

import { bmp } from './bmp.js';

/** @import { Label, Mark, Matrix, Point } from '../stage.d.ts' */
/** @typedef {Record<string, string>} Palette */

const HEAD = { angle: 0.42, base: 4, perWidth: 2.2 };
const HATCH = { apart: 4, width: 0.7, alpha: 0.35 };
/** px from line to line of a label. */
const LINE = 15;
/** Where a label's lines stand to its point: across, and down in shares of its height. @type {Record<Label['anchor'], [string, number]>} */
const ANCHORS = {
  nw: ['start', 0], n: ['middle', 0], ne: ['end', 0], w: ['start', 0.5], o: ['middle', 0.5], e: ['end', 0.5], sw: ['start', 1], s: ['middle', 1], se: ['end', 1],
};
/** Letters of a label, as css/stage.css has them: size and weight. @type {[RegExp, number, number][]} */
const LOOKS = [[/^result/, 21, 700], [/^heading|^name/, 13, 600], [/^number|^cell/, 12, 600], [/^channel|^caption/, 11, 400]];

/** @param {number} x */
const n = (x) => String(Number(x.toFixed(1)));
/** @param {Point[]} points */
const at = (points) => points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L');
/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
/** @param {string} name @param {string | number | null} value @param {string | number} [usual] */
const attribute = (name, value, usual) => (value === null || value === usual ? '' : ` ${name}="${typeof value === 'number' ? Number(value.toFixed(3)) : value}"`);

/**
 * @param {Mark[]} marks @param {Label[]} labels @param {Palette} palette @param {{ width: number, height: number }} size
 * @returns {string}
 */
export function svgOf(marks, labels, palette, { width, height }) {
  const css = (/** @type {string} */ ink) => palette[ink] ?? ink;
  const body = [...marks.map((mark) => drawn(mark, css)), ...labels.map((label) => written(label, css))].filter(Boolean);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" font-family="Helvetica Neue, Arial, Liberation Sans, sans-serif">
<rect width="100%" height="100%" fill="${css('paper')}"/>
${body.join('\n')}
</svg>
`;
}

/** @param {Mark} mark @param {(ink: string) => string} css @returns {string} */
function drawn(mark, css) {
  switch (mark.kind) {
    case 'image': return image(mark);
    case 'photo': return `<rect${box(mark.box)} fill="${css('rule')}"/>`; // its pixels are a file of their own
    case 'path': return path(mark, css);
    case 'curve': {
      const [p, q, r, s] = mark.points, d = `M${at([p])}C${at([q])} ${at([r])} ${at([s])}`;
      return `<path d="${d}" fill="none"${stroke(mark, css)}/>${mark.head ? head(r, s, mark, css) : ''}`;
    }
    case 'hatch': return hatch(mark.points, mark.alpha, css('ink'));
    case 'group': return mark.alpha > 0.004 ? `<g${attribute('opacity', mark.alpha, 1)}>${mark.marks.map((one) => drawn(one, css)).join('')}</g>` : '';
    default: return ''; // light is for screens
  }
}

/** @param {{ x: number, y: number, w: number, h: number }} b */
const box = (b) => ` x="${n(b.x)}" y="${n(b.y)}" width="${n(b.w)}" height="${n(b.h)}"`;

/** @param {{ stroke: string | null, width: number, alpha: number, dash: number[] | null }} style @param {(ink: string) => string} css */
const stroke = ({ stroke: ink, width, alpha, dash }, css) =>
  ink === null ? '' : `${attribute('stroke', css(ink))}${attribute('stroke-width', width, 1)}${attribute('stroke-opacity', alpha, 1)}${dash ? attribute('stroke-dasharray', dash.join(' ')) : ''}`;

/** @param {Extract<Mark, { kind: 'path' }>} mark @param {(ink: string) => string} css */
function path(mark, css) {
  const { points, closed, fill, fillAlpha, alpha, head: arrow } = mark;
  const filled = fill === null ? ' fill="none"' : `${attribute('fill', css(fill))}${attribute('fill-opacity', fillAlpha * alpha, 1)}`;
  return `<path d="M${at(points)}${closed ? 'Z' : ''}"${filled}${stroke(mark, css)}/>${arrow && mark.stroke ? head(points[points.length - 2], points[points.length - 1], mark, css) : ''}`;
}

/** @param {Point} from @param {Point} to @param {{ stroke: string | null, width: number, alpha: number }} style @param {(ink: string) => string} css */
function head(from, [x, y], { stroke: ink, width, alpha }, css) {
  const turn = Math.atan2(y - from[1], x - from[0]), size = HEAD.base + width * HEAD.perWidth;
  const wing = (/** @type {number} */ angle) => /** @type {Point} */ ([x - size * Math.cos(turn + angle), y - size * Math.sin(turn + angle)]);
  return `<path d="M${at([[x, y], wing(-HEAD.angle), wing(HEAD.angle)])}Z" fill="${css(ink ?? 'ink')}"${attribute('fill-opacity', alpha, 1)}/>`;
}

/** @param {Extract<Mark, { kind: 'image' }>} mark */
function image({ picture, m, rows, alpha }) {
  const { width, height, data } = picture.pixels(), shown = Math.min(height, Math.round(height * rows));
  if (shown <= 0) return '';
  const place = /** @type {Matrix} */ ([m[0] / width, m[1] / width, m[2] / height, m[3] / height, m[4], m[5]]);
  return `<image width="${width}" height="${shown}" transform="matrix(${place.map((x) => Number(x.toFixed(3))).join(' ')})"${attribute('opacity', alpha, 1)} style="image-rendering:pixelated" href="${bmp(width, shown, data)}"/>`;
}

/** @param {Point[]} points @param {number} alpha @param {string} ink */
function hatch(points, alpha, ink) {
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const count = Math.ceil((x1 - x0 + y1 - y0) / HATCH.apart), lines = [];
  for (let k = 0; k < count; k++) {
    const start = x0 - (y1 - y0) + k * HATCH.apart, from = Math.max(0, x0 - start), to = Math.min(y1 - y0, x1 - start);
    if (to > from) lines.push(`M${n(start + from)} ${n(y1 - from)}L${n(start + to)} ${n(y1 - to)}`);
  }
  return `<path d="${lines.join('')}" fill="none" stroke="${ink}" stroke-width="${HATCH.width}"${attribute('stroke-opacity', HATCH.alpha * alpha, 1)}/>`;
}

/** @param {Label} label @param {(ink: string) => string} css */
function written({ x, y, anchor, look, lines, ink }, css) {
  const [across, down] = ANCHORS[anchor], inline = /^heading/.test(look), count = inline ? 1 : lines.length;
  const [, size, weight] = LOOKS.find(([name]) => name.test(look)) ?? [null, 12, 400];
  const top = y - down * count * LINE + LINE * 0.78;
  const spans = lines.map(({ text, look: own }, k) => {
    const bold = own === 'name' || own === 'value' ? ' font-weight="700"' : own === 'place' ? ' font-size="11" font-weight="400"' : '';
    return inline ? `<tspan${bold}>${escaped(k ? ` ${text}` : text)}</tspan>` : `<tspan x="${n(x)}" y="${n(top + k * LINE)}"${bold}>${escaped(text)}</tspan>`;
  });
  return `<text x="${n(x)}" y="${n(top)}" text-anchor="${across}" font-size="${size}"${attribute('font-weight', weight, 400)} fill="${ink ?? css('ink')}">${spans.join('')}</text>`;
}
