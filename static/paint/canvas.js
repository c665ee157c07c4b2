/** The painter: marks in, pixels out. It knows matrices and ink, and no layer. */

import { createBitmaps } from './bitmaps.js';
import { createGlow } from './glow.js';

/** @import { Mark, Matrix, Point } from '../stage.d.ts' */
/** @typedef {Record<string, string>} Palette */
/** @typedef {Extract<Mark, { kind: 'path' }>} Path */

const HEAD = { angle: 0.42, base: 4, perWidth: 2.2 };
/** Lines grow by less than what is drawn nearer: by its scale to the power of 1 − this. */
const KEPT = 0.75;
/** Screens denser than this are drawn at this density: more is four times the fill for nothing seen. */
const DENSEST = 2;

/** @param {HTMLCanvasElement} canvas */
export function createPainter(canvas) {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D drawing context.');
  const bitmaps = createBitmaps();
  const glow = createGlow(bitmaps);
  const c = context;
  /** @type {Palette} */
  let palette = {};
  /** @type {Matrix} */
  let base = [1, 0, 0, 1, 0, 0];
  let alpha = 1;
  let dense = 1;
  let thinner = 1;

  /** @param {Matrix} m */
  const place = (m) => {
    const [a, b, cc, d, e, f] = m;
    c.setTransform(
      base[0] * a, base[3] * b, base[0] * cc, base[3] * d, base[0] * e + base[4], base[3] * f + base[5],
    );
  };
  const rest = () => c.setTransform(...base);
  /** @param {string} ink */
  const css = (ink) => palette[ink] ?? ink;

  /** @param {Point[]} points @param {boolean} closed */
  function trace(points, closed) {
    c.beginPath();
    points.forEach(([x, y], k) => (k ? c.lineTo(x, y) : c.moveTo(x, y)));
    if (closed) c.closePath();
  }

  /** @param {string} stroke @param {number} width @param {number} a @param {number[] | null} dash */
  function stroke(stroke, width, a, dash) {
    c.globalAlpha = alpha * a;
    c.strokeStyle = css(stroke);
    c.lineWidth = width / thinner;
    if (dash) c.setLineDash(dash);
    c.stroke();
    if (dash) c.setLineDash([]);
  }

  /** @param {Point} from @param {Point} to @param {string} ink @param {number} width @param {number} a */
  function head(from, [x, y], ink, width, a) {
    const turn = Math.atan2(y - from[1], x - from[0]);
    const size = (HEAD.base + width * HEAD.perWidth) / thinner;
    c.beginPath();
    c.moveTo(x, y);
    c.lineTo(x - size * Math.cos(turn - HEAD.angle), y - size * Math.sin(turn - HEAD.angle));
    c.lineTo(x - size * Math.cos(turn + HEAD.angle), y - size * Math.sin(turn + HEAD.angle));
    c.closePath();
    c.globalAlpha = alpha * a;
    c.fillStyle = css(ink);
    c.fill();
  }

  /** @type {{ [K in Mark['kind']]: (mark: Extract<Mark, { kind: K }>) => void }} */
  const draw = {
    image({ picture, m, rows, alpha: a, smooth }) {
      const bitmap = bitmaps.of(picture);
      const shown = rows >= 1 ? bitmap.height : Math.round(bitmap.height * rows);
      if (shown <= 0) return;
      place([m[0] / bitmap.width, m[1] / bitmap.width, m[2] / bitmap.height, m[3] / bitmap.height, m[4], m[5]]);
      c.imageSmoothingEnabled = smooth;
      c.globalAlpha = alpha * a;
      c.drawImage(bitmap, 0, 0, bitmap.width, shown, 0, 0, bitmap.width, shown);
      rest();
    },
    photo({ image, box, alpha: a }) {
      c.imageSmoothingEnabled = true;
      c.imageSmoothingQuality = 'high';
      c.globalAlpha = alpha * a;
      c.drawImage(image, box.x, box.y, box.w, box.h);
    },
    path({ points, closed, fill, fillAlpha, stroke: ink, width, alpha: a, dash, head: arrow }) {
      trace(points, closed);
      if (fill) {
        c.globalAlpha = alpha * a * fillAlpha;
        c.fillStyle = css(fill);
        c.fill();
      }
      if (ink) stroke(ink, width, a, dash);
      if (ink && arrow) head(points[points.length - 2], points[points.length - 1], ink, width, a);
    },
    curve({ points: [p, q, r, s], stroke: ink, width, alpha: a, dash, head: arrow }) {
      c.beginPath();
      c.moveTo(...p);
      c.bezierCurveTo(...q, ...r, ...s);
      stroke(ink, width, a, dash);
      if (arrow) head(r, s, ink, width, a);
    },
    hatch({ points, alpha: a }) {
      c.save();
      trace(points, true);
      c.clip();
      const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
      const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      c.beginPath();
      for (let x = x0 - (y1 - y0); x < x1; x += 4) {
        c.moveTo(x, y1);
        c.lineTo(x + (y1 - y0), y0);
      }
      stroke('ink', 0.7, 0.35 * a, null);
      c.restore();
    },
    glow({ lights }) {
      glow.draw(c, lights, base);
    },
    group({ marks, alpha: a }) {
      const outer = alpha;
      alpha *= a;
      if (alpha > 0.004) marks.forEach(one);
      alpha = outer;
    },
  };
  /** @param {Mark} mark */
  const one = (mark) => /** @type {(mark: Mark) => void} */ (draw[mark.kind])(mark);

  return {
    bitmaps,
    /** @param {number} width css px @param {number} height css px @param {number} density device px per css px */
    resize(width, height, density) {
      dense = Math.min(DENSEST, density);
      canvas.width = Math.round(width * dense);
      canvas.height = Math.round(height * dense);
    },
    /** @param {Mark[]} marks @param {Palette} colours @param {Matrix} camera from layout px to css px */
    draw(marks, colours, camera) {
      palette = colours;
      alpha = 1;
      base = [camera[0] * dense, 0, 0, camera[3] * dense, camera[4] * dense, camera[5] * dense];
      thinner = camera[0] ** KEPT;
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, canvas.width, canvas.height);
      c.lineJoin = 'round';
      rest();
      marks.forEach(one);
    },
  };
}
