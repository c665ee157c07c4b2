/** What is changed, below the stage: each change with a way back, what it does to the classes, and undo. */
import { changes, fill, h } from '../ui/h.js';
import { isHeavy } from '../graph/faces.js';
import { chips, readable } from './edits.js';
import { createOutcome } from './outcome.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */

const FEW = 6; // changes that are listed one by one

/**
 * @param {HTMLElement} before which the strip stands
 * @param {Context} context
 * @param {{ undo: () => void, redo: () => void, can: () => { undo: boolean, redo: boolean } }} steps
 * @returns {Part}
 */
export function mountStrip(before, { store, actions }, steps) {
  const list = h('ul', { class: 'chips' }), outcome = createOutcome();
  const difference = h('button', { class: 'key', title: 'Show new − old in place of values (D)', on: { click: () => actions.setDifference(!store.get().difference) } }, 'show what changed', h('kbd', null, 'D'));
  const undo = h('button', { class: 'quiet', title: 'Undo (Ctrl Z)', on: { click: steps.undo } }, 'undo'), redo = h('button', { class: 'quiet', title: 'Redo (Ctrl Shift Z)', on: { click: steps.redo } }, 'redo');
  const all = h('button', { class: 'quiet', title: 'The shipped network on the picture as it is', on: { click: () => actions.setEdit('') } }, 'as shipped');
  const root = h('section', { id: 'edits', 'aria-label': 'What if', hidden: true }, h('b', null, 'what if'), list, outcome.line, h('div', { class: 'do' }, outcome.each, difference, undo, redo, all));
  before.before(root);
  const moved = changes();

  /** A number that was set is a click away. @param {string} address @param {string} said */
  function addressed(address, said) {
    const [, where, cell] = /^(.+)@([\d,]+)$/.exec(readable(address)) ?? [], [, node, param] = /^(.+)\.(\w+)$/.exec(where ?? '') ?? [];
    if (!where) return said;
    const at = cell.split(',').map(Number);
    const look = () => (node ? actions.selectWeight({ node, param, at }) : actions.select(where, at));
    return h('button', { class: 'where', title: 'Look at it in the lens', on: { click: look } }, said);
  }

  return {
    update(state, scene) {
      const can = steps.can();
      root.hidden = state.edit === '' && !can.redo;
      if (!moved(state.edit, scene, state.difference, can.undo, can.redo)) return;
      const found = chips(state.edit), rest = found.length - FEW;
      fill(list, found.slice(0, FEW).map(({ said, address, without }) => h('li', null, addressed(address, said), h('button', { 'aria-label': `Undo ${said}`, title: 'Undo this change', on: { click: () => actions.setEdit(without) } }, '×'))), rest > 0 && h('li', null, `and ${rest} more`));
      outcome.show(scene?.edit === state.edit ? scene : null, state.edit !== '');
      difference.setAttribute('aria-pressed', String(state.difference));
      [difference.hidden, all.hidden, undo.disabled, redo.disabled] = [state.edit === '' || !scene || isHeavy(scene.network), state.edit === '', !can.undo, !can.redo];
    },
  };
}
