/** A volume's marks as SVG, for paper: sharp at any size. A map is one path per colour. */
import { apply } from '../../scene/matrix.js';
import { svg } from '../../ui/h.js';

/** @typedef {import('../../stage.d.ts').Mark} Mark */
/** @typedef {Extract<Mark, { kind: 'path' }>} Path */
/** @typedef {Extract<Mark, { kind: 'image' }>} ImageMark */
/** @typedef {import('../../stage.d.ts').Point} Point */

const STEP = 8; // of 256: colours nearer than this are one path

/** @param {Point[]} points @param {boolean} closed */
const trace = (points, closed) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}${closed ? 'Z' : ''}`;

/** @param {Path} mark @param {Record<string, string>} palette */
function path({ points, closed, fill, stroke, width, alpha }, palette) {
  const ink = (/** @type {string | null} */ name) => (name ? palette[name] ?? name : 'none');
  return svg('path', { d: trace(points, closed), fill: ink(fill), stroke: ink(stroke), 'stroke-width': width, opacity: alpha });
}

/** Cells of the same colour as one path, by colour. @param {ImageMark} mark */
function cells({ picture, m }) {
  const { width, height, data } = picture.pixels();
  /** @type {Map<string, string>} */
  const paths = new Map();
  const near = (/** @type {number} */ byte) => Math.min(255, Math.round(byte / STEP) * STEP);
  for (let k = 0; k < width * height; k++) {
    const [x, y] = [k % width, Math.floor(k / width)];
    const colour = `rgb(${near(data[4 * k])},${near(data[4 * k + 1])},${near(data[4 * k + 2])})`;
    const corner = (/** @type {number} */ dx, /** @type {number} */ dy) => apply(m, (x + dx) / width, (y + dy) / height);
    const one = trace([corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)], true);
    paths.set(colour, (paths.get(colour) ?? '') + one);
  }
  return [...paths].map(([fill, d]) => svg('path', { d, fill, stroke: fill, 'stroke-width': 0.2 }));
}

/**
 * @param {Mark[]} marks
 * @param {{ width: number, height: number, label: string, palette: Record<string, string> }} frame
 */
export function volumeSvg(marks, { width, height, label, palette }) {
  const drawn = marks.flatMap((mark) => (mark.kind === 'image' ? cells(mark) : mark.kind === 'path' ? [path(mark, palette)] : []));
  return svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label, class: 'slices' }, drawn);
}
