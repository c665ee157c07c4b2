/** In a room: the button that shows its link. The key is asked for when somebody wants it, and is in no page and no address bar. */
import { Problem, getJson } from '../api/client.js';
import { here } from '../state/url.js';
import { selected } from './copy.js';
import { h } from './h.js';

/** @typedef {{ pathname: string, search: string }} Here */

/**
 * The links that a room can be entered by: the room's own, and, on the network's page, one that leads to what is seen.
 * @param {string} link of the room
 * @param {Here} here
 * @returns {[string, string][]}
 */
export const doors = (link, { pathname, search }) =>
  [['The room', link], ...(pathname === '/' && search.length > 1 ? [/** @type {[string, string]} */ (['What you see now', `${link}&${search.slice(1)}`])] : [])];

/**
 * Adds the button, in a room.
 * @param {HTMLElement} root
 */
export function mountShare(root) {
  if (!('room' in document.body.dataset)) return;
  root.prepend(h('button', { id: 'share', class: 'share', title: 'The link that lets others into this room', on: { click: show } }, 'share'));
}

async function show() {
  const told = await getJson('/api/room').then(({ link }) => doors(link, here()).map(door), (error) => {
    if (!(error instanceof Problem)) throw error;
    return [h('p', { role: 'alert' }, error.view.detail)];
  });
  const close = h('button', { class: 'close', 'aria-label': 'Close', on: { click: () => dialog.close() } }, '×');
  const dialog = h('dialog', { id: 'room', 'aria-labelledby': 'room-title', on: { close: () => dialog.remove() } },
    h('div', { class: 'sheet' },
      h('header', null, h('h2', { id: 'room-title' }, 'Let others into this room'), close),
      h('p', null, 'Whoever opens this link is in, for 30 days. The address bar alone lets nobody in: the key is not in it.'),
      told));
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {[string, string]} door */
function door([what, link]) {
  const field = h('input', { class: 'copyable', readOnly: true, value: link, 'aria-label': `${what}: its link`, on: { focus: () => field.select() } });
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(link).then(() => true, () => false) || selected(field);
    button.textContent = done ? 'copied' : 'press Ctrl C';
  };
  const button = h('button', { class: 'quiet', on: { click: copy } }, 'copy');
  return h('div', { class: 'door' }, h('b', null, what), field, button);
}
