/** The timeline: buttons, and the network's silhouette as a slider through the pass. */

import { createPlayer } from '../anim/player.js';
import { layerCount, nodeAt, nodeBack, passEnd } from '../anim/timeline.js';
import { spotAt } from '../anim/windows.js';
import { activationScale, gradientScale } from '../color/scales.js';
import { PALETTE } from '../color/palette.js';
import { strengthMarks } from '../health/bars.js';
import { graphOf } from '../model/graph.js';
import { createPainter } from '../paint/canvas.js';
import { lossOf, showOf } from '../scene/back.js';
import { thousands } from '../lens/digits.js';
import { IDENTITY } from '../scene/matrix.js';
import { loopMarks, rulerOf, silhouette, silhouetteNames } from '../scene/silhouette.js';
import { isWindowed } from '../state/moment.js';
import { h, svg } from '../ui/h.js';
import { mountGrain } from './grain.js';

/** @import { Context, Mounted, Scene, State } from '../types.d.ts' */
/** @import { Graph } from '../stage.d.ts' */

const SMALL = 500;
/** One notch of a wheel, in its own units. */
const NOTCH = 100;
/** A block's name needs so much room, px. */
const NAME_ROOM = 46;
const ICONS = { back: 'M14 4 6 10l8 6z', play: 'M5 3l12 7-12 7z', pause: 'M5 3h3.6v14H5zM11.4 3H15v14h-3.6z', on: 'M6 4l8 6-8 6z' };

/** @param {string} d */
const icon = (d) => svg('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, svg('path', { d }));

/** What the pass back starts from, in a word: the loss, a logit, or the layer of the one number. @param {Scene} scene */
const startOf = ({ objective, trace }) => (objective ? objective.name.replace(/^unit:|[:@][^:@]*$/g, '') : trace.prediction ? 'loss' : 'one number');

/** Which window is at work, where windows are looked at: `conv2 · 4,117 of 10,240`. @param {State} state @param {Scene} scene @param {number} at */
function windowAt(state, scene, at) {
  const spot = isWindowed(state) && state.t < Infinity ? spotAt(scene.network, at, state.reading) : null;
  return spot && { short: `${spot.pass === 'backward' ? '∂' : ''}${spot.node.name} · ${thousands(spot.index + 1)} of ${thousands(spot.n)}`, long: `${spot.pass}, in ${spot.layer.name}` };
}

/** What is happening at a time of the pass. @param {Graph} graph @param {number} at @param {number} end */
function moment(graph, at, end) {
  const count = layerCount(graph);
  const back = nodeBack(graph, at);
  if (at <= 0) return { short: 'the input alone', long: `up to ${nodeAt(graph, 0).name}` };
  if (at < count) return { short: `forward · ${nodeAt(graph, at).name}`, long: `up to ${nodeAt(graph, at).name}` };
  if (end === count) return { short: 'forward pass done', long: 'the whole forward pass' };
  if (!back) return { short: at > count ? 'at the loss' : 'forward pass done', long: at > count ? 'the loss' : 'the whole forward pass' };
  return at >= end ? { short: 'backward pass done', long: 'the whole pass, forward and backward' } : { short: `backward · ${back.name}`, long: `back to ${back.name}` };
}

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
  const slider = h('div', { class: 'slider', role: 'slider', tabindex: 0, 'aria-label': 'The pass, layer by layer', 'aria-valuemin': 0, 'aria-valuenow': 0 }, canvas, names);
  root.classList.add('timeline');
  root.append(
    h('div', { class: 'transport' }, button('One step back (←)', ICONS.back, () => actions.step(-1)), play, button('One step on (→)', ICONS.on, () => actions.step(1)), when),
    slider,
  );
  const grain = mountGrain(/** @type {HTMLElement} */ (root.firstElementChild), context);
  const painter = createPainter(canvas);
  const player = createPlayer({ clock, state: store.get, scene: context.scene, seek: context.seek, setPlaying: context.setPlaying });

  /** @type {{ state: State, scene: Scene, graph: Graph } | null} */
  let now = null;
  let [drawn, said, written] = ['', '', ''];

  let room = { width: 0, height: 0, small: false, big: false };

  function draw() {
    if (!now) return;
    const theme = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
    const back = now.scene.gradients ? { scale: gradientScale(theme), shown: showOf(now.state, now.scene) !== 'value' } : null;
    const marks = silhouette(now.graph, room, now.state.t, activationScale(theme), back);
    painter.draw([...loopMarks(now.graph, room, now.state.loop), ...marks, ...strengthMarks(now.graph, now.scene.objective?.strengths ?? [], room)], PALETTE[theme], IDENTITY);
  }

  function resize() {
    const { clientWidth: width, clientHeight: height } = slider;
    const big = document.documentElement.hasAttribute('data-present');
    if (width === room.width && height === room.height && big === room.big) return;
    room = { width, height, small: width < SMALL, big };
    painter.resize(width, height, window.devicePixelRatio || 1);
    drawn = '';
    if (now) show(now.state, now.scene);
  }

  /** @param {State} state @param {Scene} scene */
  function show(state, scene) {
    const graph = now?.scene.network === scene.network ? now.graph : graphOf(scene.network);
    now = { state, scene, graph };
    const key = [scene.network.id, state.t, state.playing, state.view, state.loop, state.colours, showOf(state, scene), Boolean(scene.gradients), lossOf(scene), document.documentElement.dataset.theme].join();
    if (key === drawn) return;
    const named = [scene.network.id, lossOf(scene), room.width, room.big].join();
    if (named !== written) writeNames(scene, graph);
    [drawn, written] = [key, named];
    say(state, scene, graph);
    draw();
  }

  /** Only what has changed is written: many windows pass in a second. @param {string} name @param {string} value */
  function put(name, value) {
    if (slider.getAttribute(name) !== value) slider.setAttribute(name, value);
  }

  /** @param {State} state @param {Scene} scene @param {Graph} graph */
  function say(state, scene, graph) {
    const end = passEnd(layerCount(graph), showOf(state, scene) !== 'value');
    const at = Math.min(state.t, end);
    const { short, long } = windowAt(state, scene, at) ?? moment(graph, at, end);
    const key = [short, Boolean(scene.gradients), state.playing].join();
    if (key === said) return;
    said = key;
    when.textContent = short;
    put('aria-valuemax', String(passEnd(layerCount(graph), Boolean(scene.gradients))));
    put('aria-valuenow', String(Math.ceil(at)));
    put('aria-valuetext', long);
    if (play.classList.contains('on') === state.playing && play.childElementCount > 0) return;
    play.setAttribute('aria-label', state.playing ? 'Pause (Space)' : 'Play the pass (Space)');
    play.replaceChildren(icon(state.playing ? ICONS.pause : ICONS.play));
    play.classList.toggle('on', state.playing);
  }

  /** @param {Scene} scene @param {Graph} graph */
  function writeNames(scene, graph) {
    const { small, width } = room;
    const loss = small ? (scene.trace.prediction ? 'loss' : 'start') : `${startOf(scene)} ${lossOf(scene)}`.trim();
    const ruler = rulerOf(graph, room);
    const word = (/** @type {number} */ x, /** @type {string} */ text, look = '') => h('span', { class: look, style: { left: `${x.toFixed(1)}px` } }, text);
    const blocks = small || graph.blocks.length < 2 ? [] : silhouetteNames(graph, room).filter((b) => b.width > NAME_ROOM);
    names.replaceChildren(
      word(0, 'forward →', 'first'), word(width, '← backward', 'last'), word(ruler.middle, loss, 'loss'),
      ...blocks.flatMap((b) => [word(b.forward, b.title, 'block'), word(b.backward, b.title, 'block')]),
    );
    names.classList.toggle('small', small);
  }

  /** @param {PointerEvent} event */
  function seek(event) {
    if (!now || event.buttons !== 1) return;
    const t = rulerOf(now.graph, room).t(event.clientX - slider.getBoundingClientRect().left, true);
    if (store.get().playing) context.setPlaying(false);
    context.seek(t);
  }

  /** A notch is a step. @param {WheelEvent} event */
  function scrub(event) {
    event.preventDefault();
    turned += (event.deltaY || event.deltaX) / NOTCH;
    const steps = Math.trunc(turned);
    turned -= steps;
    if (steps) actions.step(steps);
  }
  let turned = 0;
  slider.addEventListener('wheel', scrub, { passive: false });
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
      grain.update(state, scene);
      if (state.playing) player.wake();
    },
    resize,
    dispose() {
      player.stop();
      root.replaceChildren();
    },
  };
}
