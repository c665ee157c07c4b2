/** A first look at why: over the picture, which places weigh in the objective; and what the selected number has seen. */
import { gradientScale } from '../color/scales.js';
import { CALLED } from '../color/stops.js';
import { createBoxes } from '../backward/boxes.js';
import { fieldOf } from '../field/field.js';
import { photoOutline } from '../field/view.js';
import { single } from '../lens/digits.js';
import { graphOf } from '../model/graph.js';
import { paintSmall } from '../paint/small.js';
import { isBackward, said } from '../state/objective.js';
import { changes, fill, h } from '../ui/h.js';
import { themeOf } from '../ui/theme.js';
import { overlay, SAID } from './picture.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const WHYS = /** @type {const} */ ([['', 'off'], ['saliency', SAID.saliency.name], ['product', SAID.product.name]]);
/** px: how wide and how tall the picture is at most. */
const SIDE = 150, HIGH = 86;
/** Colours of the key. */
const STOPS = 9;

/**
 * @param {HTMLElement} stage
 * @param {Context} context
 * @returns {Part}
 */
export function mountSaliency(stage, { actions, resources }) {
  const buttons = WHYS.map(([why, name]) => h('button', { title: why ? SAID[why].what : 'The picture alone', on: { click: () => actions.setWhy(why) } }, name));
  const canvas = h('canvas', { 'aria-hidden': 'true' }), seen = h('i', { class: 'seen', hidden: true }), img = h('img', { alt: '' });
  const photo = h('div', { class: 'photo' }, img, canvas, seen), words = h('figcaption', null), figure = h('figure', { hidden: true }, photo, words);
  const boxes = createBoxes(), root = h('div', { class: 'why', hidden: true }, boxes.root, figure, h('div', { role: 'group', 'aria-label': 'What weighs in the picture' }, h('span', { title: 'Which places of the picture weigh in the objective (Y)' }, 'why'), buttons));
  stage.append(root);
  const outlined = h('span', { class: 'what', hidden: true }), moved = changes(), looked = changes();
  let asked = 0;

  /** @param {State} state @param {Scene} scene */
  async function ask({ why, theme, colours }, scene) {
    if (!why || !scene.objective) return;
    const turn = ++asked, { network, image, objective, trace } = scene;
    const told = await resources.saliency(network.id, image.id, objective.name, why).catch(() => null);
    if (turn !== asked) return;
    figure.hidden = told === null; // a network without a picture, or a server that is away: the notes say which
    if (!told) return;
    const { width, height } = image, ratio = Math.min(SIDE / width, HIGH / height), { crop } = trace, size = { width: crop.width * ratio, height: crop.height * ratio };
    img.src = resources.pictureUrl(image.id, 2 * SIDE);
    Object.assign(photo.style, { width: `${width * ratio}px`, height: `${height * ratio}px` });
    Object.assign(canvas.style, { left: `${crop.x * ratio}px`, top: `${crop.y * ratio}px` });
    paintSmall(canvas, size, { plates: [{ box: { x: 0, y: 0, w: size.width, h: size.height }, picture: overlay(told.places, told.range, gradientScale(themeOf(theme))) }] });
    const { name, what, signed } = SAID[why], scale = gradientScale(themeOf(theme)), end = single(told.range, 3);
    const stops = Array.from({ length: STOPS }, (_, k) => scale.css((signed ? -1 : 0) + ((signed ? 2 : 1) * k) / (STOPS - 1), 1));
    fill(words, h('b', null, name), h('i', { class: 'key', style: { background: `linear-gradient(to right, ${stops.join(', ')})` } }),
      h('span', { class: 'ends' }, h('span', null, signed ? `−${end}` : '0'), h('span', null, signed ? `+${end}` : end)),
      h('span', { class: 'what' }, `of the ${said(objective.name, network.labels)}. `, what.replace('green', CALLED[colours][1]).replace('purple', CALLED[colours][0])), outlined);
  }

  /** The part of the picture that the selected number has seen. @param {State} state @param {Scene} scene */
  function look({ node, at }, scene) {
    const { width, height } = scene.image, scale = Math.min(SIDE / width, HIGH / height), graph = graphOf(scene.network);
    const outline = node && at ? photoOutline(/** @type {any} */ ({ scene, graph }), fieldOf(graph, node, at), { x: 0, y: 0, w: width * scale, h: height * scale }) : null;
    seen.hidden = outlined.hidden = outline === null;
    outlined.textContent = `Outlined: what ${node} has seen.`;
    if (!outline) return;
    const [[x0, y0], , [x1, y1]] = outline;
    Object.assign(seen.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
    seen.title = `What ${node} has seen`;
  }

  return {
    update(state, scene) {
      root.hidden = !scene?.gradients || !isBackward(state) || state.view === 'window' || state.present || state.field;
      if (!scene || root.hidden) return;
      boxes.update(state, scene);
      if (moved(scene.trace, scene.objective, state.why, themeOf(state.theme), state.colours)) {
        WHYS.forEach(([why], k) => buttons[k].setAttribute('aria-pressed', String(why === state.why)));
        figure.hidden = state.why === '' || figure.hidden;
        ask(state, scene);
      }
      if (state.why && looked(scene.trace, state.node, state.at?.join())) look(state, scene);
    },
  };
}
