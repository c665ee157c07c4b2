/** The pictures to look at: samples, and a person's own, by button, by drop or by paste; and the way in for networks. */
import { finished } from '../draw/strokes.js';
import { changes, fill, h, svg } from '../ui/h.js';
import { listenForFiles } from './arrive.js';
import { createOpening } from './opening.js';
import { welcome } from './room.js';
import { createUpload } from './upload.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').ImageView} ImageView */
/** @typedef {ReturnType<typeof import('../ui/notes.js').mountNotes>} Notes */

const SIDE = 64; // pixels of a thumbnail, about 40 css px
const AIR = 10; // css px from what was pressed
/** @type {[ImageView['kind'], string][]} */
const KINDS = [['upload', 'yours'], ['photo', 'photographs'], ['drawn', 'drawn']];
const ACCEPTED = 'image/png,image/jpeg,image/webp,image/gif,image/bmp', NETWORKS = '.onnx,.safetensors,.json,.txt';

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @param {Notes} notes
 * @returns {Part}
 */
export function mountShelf(root, context, notes) {
  const { resources, actions } = context;
  /** @type {ImageView[]} */
  let known = [];
  let chosen = '';
  /** @type {string[]} */
  let labels = [];
  const moved = changes();
  const bar = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Sending the picture' });
  const list = h('div', { role: 'radiogroup', 'aria-label': 'Pictures', class: 'pictures' });

  const upload = createUpload(resources, notes, {
    progress: (share) => {
      bar.hidden = share === null;
      bar.value = share ?? 0;
    },
    done: (image) => {
      add([image]);
      actions.openImage(image.id);
    },
  });
  const file = h('input', {
    type: 'file', accept: ACCEPTED, class: 'spoken', id: 'own',
    on: { change: () => (file.files?.[0] && upload(file.files[0], beside(own, 'right')), (file.value = '')) },
  });
  const takeFiles = createOpening(context, notes, upload);
  const network = h('input', {
    type: 'file', accept: NETWORKS, multiple: true, hidden: true, id: 'own-network', 'aria-label': 'Open your own network',
    on: { change: () => (takeFiles([...(network.files ?? [])], beside(document.querySelector('#title .open'), 'below'), 'network'), (network.value = '')) },
  });
  const own = h('label', { class: 'own', title: 'Your own picture: choose a file, drop one anywhere, or paste (Ctrl V)' },
    file, svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d: 'M10 4v12M4 10h12' })),
    h('span', { class: 'spoken' }, 'Open your own picture'));
  const how = own.title, sized = () => welcome(resources).then((said) => (own.title = `${how}. ${said}.`), () => {});
  for (const near of /** @type {const} */ (['pointerenter', 'focusin'])) own.addEventListener(near, sized, { once: true });
  listenForFiles(takeFiles, notes, () => welcome(resources));
  const draw = h('button', { class: 'own', 'data-opens': 'draw', title: 'Draw an input, or paint over this one (D)', 'aria-label': 'Draw an input' },
    svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d: 'M4 16l1-4 8.5-8.5 3 3L8 15z' })));
  fill(root, own, draw, network, bar, list);

  /** @param {ImageView[]} images */
  function add(images) {
    known = [...known, ...images.filter(({ id }) => known.every((image) => image.id !== id))];
    show();
  }

  function show() {
    const shown = suited(finished(known, chosen), labels, chosen);
    fill(list, KINDS.map(([kind, name]) => group(name, shown.filter((image) => image.kind === kind))));
    mark();
  }

  /** @param {string} name @param {ImageView[]} images */
  const group = (name, images) => images.length > 0 && h('div', { role: 'group', 'aria-label': name, class: 'kind' }, images.map(item));

  /** @param {ImageView} image */
  function item({ id, title }) {
    const input = h('input', { type: 'radio', name: 'picture', value: id, 'aria-label': title, on: { change: () => actions.openImage(id) } });
    return h('label', { class: 'picture', title }, input,
      h('img', { src: resources.pictureUrl(id, SIDE), alt: '', loading: 'lazy', decoding: 'async' }));
  }

  function mark() {
    for (const input of list.querySelectorAll('input')) input.checked = input.value === chosen;
  }

  resources.images().then(add, () => {}); // the scene asks as well, and says what is wrong
  return {
    update(state, scene) {
      if (!moved(state.image, scene?.image, scene?.network)) return;
      chosen = state.image;
      labels = scene?.network.labels ?? labels;
      if (scene) add([scene.image]);
      else mark();
      list.setAttribute('aria-busy', String(scene?.image.id !== state.image));
    },
  };
}

/** Where a person looks who has just pressed something. @param {Element | null} pressed @param {'right' | 'below'} side */
function beside(pressed, side) {
  const box = pressed?.getBoundingClientRect();
  return box && box.width > 0 ? (side === 'right' ? { x: box.right + AIR, y: box.top } : { x: box.left, y: box.bottom + AIR }) : undefined;
}

/**
 * The pictures to offer: of the drawn ones, those that show a class of the network, where there are any.
 * @param {ImageView[]} images
 * @param {string[]} labels
 * @param {string} chosen stays, whatever it shows
 * @returns {ImageView[]}
 */
export function suited(images, labels, chosen) {
  /** @param {ImageView} image */
  const named = ({ kind, label }) => kind === 'drawn' && label !== null && labels.includes(label);
  return images.some(named) ? images.filter((image) => image.kind !== 'drawn' || named(image) || image.id === chosen) : images;
}
