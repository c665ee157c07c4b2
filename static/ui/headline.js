/** The headline: one sentence about what is on the screen, from the data. <section id=stage> says which picture that is. */
import { isBackward } from '../state/objective.js';
import { headline } from '../views/headline.js';
import { fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */

/** @typedef {import('../types.d.ts').Context} Context */

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} stage
 * @param {Pick<Context, 'actions'>} context
 * @returns {Part}
 */
export function mountHeadline(root, stage, { actions }) {
  let said = '';
  const start = (/** @type {string} */ name, /** @type {string} */ key, /** @type {string} */ what, /** @type {() => void} */ run) =>
    h('button', { title: what, on: { click: run } }, name, h('kbd', { 'aria-hidden': 'true' }, key));
  const all = start('compute all', 'End', 'To the end of the pass: every layer is computed', () => actions.seek(Infinity));
  const spread = start('spread it out', 'U', 'Lays every layer out as its feature maps', () => actions.show('maps')), turn = start('go backward', 'B', 'Shows the gradients: what each number does to the end', () => actions.turn());
  const ways = h('div', { class: 'start', role: 'group', 'aria-label': 'Where to start' },
    all,
    start('play it', 'Space', 'Computes the network layer by layer', () => actions.play(true)), spread, turn);
  return {
    update(state, scene) {
      stage.dataset.view = state.view;
      if (!scene) return;
      stage.dataset.image = scene.image.id;
      stage.dataset.objective = scene.objective?.name ?? '';
      ways.hidden = state.view !== 'overview' || state.node !== null || isBackward(state) || state.playing;
      [all.hidden, spread.hidden, turn.hidden] = [state.t === Infinity, state.t < Infinity, state.t < Infinity];
      const line = headline(state, scene), key = JSON.stringify(line);
      if (key === said) return;
      said = key;
      root.dataset.odds = line.odds ?? '';
      fill(root, h('h1', null, line.title.map((part) => h(part.em ? 'em' : 'span', null, part.text))), h('p', null, line.sub), ways);
    },
  };
}
