/** What if a number were another: the number of a weight, a bias or a pixel, to be written over. */
import { single } from '../lens/digits.js';
import { fill, h } from '../ui/h.js';
import { parts, readable, withNumber } from './edits.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').NumberView} NumberView */

const DIGITS = 7; // of a number that steps have changed: as many as float32 has
const PAGES = /^[a-df-z]$/i; // letters that are in no number are keys of the page
const LARGE = 10; // steps at once, with Shift

/** @param {Pick<Context, 'store' | 'actions'>} context */
export function createNumber({ store, actions }) {
  const input = h('input', { type: 'text', inputmode: 'decimal', spellcheck: 'false', autocomplete: 'off', on: { keydown: pressed, change: () => apply(input.value), focus: () => input.select() } });
  const shipped = h('span', { class: 'shipped' }), problem = h('p', { class: 'wrong', role: 'alert' });
  const what = h('span', null), label = h('label', null, 'what if ', what, ' were ', input), root = h('div', { class: 'number' }, label, shipped, problem);
  /** @type {NumberView | null} */
  let shown = null;

  /** @param {string} text */
  function apply(text) {
    const value = Number(text.replace('−', '-').replace(',', '.'));
    const bad = text.trim() === '' || !Number.isFinite(Math.fround(value));
    problem.textContent = bad ? 'A finite number, such as 0.5 or -1e-3.' : '';
    if (bad || !shown || value === Number(single7(shown.value))) return;
    actions.setEdit(withNumber(store.get().edit, shown.address, value));
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === 'Enter') apply(input.value);
    if (PAGES.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) input.blur(); // and the page hears it: D shows what it changes
    if (event.key === 'Escape') (event.stopPropagation(), restore()); // the next one closes the lens
    if (way && shown) apply(stepped(Number(input.value), shown.step * way * (event.shiftKey ? LARGE : 1)));
    if (way || event.key === 'Enter') event.preventDefault();
  }

  function restore() {
    if (shown) input.value = single7(shown.value);
    problem.textContent = '';
    input.blur();
  }

  /** @param {number} now @param {number} by */
  function stepped(now, by) {
    input.value = single7(now + by);
    return input.value;
  }

  return {
    root,
    /** @param {NumberView | null} number */
    show(number) {
      shown = number;
      root.hidden = !number;
      if (!number) return;
      what.textContent = kindOf(number.address);
      const edited = parts(store.get().edit).set.some(({ address }) => address === number.address);
      input.value = single7(number.value);
      input.setAttribute('aria-label', `What if ${readable(number.address)} were; arrows change it by ${number.step}, Enter applies, Escape undoes`);
      input.title = `↑ ↓ change it by ${number.step}, with Shift by ${number.step * LARGE}; Enter applies, Esc undoes`;
      fill(shipped, edited ? h('button', { class: 'quiet', title: 'Undo this change', on: { click: () => actions.setEdit(withNumber(store.get().edit, number.address, null)) } }, `shipped: ${single(number.shipped, 5)}`) : number.value === number.shipped ? 'as shipped' : `learnt; shipped: ${single(number.shipped, 5)}`);
      problem.textContent = '';
    },
  };
}

/** What a number that can be set is called: `conv1.weight@3,0,1,1` the weight, since the number above it is its gradient. @param {string} address */
const kindOf = (address) => {
  const param = /\.(\w+)@/.exec(address)?.[1];
  return param ? `the ${param}` : 'it';
};

/** All digits that matter, as they may be typed. @param {number} value */
const single7 = (value) => String(Number(value.toPrecision(DIGITS)));
