/** The part of the picture that the network sees, to be moved: by pointer, or by arrow keys. */
import { fill, h } from '../ui/h.js';

/** @typedef {import('../types.d.ts').Scene} Scene */

const SIDE = 364, TALLEST = 190; // css px of the picture in the panel
const STEP = 0.05; // of what is left out, an arrow key
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {(id: string, side: number) => string} pictureUrl
 * @param {(place: [string, string]) => void} moved down and across, from 0 to 1
 */
export function mountCropper(pictureUrl, moved) {
  const picture = h('img', { alt: '', draggable: 'false', loading: 'lazy' });
  const frame = h('div', { class: 'frame', tabindex: 0, role: 'group', 'aria-label': 'What the network sees of the picture. Arrow keys move it.' });
  const element = h('div', { class: 'cropper' }, picture, frame);
  /** down, across */
  let place = [0.5, 0.5];
  /** px that the frame may move: down, across */
  let free = [0, 0];
  /** @type {{ x: number, y: number, place: number[] } | null} */
  let held = null;

  function put() {
    frame.style.top = `${place[0] * free[0]}px`;
    frame.style.left = `${place[1] * free[1]}px`;
  }

  /** @param {number[]} to */
  function move(to) {
    place = to.map((share, axis) => (free[axis] < 1 ? 0.5 : Math.max(0, Math.min(1, share))));
    put();
  }

  const say = () => moved([short(place[0]), short(place[1])]);

  frame.addEventListener('pointerdown', (event) => {
    held = { x: event.clientX, y: event.clientY, place };
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener('pointermove', (event) => {
    if (!held) return;
    const by = [event.clientY - held.y, event.clientX - held.x];
    move(held.place.map((share, axis) => share + by[axis] / Math.max(1, free[axis])));
  });
  frame.addEventListener('pointerup', () => {
    if (held && held.place.join() !== place.join()) say();
    held = null;
  });
  frame.addEventListener('keydown', (event) => {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    move(place.map((share, axis) => share + by[axis] * STEP));
    say();
  });

  return {
    element,
    /** @param {Scene} scene */
    show({ image, trace: { crop }, network: { preprocessing: p } }) {
      const scale = Math.min(SIDE / image.width, TALLEST / image.height);
      const url = pictureUrl(image.id, 512);
      if (picture.getAttribute('src') !== url) picture.setAttribute('src', url);
      Object.assign(picture, { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
      frame.style.width = `${crop.width * scale}px`;
      frame.style.height = `${crop.height * scale}px`;
      free = [(image.height - crop.height) * scale, (image.width - crop.width) * scale];
      if (!held) place = p ? [...p.place] : place;
      put();
      fill(frame, free.some((px) => px >= 1) && h('span', null, '✥'));
    },
  };
}

/** Three digits place a crop to a pixel. @param {number} share */
const short = (share) => String(Number(share.toFixed(3)));
