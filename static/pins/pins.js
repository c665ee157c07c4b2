/** The pinned numbers, on a card over the stage: one waits for another, two are compared. */

import { address } from '../state/url.js';
import { valueText } from '../lens/digits.js';
import { changes, fill, h } from '../ui/h.js';
import { compared } from './compare.js';

/** @import { Context, ExplanationView, Part } from '../types.d.ts' */

const DIGITS = 5;

/**
 * @param {HTMLElement} stage @param {Context} context
 * @returns {Part}
 */
export function mountPins(stage, { actions, resources }) {
  const card = h('aside', { class: 'pins', 'aria-label': 'Pinned numbers', hidden: true });
  stage.append(card);
  const moved = changes();
  let asked = '';

  /** @param {import('../types.d.ts').State['pins']} pins @param {(ExplanationView | null)[]} told */
  function show(pins, told) {
    const names = pins.map(({ node, at }, k) => h('th', { scope: 'col' }, h('i', null, String(k + 1)), ' ',
      h('button', { class: 'quiet', title: 'Select it', on: { click: () => actions.select(node, at) } }, address(node, at))));
    const close = h('button', { class: 'close', 'aria-label': 'Let the pins go', title: 'Let the pins go', on: { click: actions.unpin } }, '×');
    const [one, other] = told, both = one && other ? compared(one, other, DIGITS) : null;
    fill(card, close, h('table', null,
      h('thead', null, h('tr', null, h('td'), names, both && h('th', { scope: 'col' }, '1 − 2'))),
      h('tbody', null, both
        ? both.rows.map((row, k) => h('tr', { class: k === both.rows.length - 1 ? 'value' : null }, h('th', { scope: 'row' }, row.label), h('td', null, row.one), h('td', null, row.other), h('td', null, row.apart)))
        : h('tr', { class: 'value' }, h('th', { scope: 'row' }, 'value'), told.map((e) => h('td', null, e ? valueText(e) : '…'))))),
      both && both.left > 0 && h('p', null, `${both.left} parts differ less.`),
      pins.length === 1 && h('p', null, 'Pin another to compare the two: in its lens, or with Shift and a click.'));
  }

  return {
    update(state, scene) {
      const { pins, network, image } = state;
      card.hidden = pins.length === 0;
      if (!scene || card.hidden || !moved(pins, scene.trace)) return;
      const key = JSON.stringify([network, image, pins]);
      asked = key;
      show(pins, pins.map(() => null));
      Promise.all(pins.map(({ node, at }) => resources.explain(scene.network.id, scene.image.id, node, at).catch(() => null)))
        .then((told) => asked === key && show(pins, told));
    },
  };
}
