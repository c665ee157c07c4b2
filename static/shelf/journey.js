/** How far a network file is on its way, with a way to stop it: said where the file was dropped, else below the header. */
import { fill, h } from '../ui/h.js';

/** @typedef {import('./upload.js').Place} Place */

const EDGE = 12, WIDTH = 320, HEIGHT = 90; // css px

/** @param {HTMLElement} root */
export function mountJourney(root) {
  const says = h('p', { role: 'status' });
  const bar = h('progress', { max: 1, 'aria-label': 'How much of the network has been sent' });
  const cancel = h('button', { class: 'quiet' }, 'Cancel');
  const card = h('div', { class: 'journey', hidden: true }, says, bar, cancel);
  /** @type {() => void} */
  let stop = () => {};
  cancel.addEventListener('click', () => (end(), stop()));
  root.append(card);

  /** @param {Place} [place] */
  function put(place) {
    card.style.left = place ? `${Math.max(EDGE, Math.min(place.x, innerWidth - WIDTH - EDGE))}px` : '';
    card.style.right = place ? 'auto' : '';
    card.style.top = place ? `${Math.max(EDGE, Math.min(place.y, innerHeight - HEIGHT - EDGE))}px` : '';
  }

  function end() {
    card.hidden = true;
  }

  return {
    /** @param {string} name @param {number} share of its bytes that are sent @param {Place} [place] @param {() => void} [stopIt] given at the start */
    sending(name, share, place, stopIt) {
      if (stopIt) {
        stop = stopIt;
        put(place);
      }
      fill(says, 'Sending ', h('b', null, name), ` … ${Math.floor(share * 100)} %`);
      bar.value = share;
      card.hidden = false;
    },
    /** @param {string} name */
    reading(name) {
      fill(says, 'Reading ', h('b', null, name), ' …');
      bar.removeAttribute('value');
    },
    end,
  };
}
