/** Presenter mode, print, and the link to what is on the screen. */
import { linkTo } from '../state/url.js';
import { copy as copied } from '../ui/copy.js';
import { h } from '../ui/h.js';
import { mountShare } from '../ui/share.js';
import { mountTheme } from './theme.js';

/** @typedef {{ redraw: () => void, whole: () => Promise<unknown>, name: () => string, values: () => Record<string, any> }} Subject */

const SAID = 1500; // ms

/**
 * @param {HTMLElement} root
 * @param {Subject} subject
 */
export function mountTools(root, subject) {
  const present = () => {
    button.ariaPressed = String(document.body.toggleAttribute('data-present'));
    subject.redraw();
  };
  const copy = async () => {
    const address = linkTo({ beat: subject.name(), values: JSON.stringify(subject.values()) });
    link.textContent = await copied(address, link) ? 'copied' : 'press Ctrl C';
    setTimeout(() => (link.textContent = 'link'), SAID);
  };
  const paper = () => subject.whole().then(() => print());
  const pressed = String(document.body.hasAttribute('data-present'));
  const button = h('button', { id: 'present', 'aria-pressed': pressed, title: 'Big type and nothing else (P)', on: { click: present } }, 'present');
  const link = h('button', { title: 'Copies the address of this part with these numbers', on: { click: copy } }, 'link');
  root.append(link, button, h('button', { class: 'print', title: 'Every part on paper', on: { click: paper } }, 'print'));
  mountTheme(root, subject.redraw);
  mountShare(root);
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'p') return;
    event.preventDefault();
    paper();
  });
}
