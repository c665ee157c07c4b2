/** The headline: one sentence about what is on the screen, from the data. <section id=stage> says which picture that is. */
import { headline } from '../views/headline.js';
import { fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */

/**
 * @param {HTMLElement} root
 * @param {HTMLElement} stage
 * @returns {Part}
 */
export function mountHeadline(root, stage) {
  let said = '';
  return {
    update(state, scene) {
      stage.dataset.view = state.view;
      if (!scene) return;
      stage.dataset.image = scene.image.id;
      stage.dataset.objective = scene.objective?.name ?? '';
      const line = headline(state, scene), key = JSON.stringify(line);
      if (key === said) return;
      said = key;
      fill(root, h('h1', null, line.title.map((part) => h(part.em ? 'em' : 'span', null, part.text))), h('p', null, line.sub));
    },
  };
}
