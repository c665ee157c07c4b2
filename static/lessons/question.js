/** A prediction: asked, checked by the server, explained. Answers stay in this browser. */
import { getJson, Problem } from '../api/client.js';
import { fill, h } from '../ui/h.js';
import { keep, kept } from './answers.js';
import { setHtml } from './html.js';

/** @typedef {{ right: boolean, answer: string, cell: [number, number] | null, why: string, board: import('./types.d.ts').Board | null }} Verdict board: with the answer in it */
/** @typedef {{ lesson: string, values: () => Record<string, any>, grid: () => HTMLElement, say: (text: string) => void, shown: (board: import('./types.d.ts').Board) => void }} Room */

/**
 * @param {HTMLElement} section
 * @param {Room} room
 */
export function mountQuestion(section, room) {
  const root = /** @type {HTMLElement | null} */ (section.querySelector('.question'));
  if (!root) return null;
  const { kind = 'number', options = '[]', grid = '' } = root.dataset;
  const verdict = h('div', { class: 'verdict', 'aria-live': 'polite' });
  const path = `/api/lessons/${room.lesson}/${section.id}/answer`;
  /** @type {[number, number] | null} */
  let chosen = null;

  /** @param {any} given */
  async function check(given) {
    const query = `given=${encodeURIComponent(JSON.stringify(given))}&values=${encodeURIComponent(JSON.stringify(room.values()))}`;
    try {
      const said = /** @type {Verdict} */ (await getJson(`${path}?${query}`));
      keep(room.lesson, section.id, { given, right: said.right });
      tell(said);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fill(verdict, h('p', null, error.view.detail));
    }
  }

  /** @param {Verdict} said */
  function tell(said) {
    verdict.dataset.right = String(said.right);
    const answer = h('strong');
    setHtml(answer, said.answer);
    const why = h('div');
    setHtml(why, said.why);
    fill(verdict, h('p', null, said.right ? '✓ Yes: ' : '✗ Not this time. It is ', answer), why);
    if (said.board) room.shown(said.board);
    if (said.cell) outline(said.cell);
  }

  /** @param {[number, number]} cell */
  const outline = ([r, c]) => room.grid().querySelector(`[data-grid="${grid}"] [data-cell="${r},${c}"]`)?.setAttribute('data-answer', '');

  const input = h('input', { type: 'text', inputmode: 'decimal', 'aria-label': 'Your prediction', autocomplete: 'off', size: 8 });
  const typed = () => Number(input.value.trim().replace(',', '.').replace('−', '-'));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (input.value.trim() === '' || Number.isNaN(typed())) fill(verdict, h('p', null, 'Type a number, such as 0.25 or −3.'));
    else check(typed());
  };
  const forms = {
    number: () => h('form', { on: { submit } }, input, h('button', { type: 'submit' }, 'Check')),
    choice: () => h('div', { class: 'options' }, JSON.parse(options).map((/** @type {[string, string]} */ [value, text]) => {
      const button = h('button', { class: 'option', on: { click: () => check(value) } });
      setHtml(button, text);
      return button;
    })),
    cell: () => h('p', { class: 'hint' }, 'Click the cell in the figure, or walk to it with the arrow keys and press Enter.'),
  };
  root.querySelector('details')?.replaceWith(forms[/** @type {keyof typeof forms} */ (kind)](), verdict);
  const before = kept(room.lesson, section.id);
  if (before && kind === 'number') input.value = String(before.given);

  return {
    /** The grid that a cell is asked of. */
    asked: kind === 'cell' ? grid : '',
    /** Whether the pick was meant for this question. @param {string} name @param {[number, number]} cell */
    picked(name, cell) {
      if (kind !== 'cell' || name !== grid) return false;
      chosen = cell;
      check(cell);
      return true;
    },
    /** Other numbers, another question. */
    again() {
      chosen = null;
      fill(verdict);
      delete verdict.dataset.right;
    },
    update() {
      if (chosen && verdict.dataset.right) outline(chosen);
    },
  };
}
