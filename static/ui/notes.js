/** What went wrong, said where the person looks: in the server's words, with what is still shown and what to do. */
import { Problem } from '../api/client.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {{ title: string, detail: string, place?: { x: number, y: number }, retry?: () => void }} Note */

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

  /** @param {Note} note */
  function say({ title, detail, place, retry: again }) {
    const kept = scene && h('p', { class: 'kept' }, 'The picture shown is still ', h('b', null, `“${scene.image.title}”`), '.');
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

  return {
    say,
    clear,
    /** @param {unknown} error @param {{ x: number, y: number }} [place] @param {() => void} [again] */
    problem(error, place, again) {
      if (error instanceof Problem) return say({ title: error.view.title, detail: error.view.detail, place, retry: error.passing ? again : undefined });
      throw error;
    },
    /** @param {unknown} error @param {'scene' | 'number'} what */
    failed(error, what) {
      this.problem(error, undefined, retry);
      if (what === 'number') unselect();
    },
    /** The server is away or busy: say so once, and take it back when it answers. @param {Problem | null} problem */
    trouble(problem) {
      if (!problem) return away && clear();
      if (!away) say({ title: problem.view.title, detail: `${problem.view.detail} Trying again.` });
      away = true;
      return undefined;
    },
    /** @type {Part['update']} */
    update(_, now) {
      if (moved(now)) scene = now;
    },
  };
}
