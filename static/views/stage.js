/**
 * The stage: one canvas for the picture, HTML over it for the words. A view says what should stand there; the stage
 * moves what stands there now to where it should be, and draws only when something changes.
 */

import { arrived, faded, MOVE, photoAt, posesAt } from '../anim/transition.js';
import { revealed } from '../anim/timeline.js';
import { PALETTE } from '../color/palette.js';
import { graphOf } from '../model/graph.js';
import { cellOf, valueAt } from '../model/tensor.js';
import { createPainter } from '../paint/canvas.js';
import { cellMarks } from '../scene/attention.js';
import { cameraMatrix } from '../scene/camera.js';
import { hit } from '../scene/hit.js';
import { lookOf } from '../scene/look.js';
import { group } from '../scene/marks.js';
import { invert } from '../scene/matrix.js';
import { sceneMarks, sceneTargets } from '../scene/scene.js';
import { VIEWS } from './index.js';
import { mountCamera } from './camera.js';
import { mountPhoto } from './picture.js';
import { mountBars, mountLabels } from './words.js';

/** @import { Cell, Context, Mounted, Ref, Scene, State } from '../types.d.ts' */
/** @import { Frame, Graph, Look, Stage, Target } from '../stage.d.ts' */
/** @import { Transition } from '../anim/transition.js' */

/** A change of the stage's width by more than this (px) is moved through, a smaller one is jumped to. */
const WIDE_CHANGE = 150;

/**
 * @param {HTMLElement} root @param {Context} context
 * @returns {Mounted}
 */
export function mountStage(root, context) {
  const canvas = document.createElement('canvas');
  canvas.className = 'picture';
  canvas.setAttribute('aria-hidden', 'true');
  root.classList.add('scene');
  root.append(canvas);
  const painter = createPainter(canvas);
  const labels = mountLabels(root, (name) => choose(name, null));
  const bars = mountBars(root, (node, index) => choose(node, [index]));
  const photo = mountPhoto(() => refresh(false));
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @type {{ state: State, scene: Scene } | null} */
  let now = null;
  /** @type {Frame | null} */
  let frame = null;
  /** @type {Transition | null} */
  let move = null;
  /** @type {Graph | null} */
  let graph = null;
  /** @type {Look | null} */
  let look = null;
  let looked = '';
  /** @type {Target[] | null} */
  let targets = null;
  /** @type {{ node: string, at: Cell } | null} */
  let hover = null;
  let [width, height] = [0, 0];
  let fitted = '';

  const stop = context.clock.add(draw);
  const unpan = mountCamera(root, context.store, context.actions);

  /** @param {string} name @param {Cell | null} at a whole node: the middle of its front map */
  function choose(name, at) {
    const node = graph?.byName.get(name);
    const volume = graph?.volumes.get(name);
    if (!node || !volume || !look) return;
    const middle = cellOf(node.shape, look.front(name), Math.floor(volume.rows / 2), Math.floor(volume.columns / 2));
    context.select(name, at ?? middle);
  }

  /** @param {State} state @param {Scene} scene @returns {Stage} */
  function stageOf(state, scene) {
    if (now?.scene.network !== scene.network || !graph) graph = graphOf(scene.network);
    const theme = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
    const key = `${scene.network.id} ${scene.trace.image} ${state.range} ${theme}`;
    if (!look || looked !== key || now?.scene.activations !== scene.activations) look = lookOf(scene, graph, state.range, theme);
    looked = key;
    const image = photo.of(context.resources.pictureUrl(scene.image.id, 384));
    const margin = parseFloat(getComputedStyle(root).getPropertyValue('--margin')) || 0;
    return { scene, state, width, height, margin, graph, look, t: state.t, photo: image };
  }

  /** Makes the frame again; `gliding` moves to it even where the view is the same. @param {boolean} gliding */
  function refresh(gliding) {
    if (!now || width === 0) return;
    const next = VIEWS[now.state.view](stageOf(now.state, now.scene));
    const moving = frame !== null && !still.matches && (gliding || frame.key !== next.key);
    if (moving) start(next);
    else if (move && frame?.key !== next.key) move = null;
    frame = next;
    targets = null;
    fit(next);
    words();
    context.clock.wake();
  }

  /** @param {Frame} next */
  function start(next) {
    if (!frame || !graph) return;
    const time = performance.now();
    move = { from: posesAt(move, frame.poses, graph.index, time), photo: photoAt(move, frame.photo, time), start: time, count: next.poses.size };
    labels.turn(MOVE.ms + next.poses.size * MOVE.stagger);
  }

  function words() {
    if (!frame || !now) return;
    const camera = cameraMatrix(now.state.camera, width, height);
    labels.show(frame.labels, camera);
    bars.show(frame.bars, camera);
  }

  /** @param {number} time */
  function draw(time) {
    if (!frame || !now || !graph || !look) return false;
    if (arrived(move, time)) move = null;
    const { state } = now;
    const poses = posesAt(move, frame.poses, graph.index, time);
    const fade = move ? faded(move, time) : 1;
    const at = photoAt(move, frame.photo, time);
    const image = photo.current();
    const shown = { graph, look, reveal: (/** @type {string} */ node) => revealed(/** @type {Graph} */ (graph), node, state.t) };
    painter.draw([
      group(frame.under, fade),
      ...sceneMarks(shown, poses, frame.lit, move !== null),
      ...(at && image ? [/** @type {import('../stage.d.ts').Mark} */ ({ kind: 'photo', image, box: at, alpha: move && !move.photo ? fade : 1 })] : []),
      group([...frame.over, ...hoverMarks(poses)], fade),
    ], PALETTE[look.theme], cameraMatrix(state.camera, width, height));
    return move !== null;
  }

  /** @param {Frame['poses']} poses */
  function hoverMarks(poses) {
    const node = hover && graph?.byName.get(hover.node);
    return hover && node && graph ? cellMarks(graph, poses, node, hover.at) : [];
  }

  /** What is under a point of the screen. @param {PointerEvent | MouseEvent} event */
  function under(event) {
    if (!frame || !now || !graph || move) return null;
    targets ??= [...sceneTargets(graph, frame.poses), ...frame.targets];
    const box = canvas.getBoundingClientRect();
    const point = invert(cameraMatrix(now.state.camera, width, height), [event.clientX - box.left, event.clientY - box.top]);
    return point && hit(targets, point);
  }

  /** @param {PointerEvent} event */
  function point(event) {
    const found = event.type === 'pointerleave' ? null : under(event);
    const same = found?.node === hover?.node && found?.at.join() === hover?.at.join();
    if (found) context.reportHover(refOf(found, event));
    else if (hover) context.reportHover(null);
    if (same) return;
    hover = found;
    canvas.style.cursor = found ? 'crosshair' : '';
    if (found && event.buttons === 1 && now?.state.view === 'window' && found.node === now.state.node) context.select(found.node, found.at);
    context.clock.wake();
  }

  /** @param {{ node: string, at: Cell }} found @param {PointerEvent} event @returns {Ref} */
  function refOf({ node, at }, event) {
    const tensor = now?.scene.activations.get(node);
    return { node, at, value: tensor ? valueAt(tensor, at) : null, x: event.clientX, y: event.clientY };
  }

  canvas.addEventListener('pointermove', point);
  canvas.addEventListener('pointerleave', point);
  canvas.addEventListener('click', (event) => {
    const found = under(event);
    if (found) choose(found.node, found.at);
  });

  function resize() {
    const box = root.getBoundingClientRect();
    const wide = Math.abs(box.width - width) > WIDE_CHANGE && width > 0;
    [width, height] = [box.width, box.height];
    refresh(wide);
  }

  /** The canvas is as large as the stage; a frame that scrolls makes the stage as tall as it needs. @param {Frame} next */
  function fit(next) {
    root.style.height = next.scrolls ? `${Math.ceil(next.height)}px` : '';
    const tall = next.scrolls ? Math.ceil(next.height) : height;
    const size = `${width} ${tall} ${window.devicePixelRatio}`;
    if (size !== fitted) painter.resize(width, tall, window.devicePixelRatio || 1);
    fitted = size;
  }

  return {
    update(state, scene) {
      if (!scene) return;
      now = { state, scene };
      if (width === 0) resize();
      else refresh(false);
    },
    resize,
    dispose() {
      stop();
      unpan();
      root.replaceChildren();
    },
  };
}
