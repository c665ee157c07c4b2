/** The timeline: buttons, and the network's silhouette as a slider through the pass. */

import { createPlayer } from '../anim/player.js';
import { layerCount, nodeAt } from '../anim/timeline.js';
import { activationScale } from '../color/scales.js';
import { PALETTE } from '../color/palette.js';
import { graphOf } from '../model/graph.js';
import { createPainter } from '../paint/canvas.js';
import { IDENTITY } from '../scene/matrix.js';
import { rulerOf, silhouette, silhouetteNames } from '../scene/silhouette.js';
import { h, svg } from '../ui/h.js';

/** @import { Context, Mounted, Scene, State } from '../types.d.ts' */
/** @import { Graph } from '../stage.d.ts' */

const SMALL = 500;
/** A block's name needs so much room, px. */
const NAME_ROOM = 46;
const ICONS = { back: 'M14 4 6 10l8 6z', play: 'M5 3l12 7-12 7z', pause: 'M5 3h3.6v14H5zM11.4 3H15v14h-3.6z', on: 'M6 4l8 6-8 6z' };

/** @param {string} d */
const icon = (d) => svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d }));

/**
 * @param {HTMLElement} root @param {Context} context
 * @returns {Mounted}
 */
export function mountTimeline(root, context) {
  const { actions, clock, store } = context;
  const button = (/** @type {string} */ name, /** @type {string} */ path, /** @type {() => void} */ run) =>
    h('button', { 'aria-label': name, title: name, on: { click: run } }, icon(path));
  const play = button('Play the pass (Space)', ICONS.play, () => actions.play());
  const when = h('p', { class: 'when' });
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const names = h('div', { class: 'names', 'aria-hidden': 'true' });
  const slider = h('div', { class: 'slider', role: 'slider', tabindex: 0, 'aria-label': 'The pass, layer by layer', 'aria-valuemin': 0 }, canvas, names);
  root.classList.add('timeline');
  root.append(
    h('div', { class: 'transport' }, button('One layer back (←)', ICONS.back, () => actions.step(-1)), play, button('One layer on (→)', ICONS.on, () => actions.step(1)), when),
    slider,
  );
  const painter = createPainter(canvas);
  const player = createPlayer({ clock, state: store.get, scene: context.scene, seek: context.seek, setPlaying: context.setPlaying });

  /** @type {{ state: State, scene: Scene, graph: Graph } | null} */
  let now = null;
  let [drawn, said] = ['', ''];

  let room = { width: 0, height: 0, small: false };

  function draw() {
    if (!now) return;
    const theme = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
    painter.draw(silhouette(now.graph, room, now.state.t, activationScale(theme)), PALETTE[theme], IDENTITY);
  }

  function resize() {
    const { clientWidth: width, clientHeight: height } = slider;
    if (width === room.width && height === room.height) return;
    room = { width, height, small: width < SMALL };
    painter.resize(width, height, window.devicePixelRatio || 1);
    drawn = '';
    if (now) show(now.state, now.scene);
  }

  /** @param {State} state @param {Scene} scene */
  function show(state, scene) {
    const graph = now?.scene.network === scene.network ? now.graph : graphOf(scene.network);
    now = { state, scene, graph };
    const key = [scene.network.id, state.t, state.playing, document.documentElement.dataset.theme].join();
    if (key === drawn) return;
    if (!drawn.startsWith(scene.network.id)) writeNames(graph);
    drawn = key;
    say(state, graph);
    draw();
  }

  /** @param {State} state @param {Graph} graph */
  function say(state, graph) {
    const count = layerCount(graph);
    const at = Math.min(state.t, count);
    const name = nodeAt(graph, at).name;
    const key = [name, at >= count, at <= 0, state.playing].join();
    if (key === said) return;
    said = key;
    when.textContent = at >= count ? 'forward pass done' : at <= 0 ? 'the input alone' : `forward · ${name}`;
    slider.setAttribute('aria-valuemax', String(count));
    slider.setAttribute('aria-valuenow', String(Math.ceil(at)));
    slider.setAttribute('aria-valuetext', at >= count ? 'the whole forward pass' : `up to ${name}`);
    play.setAttribute('aria-label', state.playing ? 'Pause (Space)' : 'Play the pass (Space)');
    play.replaceChildren(icon(state.playing ? ICONS.pause : ICONS.play));
    play.classList.toggle('on', state.playing);
  }

  /** @param {Graph} graph */
  function writeNames(graph) {
    const { small, width } = room;
    const ruler = rulerOf(graph, room);
    const word = (/** @type {number} */ x, /** @type {string} */ text, look = '') => h('span', { class: look, style: { left: `${x.toFixed(1)}px` } }, text);
    const blocks = small || graph.blocks.length < 2 ? [] : silhouetteNames(graph, room).filter((b) => b.width > NAME_ROOM);
    names.replaceChildren(
      word(0, 'forward →', 'first'), word(width, small ? '← back' : '← backward', 'last'), word(ruler.middle, 'loss', 'loss'),
      ...blocks.flatMap((b) => [word(b.forward, b.title, 'block'), word(b.backward, b.title, 'block')]),
    );
    names.classList.toggle('small', small);
  }

  /** @param {PointerEvent} event */
  function seek(event) {
    if (!now || event.buttons !== 1) return;
    const t = rulerOf(now.graph, room).t(event.clientX - slider.getBoundingClientRect().left);
    if (store.get().playing) context.setPlaying(false);
    context.seek(t >= layerCount(now.graph) ? Infinity : t);
  }
  slider.addEventListener('pointerdown', (event) => {
    slider.setPointerCapture(event.pointerId);
    seek(event);
  });
  slider.addEventListener('pointermove', seek);

  return {
    update(state, scene) {
      if (!scene) return;
      if (room.width === 0) resize();
      show(state, scene);
      if (state.playing) player.wake();
    },
    resize,
    dispose() {
      player.stop();
      root.replaceChildren();
    },
  };
}
