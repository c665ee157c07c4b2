/** What went wrong, said where the person looks: plainly, with what is shown instead and what to do. Esc closes it. */
import { Problem } from '../api/client.js';
import { FILES, gone } from '../state/gone.js';
import { fill, h, place } from './h.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {{ title: string, detail: string, place?: { x: number, y: number }, retry?: () => void, shown?: string, open?: boolean, of?: 'network' }} Note */

/** Of the picture on the stage, when the page opens with a refusal, and later. @type {Record<string, string>} */
const SHOWN = { true: 'Shown instead is ', false: 'The picture shown is still ' };
const STILL = 'The network shown is still ';
const EDGE = 12, WIDTH = 340, HEIGHT = 170; // css px

/**
 * @param {HTMLElement} root
 * @param {{ retry: () => void, unselect: () => void, scene: () => Scene | null }} page
 */
export function mountNotes(root, { retry, unselect, scene }) {
  let away = false;

  /** @param {Note} note shown: what is said of the picture on the stage. open: whether a file may bring back what is gone */
  function say({ title, detail, place: where, retry: again, shown = SHOWN.false, open = false, of }) {
    const picture = scene()?.image.title, network = of && scene()?.network.title;
    const kept = shown && picture && h('p', { class: 'kept' }, network && shown === SHOWN.false ? STILL : shown, h('b', null, network ?? `“${picture}”`), network ? h('span', null, ', with the picture ', h('b', null, `“${picture}”`)) : '', '.');
    const card = h('div', { class: 'problem', role: 'alert' },
      h('b', null, title), h('p', null, detail), kept,
      h('p', { class: 'do' }, again && h('button', { on: { click: () => (clear(), again()) } }, 'Try again'),
        open && h('button', { on: { click: () => place('own').click() } }, 'Open a file'),
        h('button', { title: 'Close (Esc)', on: { click: clear } }, 'Close')));
    if (where) {
      card.classList.add('placed');
      card.style.left = `${Math.max(EDGE, Math.min(where.x, innerWidth - WIDTH - EDGE))}px`;
      card.style.top = `${Math.max(EDGE, Math.min(where.y, innerHeight - HEIGHT - EDGE))}px`;
    }
    fill(root, card);
  }

  function clear() {
    away = false;
    fill(root);
  }

  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !root.firstChild || document.querySelector('dialog[open]')) return;
    event.preventDefault(); // one Esc, one thing closed
    clear();
  }, { capture: true });

  /** @param {unknown} error @param {{ x: number, y: number }} [where] @param {() => void} [again] @param {Partial<Note>} [plain] */
  function problem(error, where, again, plain) {
    if (!(error instanceof Problem)) throw error;
    const { title, detail } = FILES[error.view.code] ?? error.view;
    say({ title, detail, place: where, retry: error.passing ? again : undefined, ...plain });
  }

  /** @param {unknown} error @param {'scene' | 'gradients' | 'number'} what @param {State} asked @param {boolean} [first] whether the page opens with it */
  function failed(error, what, asked, first = false) {
    const words = error instanceof Problem && what !== 'gradients' ? gone(error.view.code, asked, scene()) : null;
    problem(error, undefined, retry, { shown: what === 'scene' ? SHOWN[String(first)] : '', ...words });
    if (what === 'number' && !(error instanceof Problem && error.passing)) unselect(); // what may still come is waited for where one is
  }

  /** The server is away or busy: that is said once, and taken back when it answers. @param {Problem | null} found */
  function trouble(found) {
    if (!found && away) clear();
    if (found && !away) say({ title: found.view.title, detail: `${found.view.detail} Trying again.` });
    away = found !== null;
  }

  return { say, clear, problem, failed, trouble };
}
