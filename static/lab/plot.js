/** A curve with a line and dots, as the geometry of a small drawing. Pure. */

/** @typedef {[number, number]} Point */

const BOX = { w: 344, h: 168, left: 6, right: 6, top: 10, bottom: 20 };
const STILL = 1e-12; // a curve that is flat to the eye stands in the middle
const AIR = 0.08;

/**
 * @param {Point[]} curve @param {Point[]} line @param {Point[]} dots
 * @returns {{ viewBox: string, curve: string, line: string, dots: Point[], ends: { x: [number, number], y: [number, number] }, flat: boolean, clip: { x: number, y: number, width: number, height: number } }}
 */
export function plot(curve, line, dots) {
  const seen = curve.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const heights = seen.map(([, b]) => b), x = span(seen.map(([a]) => a)), y = span(heights), air = (y[1] - y[0]) * AIR;
  const inner = { w: BOX.w - BOX.left - BOX.right, h: BOX.h - BOX.top - BOX.bottom };
  const place = (/** @type {Point} */ [a, b]) => /** @type {Point} */ ([
    BOX.left + ((a - x[0]) / (x[1] - x[0])) * inner.w, BOX.top + (1 - (b - y[0] + air) / (y[1] - y[0] + 2 * air)) * inner.h]);
  const path = (/** @type {Point[]} */ points) => points.map((point, k) => `${k ? 'L' : 'M'}${place(point).map((v) => v.toFixed(2)).join(' ')}`).join('');
  return {
    viewBox: `0 0 ${BOX.w} ${BOX.h}`, curve: path(seen), line: path(line), dots: dots.map(place), ends: { x, y: extent(heights) }, flat: seen.length > 0 && isFlat(extent(heights)),
    clip: { x: BOX.left, y: BOX.top, width: inner.w, height: inner.h },
  };
}

/** Where the colours of these numbers end: the largest of either sign, never 0. @param {number[]} values */
export const reach = (values) => Math.max(...values.map(Math.abs).filter(Number.isFinite), 0) || 1;

/** The least and the most. @param {number[]} values @returns {[number, number]} */
const extent = (values) => (values.length ? [Math.min(...values), Math.max(...values)] : [0, 0]);

/** @param {[number, number]} ends */
const isFlat = ([least, most]) => !(most - least > STILL * Math.max(1, Math.abs(most)));

/** Room from the least to the most, never nothing. @param {number[]} values @returns {[number, number]} */
function span(values) {
  const [least, most] = extent(values);
  if (!values.length) return [0, 1];
  return isFlat([least, most]) ? [least - 1, most + 1] : [least, most];
}
