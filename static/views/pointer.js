/** The pointer over the stage: what is under it is reported, a click chooses it, a drag over the output moves the window. */

import { valueAt } from '../model/tensor.js';

/** @import { Cell, Context, Ref, Tensor } from '../types.d.ts' */
/** @typedef {{ node: string, at: Cell }} Found */

/**
 * @param {HTMLElement} surface @param {Context} context
 * @param {{ under: (x: number, y: number) => Found | null, seen: (node: string) => { sign: string, numbers?: Tensor }, choose: (found: Found) => void, pin: (found: Found) => void, hovered: (found: Found | null) => void }} stage
 */
export function mountPointer(surface, { reportHover, select, store }, { under, seen, choose, pin, hovered }) {
  /** @type {Found | null} */
  let now = null;

  /** @param {Found} found @param {PointerEvent} event @returns {Ref} */
  function refOf({ node, at }, { clientX: x, clientY: y }) {
    const { sign, numbers } = seen(node);
    return { node, at, value: numbers ? valueAt(numbers, at) : null, sign, x, y };
  }

  /** @param {Found | null} found @param {PointerEvent} [event] */
  function point(found, event) {
    if (found && event) reportHover(refOf(found, event));
    else if (now) reportHover(null);
    const same = found?.node === now?.node && found?.at.join() === now?.at.join();
    now = found;
    if (same) return;
    surface.style.cursor = found ? 'crosshair' : '';
    hovered(found);
    const { view, node } = store.get();
    if (found && event?.buttons === 1 && view === 'window' && found.node === node) select(found.node, found.at);
  }

  surface.addEventListener('pointermove', (event) => (event.buttons === 1 && store.get().view !== 'window') || point(under(event.clientX, event.clientY), event));
  surface.addEventListener('pointerleave', (event) => point(null, event));
  store.watch(({ t, playing }) => (playing ? null : t), () => point(null)); // a step by a key: a pointer that rests points at what was
  surface.addEventListener('click', (event) => {
    const found = under(event.clientX, event.clientY);
    if (found) (event.shiftKey ? pin : choose)(found);
  });
}
