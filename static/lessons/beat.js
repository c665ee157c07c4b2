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
  const first = carried(section);
  /** The figure as it is now; as the page carries it until then. @type {Board | null} */
  let board = null;
  /** The footer leads to the stage with the numbers of the figure above it. @type {HTMLAnchorElement | null} */
  const onStage = document.querySelector('#bottom a.stage');
  /** @type {Promise<void> | null} */
  let coming = null;
  const ask = createAsker(`/api/lessons/${lesson}/${section.id}`, arrived, failed);
  const controls = mountControls(section, { set, player });
  const question = mountQuestion(section, { lesson, values: () => (board ?? first()).values, grid: () => rows, say, shown: arrived });

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
    question?.again();
    ask(values);
  }

  function draw() {
    const now = board ?? first();
    if (!now.rows) return;
    const focused = document.activeElement?.getAttribute('data-key');
    fill(rows, drawBoard(now, { set, asked: question?.asked, picked: question?.picked }));
    fit(rows);
    if (focused) /** @type {HTMLElement | null} */ (rows.querySelector(`[data-key="${focused}"]`))?.focus({ preventScroll: true });
    caption.textContent = now.say;
    figure.setAttribute('aria-label', now.say);
    controls.update(now);
    question?.update();
    if (onStage && now.stage && section.hasAttribute('data-now')) onStage.href = now.stage;
  }

  /** A figure off the screen is taken out of the page, unless its text is all that the page has of it. */
  function close() {
    controls.close();
    if (board ? board.rows : first.whole) rows.replaceChildren();
  }

  /** Fetches a figure that the page does not carry; what is on the screen meanwhile is its text. */
  const fetched = () => (first.whole || first().rows ? Promise.resolve() : (coming ??= fetchRows()));

  async function fetchRows() {
    const path = `/api/lessons/${lesson}/${section.id}?values=${encodeURIComponent(JSON.stringify(first().values))}`;
    try {
      first().rows = /** @type {Board} */ (await getJson(path)).rows;
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
    give: (given) => Object.assign(first().start, given),
    open() {
      const given = first();
      const known = JSON.stringify(given.values);
      Object.assign(values, { ...given.values, ...values }, given.start);
      board ??= given;
      controls.open();
      fetched();
      draw();
      if (JSON.stringify({ ...given.values, ...values }) !== known || board !== given) ask(values);
    },
  };
}

/**
 * The figure that the page carries, read when it is first asked for. whole: the page has it with its parts.
 * @param {HTMLElement} section
 * @returns {(() => Board & { start: Record<string, any> }) & { whole: boolean }}
 */
function carried(section) {
  const data = section.querySelector('script')?.textContent ?? '{}';
  /** @type {any} */
  let found = null;
  const odd = (/** @type {string} */ _, /** @type {any} */ v) => (typeof v === 'string' && /^-?(NaN|Infinity)$/.test(v) ? Number(v) : v);
  const read = () => (found ??= JSON.parse(data, /"-?(NaN|Infinity)"/.test(data) ? odd : undefined));
  return Object.assign(read, { whole: !data.includes('"rows":null') });
}
