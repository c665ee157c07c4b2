/** The parameters of a layer: of each its histogram, and its numbers as pictures on one canvas, a page at a time. */
import { paintSmall } from '../paint/small.js';
import { times } from '../state/select.js';
import { address } from '../state/url.js';
import { about } from '../lens/digits.js';
import { fill, h } from '../ui/h.js';
import { histogram } from './histogram.js';
import { boxOf, cellAt, EDGE, gridOf, mapsOf, numberAt, planOf } from './tiles.js';
import { spoken, spread } from './words.js';

/** @typedef {import('../types.d.ts').Tensor} Tensor */
/** @typedef {import('../types.d.ts').NodeStats} NodeStats */
/** @typedef {{ scale: import('../stage.d.ts').Scale, ink: string, soft: string, rule: string, width: number }} Look */
/** @typedef {{ node: string, stats: NodeStats, shape: number[], volume?: number[], tensor: Tensor | null }} Param */

const TALL = { pictures: 380, histogram: 46 }; // css px
const FEW = 64; // numbers whose histogram would say less than their picture
/** @type {Record<string, 'one' | 'row'>} */
const ARROWS = { ArrowLeft: 'one', ArrowRight: 'one', ArrowUp: 'row', ArrowDown: 'row' };

/**
 * @param {Param} param
 * @param {Look} look
 * @param {(param: string, at: number[]) => void} open a number was chosen
 * @returns {HTMLElement}
 */
export function paramPart({ node, stats, shape, volume, tensor }, look, open) {
  const { name } = stats, range = Math.max(Math.abs(stats.min), Math.abs(stats.max)) || 1, all = shape.reduce((n, side) => n * side, 1);
  const { range: ends, mean } = spread(stats);
  const part = h('section', { class: 'param', data: { param: name } },
    h('h3', null, name, h('small', null, ` ${times(shape)}`)),
    h('p', { class: 'said' }, ends, h('span', null, ` mean ${mean}`)));
  if (all > FEW) part.append(histogramOf(stats, `${node}.${name}`, { ...look, range }, TALL.histogram));
  if (tensor) part.append(...pictures({ node, name, shape, tensor, range, volume }, look, open));
  else part.append(h('p', { class: 'said' }, 'So many numbers are not sent to be drawn; each can be opened from a number that reads it.'));
  return part;
}

/**
 * @param {NodeStats} stats
 * @param {string} whose
 * @param {Look & { range: number }} look
 * @param {number} height css px
 */
export function histogramOf(stats, whose, look, height) {
  const canvas = h('canvas', { class: 'histogram', role: 'img', 'aria-label': spoken(stats, whose) });
  const { flats, zero } = histogram(stats, { width: look.width, height }, look);
  paintSmall(canvas, { width: look.width, height }, { flats });
  const [least, most] = [stats.min, stats.max];
  const clear = zero !== null && zero > look.width * 0.16 && zero < look.width * 0.84;
  return h('figure', { class: 'spread', style: { '--zero': `${zero ?? 0}px` } }, canvas,
    h('figcaption', { 'aria-hidden': 'true' }, h('span', null, about(least)), clear && h('b', null, '0'), h('span', null, about(most))));
}

/**
 * @param {{ node: string, name: string, shape: number[], tensor: Tensor, range: number, volume?: number[] }} what
 * @param {Look} look
 * @param {(param: string, at: number[]) => void} open
 */
function pictures({ node, name, shape, tensor, range, volume }, { scale, ink, rule, width }, open) {
  const moved = (/** @type {import('../paint/small.js').Box} */ box) => ({ ...box, x: box.x + EDGE, y: box.y + EDGE });
  const grid = gridOf(shape, volume);
  const room = { width: width - 2 * EDGE, height: TALL.pictures };
  let plan = planOf(grid, room);
  /** @type {number | null} */
  let marked = null;
  const canvas = h('canvas', { class: 'filters', tabindex: 0, role: 'application', 'aria-label': `${node}.${name}: ${grid.filters} pictures; arrows go from number to number, Enter opens one` });
  const told = h('p', { class: 'told', 'aria-live': 'polite' }), pager = h('p', { class: 'pager' });

  function draw() {
    const plates = mapsOf(plan).map(({ from, count, box }) => ({ box: moved(box), picture: { width: grid.columns, height: grid.rows, data: padded(scale.paint(tensor.data.subarray(from, from + count), range), grid) } }));
    const box = marked === null ? null : boxOf(plan, marked);
    const frames = plan.grid.rows > 1 || plan.grid.columns > 1 ? plates.map(({ box: { x, y, w, h } }) => ({ box: { x: x - 0.5, y: y - 0.5, w: w + 1, h: h + 1 }, fill: rule, line: true })) : [];
    paintSmall(canvas, { width, height: plan.height + 2 * EDGE }, { plates, flats: [...frames, ...(box ? [{ box: moved(box), fill: ink, line: true }] : [])] });
    fill(told, marked === null ? hint() : [h('code', null, address(`${node}.${name}`, cellAt(marked, shape))), ` ${about(tensor.data[marked])}`]);
  }

  const hint = () => (grid.maps > 1 ? `A block is a filter, its ${grid.maps} maps are its channels.` : grid.filters > 1 ? `A block is a filter of ${grid.cells} numbers.` : '');

  /** @param {number} by */
  function turn(by) {
    plan = planOf(grid, room, plan.page + by);
    marked = null;
    page();
    draw();
  }

  function page() {
    const way = (/** @type {string} */ text, /** @type {number} */ by, /** @type {string} */ what) =>
      h('button', { 'aria-label': what, disabled: plan.page + by < 0 || plan.page + by >= plan.pages, on: { click: () => turn(by) } }, text);
    fill(pager, plan.pages > 1 && [way('‹', -1, 'The filters before'), h('span', null, `filters ${plan.first} to ${plan.first + plan.count - 1} of ${grid.filters}`), way('›', 1, 'The filters after')]);
  }

  /** @param {number | null} flat */
  function mark(flat) {
    if (flat === marked) return;
    marked = flat;
    draw();
  }

  canvas.addEventListener('pointermove', (event) => mark(numberAt(plan, event.offsetX - EDGE, event.offsetY - EDGE)));
  canvas.addEventListener('pointerleave', () => mark(null));
  canvas.addEventListener('click', (event) => {
    const found = numberAt(plan, event.offsetX - EDGE, event.offsetY - EDGE);
    if (found !== null) open(name, cellAt(found, shape));
  });
  canvas.addEventListener('keydown', (event) => {
    const each = grid.maps * grid.cells, from = plan.first * each, last = from + plan.count * each - 1;
    if (event.key === 'Enter' && marked !== null) open(name, cellAt(marked, shape));
    else if (ARROWS[event.key]) mark(Math.max(from, Math.min(last, (marked ?? from) + (marked === null ? 0 : stepOf(event.key, grid.columns)))));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  page();
  draw();
  return [canvas, told, pager];
}

/** @param {string} key @param {number} row */
const stepOf = (key, row) => (/Left|Up/.test(key) ? -1 : 1) * (ARROWS[key] === 'row' ? row : 1);

/** The colours of a map whose last row is short. @param {Uint8ClampedArray} colours @param {{ rows: number, columns: number }} grid */
function padded(colours, { rows, columns }) {
  if (colours.length === rows * columns * 4) return colours;
  const whole = new Uint8ClampedArray(rows * columns * 4);
  whole.set(colours);
  return whole;
}
