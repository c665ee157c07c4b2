/** A number of a figure that can be dragged, stepped with the arrow keys, or typed over: it sets a control. */
import { h } from '../../ui/h.js';

/** @typedef {import('../types.d.ts').Dial} Dial */
/** @typedef {import('../types.d.ts').Hands} Hands */

/** px of dragging for one step. */
const STEP = 16;
/** @type {Record<string, number>} */
const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };

/**
 * @param {Dial} item
 * @param {Hands} hands
 * @param {() => void} [pointed] when it is pressed, or Enter is
 */
export function dial({ control, value, least, most, label }, { set }, pointed) {
  const to = (/** @type {number} */ wanted) => {
    const next = Math.min(most, Math.max(least, wanted));
    if (next !== value) set({ [control]: next });
  };
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') pointed?.();
    const wanted = wantedBy(event.key, { value, least, most });
    if (wanted === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    to(wanted);
  };
  const pointerdown = (/** @type {PointerEvent} */ event) => {
    event.preventDefault();
    element.focus({ preventScroll: true });
    pointed?.();
    let said = value;
    const move = (/** @type {PointerEvent} */ now) => {
      const next = Math.min(most, Math.max(least, value + Math.round((now.clientX - event.clientX) / STEP)));
      if (next !== said) set({ [control]: (said = next) });
    };
    const up = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', up);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    addEventListener('pointercancel', up);
  };
  const element = h('span', {
    class: 'dial', role: 'slider', tabindex: 0, 'data-key': `dial ${control}`, 'aria-label': label, 'aria-valuemin': least, 'aria-valuemax': most,
    'aria-valuenow': value, title: `${label}: drag, arrow keys, or type`, on: { keydown, pointerdown },
  }, String(value));
  return element;
}

/** What a key makes of the number; null for a key that means nothing here. @param {string} key @param {{ value: number, least: number, most: number }} dial */
export function wantedBy(key, { value, least, most }) {
  if (key in KEYS) return value + KEYS[key];
  if (key === 'Home') return least;
  if (key === 'End') return most;
  if (!/^\d$/.test(key)) return null;
  const longer = value * 10 + Number(key);
  return longer <= most ? longer : Number(key);
}
