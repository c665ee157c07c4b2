/** What went wrong, said where the person looks: in the server's words, with what is still shown and what to do. */
import { Problem } from '../api/client.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {{ title: string, detail: string, place?: { x: number, y: number }, retry?: () => void, picture?: boolean }} Note */

const EDGE = 12, WIDTH = 340, HEIGHT = 170; // css px

/**
 * @param {HTMLElement} root
 * @param {{ retry: () => void, unselect: () => void }} actions
 */
export function mountNotes(root, { retry, unselect }) {
  /** @type {Scene | null} */
  let scene = null;
  let away = false;
  const moved = changes();

  /** @param {Note} note picture: whether it is about a picture that did not come, so that the old one is shown */
  function say({ title, detail, place, retry: again, picture = true }) {
    const kept = picture && scene && h('p', { class: 'kept' }, 'The picture shown is still ', h('b', null, `“${scene.image.title}”`), '.');
    const card = h('div', { class: 'problem', role: 'alert' },
      h('b', null, title), h('p', null, detail), kept,
      h('p', { class: 'do' }, again && h('button', { on: { click: () => (clear(), again()) } }, 'Try again'),
        h('button', { on: { click: clear } }, 'Close')));
    if (place) {
      card.classList.add('placed');
      card.style.left = `${Math.max(EDGE, Math.min(place.x, innerWidth - WIDTH - EDGE))}px`;
      card.style.top = `${Math.max(EDGE, Math.min(place.y, innerHeight - HEIGHT - EDGE))}px`;
    }
    fill(root, card);
  }

  function clear() {
    away = false;
    fill(root);
  }

  /** @param {unknown} error @param {{ x: number, y: number }} [place] @param {() => void} [again] @param {boolean} [picture] */
  function problem(error, place, again, picture = true) {
    if (!(error instanceof Problem)) throw error;
    say({ title: error.view.title, detail: error.view.detail, place, picture, retry: error.passing ? again : undefined });
  }

  /** @param {unknown} error @param {'scene' | 'gradients' | 'number'} what */
  function failed(error, what) {
    problem(error, undefined, retry, what === 'scene');
    if (what === 'number') unselect();
  }

  /** The server is away or busy: that is said once, and taken back when it answers. @param {Problem | null} found */
  function trouble(found) {
    if (!found && away) clear();
    if (found && !away) say({ title: found.view.title, detail: `${found.view.detail} Trying again.` });
    away = found !== null;
  }

  return {
    say, clear, problem, failed, trouble,
    /** @type {Part['update']} */
    update(_, now) {
      if (moved(now)) scene = now;
    },
  };
}
