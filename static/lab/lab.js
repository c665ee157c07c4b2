/** The laboratory's parts of the page, wired: the strip of changes, and undo. */
import { mountUndo } from './keys.js';
import { mountStrip } from './strip.js';
import { createUndo } from './undo.js';

/** @typedef {import('../types.d.ts').Context} Context */

/**
 * @param {HTMLElement} before which the strip stands
 * @param {Context} context
 * @returns {import('../types.d.ts').Part}
 */
export function mountLab(before, context) {
  const history = createUndo(context.store, context.actions);
  mountUndo(history);
  return mountStrip(before, context, history);
}
