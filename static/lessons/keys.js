/** The keys of a lesson. */

/** @typedef {{ turn: (by: number) => void }} Beats */

/** @type {Record<string, number>} */
const TURNS = { ' ': 1, ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

/**
 * What a key means: a turn of beats, `present`, or nothing where it belongs to what has the focus.
 * @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>} event
 * @param {string} focus tag name of the element with the focus, in capitals
 * @returns {number | 'present' | undefined}
 */
export function meant({ key, ctrlKey, metaKey, altKey, shiftKey }, focus) {
  if (ctrlKey || metaKey || altKey || /^(INPUT|SELECT|TEXTAREA|SVG|PRE)$/i.test(focus)) return undefined;
  if (key === ' ' && /^(BUTTON|SUMMARY)$/.test(focus)) return undefined;
  if (key === 'p' || key === 'P') return 'present';
  return key === ' ' && shiftKey ? -1 : TURNS[key];
}

/** @param {Beats} beats */
export function mountKeys(beats) {
  addEventListener('keydown', (event) => {
    const does = meant(event, document.activeElement?.tagName ?? 'BODY');
    if (does === undefined || event.defaultPrevented) return;
    event.preventDefault();
    if (does === 'present') document.getElementById('present')?.click();
    else beats.turn(does);
  });
}
