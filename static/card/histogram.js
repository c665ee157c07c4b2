/** A histogram as boxes: every bar has the colour of its numbers; exact zeros, often many, stand by themselves. Pure. */

/** @typedef {import('../types.d.ts').NodeStats} NodeStats */
/** @typedef {import('../stage.d.ts').Scale} Scale */
/** @typedef {import('../paint/small.js').Flat} Flat */

const AXIS = 1, GAP = 0.6, TICK = 7, BAND = 3; // css px
/** The bar of exact zeros is as high as the drawing, whatever their number. */
const ZERO = { least: 0.05, wide: 7 };

/**
 * @param {NodeStats} stats
 * @param {{ width: number, height: number }} size css px
 * @param {{ scale: Scale, range: number, ink: string, soft: string }} look soft: of outlines and of zero
 * @returns {{ flats: Flat[], zero: number | null, mean: number }} zero, mean: where they stand, px
 */
export function histogram({ histogram: { edges, counts }, zeros, mean, std }, { width, height }, { scale, range, ink, soft }) {
  const [least, most] = [edges[0], edges[edges.length - 1]];
  const at = (/** @type {number} */ value) => (most > least ? Math.max(0, Math.min(1, (value - least) / (most - least))) : 0.5) * width;
  const foot = height - TICK - AXIS, total = counts.reduce((sum, count) => sum + count, 0);
  const middle = counts.findIndex((_, k) => edges[k] <= 0 && (0 < edges[k + 1] || k === counts.length - 1)); // a bar holds its left edge, the last one both
  const apart = zeros >= ZERO.least ? Math.round(zeros * total) : 0;
  const seen = counts.map((count, k) => (k === middle ? Math.max(0, count - apart) : count));
  const tallest = Math.max(...seen, 1);
  /** @type {Flat[]} */
  const flats = [];
  const zero = least <= 0 && 0 <= most && most > least ? at(0) : null;
  seen.forEach((count, k) => {
    const [x, end] = [at(edges[k]), at(edges[k + 1])], h = (count / tallest) * (foot - 2);
    if (count) flats.push({ box: { x, y: foot - Math.max(1, h), w: Math.max(1, end - x - GAP), h: Math.max(1, h) }, fill: scale.css(centre(edges, k), range) });
    if (count) flats.push({ box: { x, y: foot - Math.max(1, h), w: Math.max(1, end - x - GAP), h: AXIS }, fill: soft });
  });
  if (apart && zero !== null) flats.push({ box: { x: Math.max(0, Math.min(width - ZERO.wide, zero - ZERO.wide / 2)) + 0.5, y: 0.5, w: ZERO.wide - 1, h: foot - 1 }, fill: ink, line: true });
  flats.push({ box: { x: 0, y: foot, w: width, h: AXIS }, fill: ink });
  if (zero !== null) flats.push({ box: { x: Math.min(width - 1, zero) - 0.5, y: 0, w: 1, h: foot + TICK }, fill: soft });
  flats.push({ box: { x: at(mean - std), y: foot + TICK - BAND, w: Math.max(2, at(mean + std) - at(mean - std)), h: 2 }, fill: soft });
  flats.push({ box: { x: at(mean) - 1.5, y: foot + TICK - BAND - 2, w: 3, h: BAND + 3 }, fill: ink });
  return { flats, zero, mean: at(mean) };
}

/** A bar beside zero has the colour of its side, not of zero. @param {number[]} edges @param {number} k */
const centre = (edges, k) => (edges[k] + edges[k + 1]) / 2;
