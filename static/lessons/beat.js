/** One beat: its figure, its controls, its question. What a control changes, the server computes. */
import { getJson, Problem } from '../api/client.js';
import { fill } from '../ui/h.js';
import { createAsker } from './ask.js';
import { drawBoard } from './figure/board.js';
import { mountControls } from './controls.js';
import { fit } from './fit.js';
import { mountQuestion } from './question.js';

/** @typedef {import('./types.d.ts').Board} Board */
/** @typedef {import('./types.d.ts').Player} Player */
/** @typedef {{ lesson: string, values: Record<string, any>, player: Player, say: (text: string) => void }} Room */

/**
 * @param {HTMLElement} section
 * @param {Room} room
 */
export function createBeat(section, { lesson, values, player, say }) {
  const rows = /** @type {HTMLElement} */ (section.querySelector('.rows'));
  const caption = /** @type {HTMLElement} */ (section.querySelector('figcaption'));
  const figure = /** @type {HTMLElement} */ (section.querySelector('figure.board'));
  const data = section.querySelector('script')?.textContent ?? '{}';
  /** @type {Board & { start: Record<string, any> }} */
  const first = JSON.parse(data, (_, v) => (v === 'NaN' ? NaN : v === 'Infinity' ? Infinity : v === '-Infinity' ? -Infinity : v));
  /** @type {Board} */
  let board = first;
  let opened = false;
  /** The footer leads to the stage with the numbers of the figure above it. @type {HTMLAnchorElement | null} */
  const onStage = document.querySelector('#bottom a.stage');
  /** @type {Promise<void> | null} */
  let coming = null;
  const ask = createAsker(`/api/lessons/${lesson}/${section.id}`, arrived, failed);
  const controls = mountControls(section, { set, player });
  const question = mountQuestion(section, { lesson, values: () => board.values, grid: () => rows, say });

  /** @param {Board} now */
  function arrived(now) {
    board = now;
    Object.assign(values, now.values);
    draw();
    say(now.say);
  }

  /** What the server refuses is said where the figure's sentence stands. @param {string} why */
  function failed(why) {
    caption.textContent = why;
    say(why);
  }

  /** @param {Record<string, any>} patch */
  function set(patch) {
    Object.assign(values, patch);
    ask(values);
  }

  function draw() {
    if (!board.rows) return;
    const focused = document.activeElement?.getAttribute('data-key');
    fill(rows, drawBoard(board, { set, asked: question?.asked, picked: question?.picked }));
    fit(rows);
    if (focused) /** @type {HTMLElement | null} */ (rows.querySelector(`[data-key="${focused}"]`))?.focus({ preventScroll: true });
    caption.textContent = board.say;
    figure.setAttribute('aria-label', board.say);
    controls.update(board);
    question?.update();
    if (onStage && board.stage && section.hasAttribute('data-now')) onStage.href = board.stage;
  }

  /** A figure off the screen is taken out of the page, unless its text is all that the page has of it. */
  function close() {
    controls.close();
    if (board.rows) rows.replaceChildren();
  }

  /** Fetches a figure that the page does not carry; what is on the screen meanwhile is its text. */
  const fetched = () => (first.rows ? Promise.resolve() : (coming ??= fetchRows()));

  async function fetchRows() {
    const path = `/api/lessons/${lesson}/${section.id}?values=${encodeURIComponent(JSON.stringify(first.values))}`;
    try {
      first.rows = /** @type {Board} */ (await getJson(path)).rows;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      coming = null;
      failed(error.view.detail);
    }
    if (section.hasAttribute('data-now')) draw();
  }

  return {
    draw,
    close,
    fetched,
    /** @param {Record<string, any>} given what a link says, before the beat is shown */
    give: (given) => Object.assign(first.start, given),
    open() {
      const known = JSON.stringify(first.values);
      Object.assign(values, { ...first.values, ...values }, first.start);
      board = opened ? board : first;
      opened = true;
      controls.open();
      fetched();
      draw();
      if (JSON.stringify({ ...first.values, ...values }) !== known || board !== first) ask(values);
    },
  };
}
