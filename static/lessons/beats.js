/** Which beat is on the screen. Its name is the address's hash, so that back, forward and links find it. */
import { shownBeat, showBeat } from '../state/url.js';
import { createBeat } from './beat.js';
import { forPaper } from './theme.js';

/** @typedef {import('./types.d.ts').Player} Player */

/**
 * @param {HTMLElement} live
 * @param {Player} player
 */
export function mountBeats(live, player) {
  const { lesson = '', beat: first = '', values: given } = document.body.dataset;
  const sections = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('section.beat'))];
  const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('#bottom ol a'))];
  /** What is set stays set from beat to beat. @type {Record<string, any>} */
  const values = {};
  const beats = sections.map((section) => createBeat(section, { lesson, values, player, say }));
  let now = -1;
  let timer = 0;

  /** @param {string} text */
  function say(text) {
    clearTimeout(timer);
    timer = setTimeout(() => (live.textContent = text), 250);
  }

  /** @param {string} name */
  const indexOf = (name) => Math.max(0, sections.findIndex((section) => section.id === name));

  /** @param {number} index @param {boolean} focus */
  function show(index, focus) {
    if (index === now) return;
    player.stop();
    beats[now]?.close();
    now = index;
    sections.forEach((section, k) => section.toggleAttribute('data-now', k === index));
    links.forEach((link, k) => (k === index ? link.setAttribute('aria-current', 'step') : link.removeAttribute('aria-current')));
    beats[index].open();
    beats[index + 1]?.fetched();
    if (focus) sections[index].querySelector('h2')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  const start = indexOf(shownBeat() || first);
  beats.forEach((beat, k) => k !== start && beat.close());
  if (given) beats[start].give(JSON.parse(given));
  show(start, false);
  /** An address that names no beat is put right, so that it says what is shown. */
  function follow() {
    if (shownBeat() && !sections.some(({ id }) => id === shownBeat())) showBeat(sections[indexOf('')].id);
    else show(indexOf(shownBeat()), true);
  }

  if (shownBeat() && shownBeat() !== sections[start].id) follow();
  addEventListener('hashchange', follow);
  addEventListener('resize', () => beats[now].draw());
  forPaper(() => beats.forEach((beat) => beat.draw()), () => beats.forEach((beat, k) => (k === now ? beat.draw() : beat.close())));

  return {
    /** One beat on or back; past an end, the lesson after or before. @param {number} by */
    turn(by) {
      const next = now + by;
      if (next >= 0 && next < sections.length) showBeat(sections[next].id);
      else /** @type {HTMLElement | null} */ (document.querySelector(by > 0 ? '.turn .after' : '.turn .before'))?.focus();
    },
    /** Everything is drawn again, in other colours or another size. */
    redraw: () => beats[now].draw(),
    /** Every beat has its figure, also those that the page did not carry. */
    whole: () => Promise.all(beats.map((beat) => beat.fetched())),
    name: () => sections[now].id,
    values: () => values,
  };
}
