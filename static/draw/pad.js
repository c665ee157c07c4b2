/** Draw what the network looks at: a sheet of cells beside the network; everything is computed again when the pen is lifted. */
import { chance } from '../lens/digits.js';
import { asPng } from '../paint/still.js';
import { times } from '../state/select.js';
import { changes, fill, h } from '../ui/h.js';
import { createBoard } from './board.js';
import { blank, colourOf, framed, pixelsOf } from './raster.js';
import { supersede } from './strokes.js';
import { openCamera } from './webcam.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {ReturnType<typeof import('../ui/notes.js').mountNotes>} Notes */

/** The shelf's button. @type {'button'} */
const OPENERS = /** @type {any} */ ('[data-opens="draw"]');
const SIDE = 300, EDGE = 24; // css px of the sheet, and of what is beside it on a phone
const SIZES = [16, 32, 64, 128]; // of drawings in colour
const PENS = { grey: 2.6, share: 0.06, most: 0.3 }; // cells, and shares of the sheet
const COLOURS = ['#1c1915', '#ffffff', '#d6453d', '#e8912d', '#f2d34f', '#4f9d57', '#3f78c2', '#8a5a35'];
const BLACK = '#000000', WHITE = '#ffffff';

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @param {Notes} notes
 * @returns {Part}
 */
export function mountPad(root, { resources, actions, scene }, notes) {
  let paper = BLACK, kind = '', latest = 0;
  /** The drawing as it was sent last. @type {string | null} */
  let sent = null;
  /** @type {{ still: () => Blob, stop: () => void } | null} */
  let camera = null;
  const pen = h('input', { type: 'range', min: 1, max: 8, step: 0.1, value: PENS.grey, 'aria-label': 'Width of the pen' });
  const colour = h('input', { type: 'color', value: WHITE, 'aria-label': 'Colour of the pen' });
  const board = createBoard({ side: () => Math.min(SIDE, innerWidth - 2 * EDGE), pen: () => ({ width: Number(pen.value), colour: colourOf(colour.value) }), done: send });
  const swatches = h('div', { class: 'swatches', role: 'group', 'aria-label': 'Colours' });
  const size = h('select', { 'aria-label': 'Size of the drawing', on: { change: () => fresh(size.value.split('×').map(Number)) } });
  const sized = h('label', { class: 'size' }, 'size ', size);
  const says = h('p', { class: 'says', role: 'status' }), problem = h('p', { class: 'problem', role: 'alert' });
  const video = h('video', { playsinline: true, hidden: true, 'aria-label': 'What the camera sees' });
  const button = (/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ run) => h('button', { title, on: { click: run } }, text);
  const cam = button('camera', 'A still from the camera', shoot);
  const panel = h('section', { class: 'pad', hidden: true, tabindex: -1, role: 'dialog', 'aria-label': 'Draw an input' },
    h('button', { class: 'close', 'aria-label': 'Close', title: 'Close (Esc)', on: { click: hide } }, '×'),
    h('h2', null, 'Draw an input'), says, board.canvas, video,
    h('div', { class: 'tools' }, h('label', { class: 'pen' }, 'pen', pen), swatches, sized),
    h('div', { class: 'does' }, button('undo', 'Undo (Ctrl Z)', undo), button('clear', 'An empty sheet', () => (board.set(empty(), true), send())),
      button('edit pixels', 'Paint over the pixels that the network reads now', edit), cam), problem);
  root.append(panel);
  const moved = changes();

  document.addEventListener('click', ({ target }) => target instanceof Element && target.closest(OPENERS) && (panel.hidden ? show() : hide()));
  addEventListener('keydown', (event) => {
    if (panel.hidden || document.querySelector('dialog[open]')) return;
    const back = /^z$/i.test(event.key) && (event.ctrlKey || event.metaKey);
    if (!back && event.key !== 'Escape') return;
    event.preventDefault(); // one Esc, one thing closed
    event.stopPropagation();
    if (back) undo();
    else hide();
  }, { capture: true });

  const empty = () => blank(board.pixels().width, board.pixels().height, colourOf(paper));

  function show() {
    panel.hidden = false;
    tell(scene());
    board.draw();
    board.canvas.focus({ preventScroll: true });
  }

  function hide() {
    camera?.stop();
    camera = null;
    watching(false);
    panel.hidden = true;
    document.querySelector(OPENERS)?.focus();
  }

  /** @param {number[]} shape columns, rows: an empty sheet, another drawing */
  function fresh([width, height]) {
    sent = null;
    board.set(blank(width, height, colourOf(paper)));
    const wide = Math.max(width, height);
    Object.assign(pen, { max: Math.max(4, Math.round(wide * PENS.most)) });
    pen.value = String(paper === BLACK ? Math.max(1, (PENS.grey * wide) / 28) : Math.max(1, Math.round(wide * PENS.share)));
  }

  /** The sheet that suits what the network reads. @param {Scene | null} now */
  function suit(now) {
    const how = now?.network.preprocessing, key = how ? `${how.channels} ${how.size}` : '';
    if (!how || key === kind) return;
    kind = key;
    const grey = how.channels === 'L', [rows, columns] = how.size;
    paper = grey ? BLACK : WHITE;
    colour.value = grey ? WHITE : COLOURS[0];
    size.replaceChildren(...[times([columns, rows]), ...(grey ? [] : SIZES.filter((side) => side !== rows || side !== columns).map((side) => times([side, side])))].map((text) => h('option', { value: text }, text)));
    fill(swatches, (grey ? [WHITE, '#808080', BLACK] : COLOURS).map((hex) => h('button', { 'aria-label': hex, title: hex, style: { background: hex }, on: { click: () => (colour.value = hex) } })), !grey && colour);
    sized.hidden = grey;
    fresh([columns, rows]);
  }

  /** What the network makes of it. @param {Scene | null} now */
  function tell(now) {
    suit(now);
    const top = now?.trace.prediction?.top[0];
    fill(says, top ? ['The network says ', h('b', null, top.label), `, ${chance(top.probability)}`] : '');
  }

  function undo() {
    if (board.undo()) send();
  }

  async function send() {
    const mine = ++latest, now = scene(), how = now?.network.preprocessing;
    problem.textContent = '';
    try {
      const image = await resources.upload(asPng(how ? framed(board.pixels(), how) : board.pixels()));
      if (mine !== latest) return;
      supersede(image.id, sent);
      sent = image.id;
      actions.openImage(image.id);
    } catch (error) {
      if (mine === latest) notes.problem(error, undefined, send);
    }
  }

  /** The pixels of the input as the network has them, to be painted over. */
  async function edit() {
    const now = scene(), how = now?.network.preprocessing;
    if (!now || !how) return;
    const { input, id } = now.network, tensor = now.activations.get(input) ?? (await resources.activations(id, now.trace.image, [input]).catch(() => null))?.get(input);
    if (!tensor) return;
    fresh([how.size[1], how.size[0]]);
    size.value = times([how.size[1], how.size[0]]);
    board.set(pixelsOf(tensor, how));
    pen.value = '1';
  }

  /** Opens the camera, or takes what it sees. */
  async function shoot() {
    problem.textContent = '';
    try {
      if (!camera) {
        camera = await openCamera(video);
        return watching(true);
      }
      const file = camera.still();
      camera.stop();
      camera = null;
      watching(false);
      const image = await resources.upload(file);
      sent = null;
      actions.openImage(image.id);
    } catch (error) {
      if (error instanceof Error && !('view' in error)) problem.textContent = error.message;
      else notes.problem(error, undefined, shoot);
    }
    return undefined;
  }

  /** @param {boolean} on */
  function watching(on) {
    video.hidden = !on;
    board.canvas.hidden = on;
    cam.textContent = on ? 'take it' : 'camera';
  }

  return {
    update(_, now) {
      if (!panel.hidden && moved(now?.trace)) tell(now);
    },
  };
}
