/**
 * The first layer: what is done to a picture's pixels before the network reads them. A panel beside the photograph says
 * it and lets it be changed; what is chosen stands in the address, so a link shows it to everybody.
 */
import { changes, fill, h } from '../ui/h.js';
import { baseOf } from '../ui/networks.js';
import { formOf, named } from './spec.js';
import { mountCropper } from './cropper.js';
import { mountForm } from './form.js';
import { ends, steps } from './words.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').Scene} Scene */

const EDGE = 12, BESIDE = 16, ABOVE = 90; // css px: the panel leaves the photograph and the input in sight
/** What opens the panel: the words beside the photograph, and the button in the header. */
const OPENERS = '.label.preprocess, [data-opens="preprocess"]';

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @returns {Part}
 */
export function mountPreprocess(root, { resources, actions, scene }) {
  const about = h('div', { class: 'about' });
  const form = mountForm((said) => apply(said));
  const cropper = mountCropper(resources.pictureUrl, (place) => form.say({ place }));
  const reset = h('button', { class: 'quiet', type: 'button', on: { click: () => actions.setInput(baseOf(scene()?.network.id ?? '')) } }, 'As the network has it');
  const close = h('button', { class: 'close', 'aria-label': 'Close', title: 'Close (Esc)', on: { click: () => hide() } }, '×');
  const panel = h('section', { class: 'pixels', hidden: true, tabindex: -1, role: 'dialog', 'aria-label': 'From pixels to numbers' },
    close, h('h2', null, 'From pixels to numbers'), cropper.element, about, form.element, reset);
  const moved = changes();
  root.append(panel);

  /** @type {Element | null} */
  let opener = null;
  document.addEventListener('click', (event) => {
    const found = event.target instanceof Element ? event.target.closest(OPENERS) : null;
    if (found) (panel.hidden ? show(found) : hide());
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !panel.hidden && !document.querySelector('dialog[open]')) {
      event.preventDefault(); // one Esc, one thing closed
      event.stopPropagation();
      hide();
    } else if ((event.key === 'Enter' || event.key === ' ') && event.target instanceof Element && event.target.matches('.label.preprocess')) {
      event.preventDefault();
      show(event.target);
    }
  }, { capture: true });

  /** @param {Element} from */
  function show(from) {
    const box = from.getBoundingClientRect();
    opener = from;
    resources.limit('input_side').then(form.bound, () => {});
    panel.hidden = false;
    panel.style.left = `${Math.max(EDGE, Math.min(box.right + BESIDE, innerWidth - panel.offsetWidth - EDGE))}px`;
    panel.style.top = `${Math.max(EDGE, Math.min(box.top - ABOVE, innerHeight - panel.offsetHeight - EDGE))}px`;
    panel.focus({ preventScroll: true });
  }

  function hide() {
    panel.hidden = true;
    if (opener instanceof HTMLElement) opener.focus();
  }

  /** @param {import('./spec.js').Form} said */
  async function apply(said) {
    const id = scene()?.network.id ?? '';
    const own = (await resources.network(baseOf(id))).preprocessing;
    if (own) actions.setInput(named(id, own, said));
  }

  return {
    update(_, now) {
      if (!now || !moved(now.network, now.trace)) return;
      const p = now.network.preprocessing;
      fill(about, ...told(now));
      cropper.show(now);
      if (p) form.show(formOf(p), p.presets);
      reset.hidden = !now.network.id.includes('~');
    },
  };
}

/** @param {Scene} now @returns {Node[]} */
function told(now) {
  const { network: { preprocessing: p }, trace } = now;
  if (!p) return [h('p', null, 'This network reads numbers, not pixels.')];
  const way = h('ol', { class: 'way' }, steps(now).map((step) => h('li', null, step)), h('li', null, h('b', null, 'input')));
  const table = h('table', null, h('tr', null, h('th', null), h('th', null, 'black becomes'), h('th', null, 'white becomes')),
    ends(p).map(({ channel, black, white }) => h('tr', null, h('th', null, channel), h('td', null, black), h('td', null, white))));
  const guess = p.guessed ? [h('p', { class: 'guess' }, 'The file does not say what its network expects: this is a guess from the shape of its input. A wrong guess makes a good network answer badly.')] : [];
  return [way, ...guess, ...trace.notes.map((note) => h('p', null, note)), table];
}
