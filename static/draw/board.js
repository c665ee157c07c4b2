/** The sheet that is drawn on: cells, a pen, undo. It says when a stroke is done. */
import { paintSmall } from '../paint/small.js';
import { h } from '../ui/h.js';
import { begin, blank, copyOf, goTo } from './raster.js';

/** @typedef {import('./raster.js').Colour} Colour */
/** @typedef {import('../stage.d.ts').Pixels} Pixels */

const KEPT = 60; // strokes that can be undone
const LINES = 40; // cells beside each other up to which lines stand between them
/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * @param {{ side: () => number, pen: () => { width: number, colour: Colour }, done: () => void }} page side: css px
 */
export function createBoard({ side, pen, done }) {
  const canvas = h('canvas', { tabindex: 0, role: 'application', 'aria-label': 'The sheet. Draw with the pointer, or move with the arrow keys and press Space to set a cell.' });
  let pixels = blank(28, 28, [0, 0, 0]);
  /** @type {Pixels[]} */
  let before = [];
  /** @type {import('./raster.js').Stroke | null} */
  let stroke = null;
  /** @type {[number, number] | null} */
  let cursor = null;

  function draw() {
    const size = side(), scale = size / Math.max(pixels.width, pixels.height), [width, height] = [pixels.width * scale, pixels.height * scale];
    const lines = pixels.width > LINES ? [] : grid(pixels, scale, width, height);
    const at = cursor && document.activeElement === canvas ? [{ box: { x: cursor[0] * scale, y: cursor[1] * scale, w: scale, h: scale }, fill: '#d6207f', line: true }] : [];
    paintSmall(canvas, { width, height }, { plates: [{ box: { x: 0, y: 0, w: width, h: height }, picture: pixels }], flats: [...lines, ...at] });
  }

  /** @param {PointerEvent} event */
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([((event.clientX - box.left) / box.width) * pixels.width, ((event.clientY - box.top) / box.height) * pixels.height]);
  }

  function remember() {
    before = [...before.slice(-KEPT), copyOf(pixels)];
  }

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    remember();
    stroke = begin(pixels, pen().width, pen().colour);
    goTo(pixels, stroke, ...place(event));
    draw();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!stroke) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) goTo(pixels, stroke, ...place(one));
    draw();
  });
  for (const end of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(end, () => {
      if (stroke) done();
      stroke = null;
    });
  }
  canvas.addEventListener('blur', draw);
  canvas.addEventListener('keydown', (event) => {
    const way = WAYS[event.key], at = cursor ?? [Math.floor(pixels.width / 2), Math.floor(pixels.height / 2)];
    if (!way && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    cursor = way ? [Math.max(0, Math.min(pixels.width - 1, at[0] + way[0])), Math.max(0, Math.min(pixels.height - 1, at[1] + way[1]))] : [at[0], at[1]];
    if (!way) {
      remember();
      goTo(pixels, begin(pixels, pen().width, pen().colour), cursor[0] + 0.5, cursor[1] + 0.5);
      done();
    }
    draw();
  });

  return {
    canvas, draw,
    pixels: () => pixels,
    /** @param {Pixels} now @param {boolean} [undoable] */
    set(now, undoable = false) {
      if (undoable) remember();
      else before = [];
      pixels = now;
      draw();
    },
    undo() {
      const last = before.pop();
      if (!last) return false;
      pixels = last;
      draw();
      return true;
    },
  };
}

/** @param {Pixels} pixels @param {number} scale @param {number} width @param {number} height */
function grid(pixels, scale, width, height) {
  const fill = 'rgb(128 128 128 / 0.28)';
  return [
    ...Array.from({ length: pixels.width - 1 }, (_, k) => ({ box: { x: (k + 1) * scale - 0.5, y: 0, w: 1, h: height }, fill })),
    ...Array.from({ length: pixels.height - 1 }, (_, k) => ({ box: { x: 0, y: (k + 1) * scale - 0.5, w: width, h: 1 }, fill })),
  ];
}
