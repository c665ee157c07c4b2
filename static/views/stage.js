/**
 * The stage: one canvas for the picture, HTML over it for the words. A view says what should stand there; the stage
 * moves what stands there now to where it should be, and draws only when something changes.
 */

import { arriving } from '../anim/arrival.js';
import { createReel } from '../anim/reel.js';
import { arrived, faded, lasting, photoAt, posesAt } from '../anim/transition.js';
import { layerCount } from '../anim/timeline.js';
import { flagged } from '../card/flagged.js';
import { differing } from '../lab/differing.js';
import { clamp01 } from '../anim/ease.js';
import { PALETTE } from '../color/palette.js';
import { cellOf } from '../model/tensor.js';
import { labelsOn, onScreen, tilesOn } from '../graph/cull.js';
import { mountGround } from '../graph/ground.js';
import { needsOf } from '../graph/needs.js';
import { createSupply } from '../graph/supply.js';
import { screenIn, shifted } from '../graph/world.js';
import { hoverMarks } from '../field/hover.js';
import { createPainter } from '../paint/canvas.js';
import { cameraMatrix } from '../scene/camera.js';
import { hit } from '../scene/hit.js';
import { group } from '../scene/marks.js';
import { invert } from '../scene/matrix.js';
import { sceneLights, sceneMarks, sceneTargets } from '../scene/scene.js';
import { telling } from '../state/select.js';
import { changes } from '../ui/h.js';
import { cellNumbers } from './cells.js';
import { VIEWS } from './index.js';
import { mountCamera } from './camera.js';
import { createFollow } from './follow.js';
import { mountPhoto } from './picture.js';
import { mountPointer } from './pointer.js';
import { createSetting, revealing } from './setting.js';
import { CHANGED, SIGN } from './told.js';
import { createWarming } from './warm.js';
import { mountBars, mountLabels } from './words.js';

/** @import { Cell, Context, Mounted, Scene, State } from '../types.d.ts' */
/** @import { Box, Frame, Mark, Stage, Target } from '../stage.d.ts' */
/** @import { Transition } from '../anim/transition.js' */
/** @import { Found } from './pointer.js' */

/** A change of the stage's width by more than this (px) is moved through, a smaller one is jumped to. */
const WIDE_CHANGE = 150;
/** From this zoom on the picture needs the room of the headline. */
const NEAR = 1.25;
/** From farther away than this the classes' bars would lie on one another. */
const LEAST_BARS = 0.8;
/** The photograph is asked for at this size: about twice what the stage shows of it. */
const PHOTO_SIDE = 256;

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
  const labels = mountLabels(root, (node) => choose(node, null));
  const bars = mountBars(root, chooseClass);
  const photo = mountPhoto(() => refresh(false));
  const setting = createSetting(createReel(context.resources, () => refresh(false)));
  const worded = changes();
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @type {{ state: State, scene: Scene } | null} */
  let asked = null;
  /** @type {{ stage: Stage, frame: Frame } | null} */
  let shown = null;
  /** @type {Transition | null} */
  let move = null;
  /** @type {Target[] | null} */
  let targets = null;
  /** @type {Found | null} */
  let hover = null;
  const size = { width: 0, height: 0, margin: 0 };
  let fitted = '';

  const stop = context.clock.add((time) => !inStep() && draw(time));
  const warming = createWarming(context.clock, painter.bitmaps.of, () => move !== null);
  const supplies = ['values', 'gradients'].map((what) => createSupply(context.resources, () => refresh(false), (busy) => root.toggleAttribute(`data-asking-${what}`, busy)));
  const ground = mountGround(root, context, { shown: () => shown, view: VIEWS.overview, size });
  const follow = createFollow(context);
  const unpan = mountCamera(root, context.store, context.actions, ground);
  mountPointer(canvas, context, {
    under, seen,
    choose: ({ node, at }) => choose(node, at), pin: ({ node, at }) => context.actions.pin(node, at),
    hovered(found) {
      hover = found;
      if (found && shown) for (const { supply, wish } of suppliesOf(shown.stage.scene, shown.stage.back !== null)) supply.whole(shown.stage.scene, wish, [found.node]);
      context.clock.wake();
    },
  });

  /** @param {string} name @param {Cell | null} at null: the layer itself; in one window the middle of its front map, of a row of numbers a telling one */
  function choose(name, at) {
    if (!shown || (at === null ? false : ground.opens(name))) return;
    const { graph, look } = shown.stage;
    const [node, volume] = [graph.byName.get(name), graph.volumes.get(name)];
    if (!node || !volume) return;
    const middle = volume.vector ? telling(shown.stage.scene, node) : cellOf(node.shape, look.front(name), Math.floor(volume.rows / 2), Math.floor(volume.columns / 2));
    context.select(name, at ?? (shown.stage.state.view === 'window' ? middle : null));
  }

  /** A class: on the way back the label that the loss is taken for, else its number. @param {string} node @param {number} index */
  function chooseClass(node, index) {
    if (shown?.stage.back) context.actions.chooseClass(index);
    else choose(node, [index]);
  }

  /** Shows what is asked for; `gliding` moves to it even where the view is the same. @param {boolean} gliding */
  function refresh(gliding) {
    if (!asked || size.width === 0) return;
    const { state, scene } = asked;
    const image = photo.of(context.resources.pictureUrl(scene.image.id, PHOTO_SIDE));
    const { stage, changed } = setting.of(state, scene, size, image);
    const opened = shown !== null && shown.frame.world !== undefined && state.open !== shown.stage.state.open;
    if (changed || !shown) turnTo(stage, VIEWS[state.view](stage), gliding || opened);
    else shown = { stage, frame: shown.frame };
    root.closest('#stage')?.toggleAttribute('data-passing', state.playing && stage.spot !== null && stage.spot.cell.join() !== state.at?.join());
    if (shown) ground.look(shown);
    if (shown) follow.to(shown.stage, shown.frame);
    if (worded(shown?.frame, state.camera)) words();
    if (inStep()) draw(performance.now());
    else context.clock.wake();
  }

  /** While windows play, picture and words are of the same window: drawn together. */
  const inStep = () => Boolean(move === null && shown?.stage.spot && shown.stage.state.playing);

  /** @param {Stage} stage @param {Frame} frame @param {boolean} gliding */
  function turnTo(stage, frame, gliding) {
    const other = shown !== null && shown.frame.key !== frame.key;
    if (shown && (gliding || other) && !still.matches) {
      const time = performance.now();
      const from = posesAt(move, shown.frame.poses, stage.graph.index, time);
      const count = stage.graph.nodes.length;
      move = { ...shifted(from, photoAt(move, shown.frame.photo, time), shown.stage.state.camera, stage.state.camera, size), start: time, count };
      labels.turn(lasting(count));
    } else if (other) move = null;
    shown = { stage, frame };
    targets = null;
    warming.for(stage.graph, (stage.back ?? stage).look);
    fit(frame);
  }

  function words() {
    if (!shown) return;
    const camera = cameraMatrix(shown.stage.state.camera, size.width, size.height);
    root.toggleAttribute('data-near', shown.stage.state.camera.zoom > NEAR || ground.covers(shown, camera));
    const { frame, stage: { state } } = shown;
    labels.show([...flagged(labelsOn(frame, camera, screenIn(state.camera, size)), shown.stage.scene), ...cellNumbers(shown.stage, frame.poses)], camera);
    bars.show(state.camera.zoom < LEAST_BARS ? null : frame.bars, camera);
    ground.show(shown);
    provide();
  }

  /** Who asks for what of a network too large to be sent whole: for its activations, on the way back for gradients too. @param {Scene} scene @param {boolean} back */
  function suppliesOf({ faces, activations, backFaces, gradients, objective }, back) {
    const values = faces ? [{ supply: supplies[0], wish: { faces, of: null, into: activations } }] : [];
    if (!back || !backFaces || !gradients || !objective) return values;
    return [...values, { supply: supplies[1], wish: { faces: backFaces, of: { objective: objective.name, of: objective.of }, into: gradients } }];
  }

  /** Of a network too large to be sent whole, what is on the screen. */
  function provide() {
    const { stage, frame } = /** @type {{ stage: Stage, frame: Frame }} */ (shown);
    const { scene, back } = stage;
    if (!scene.faces) return;
    const { whole, ...needs } = needsOf(stage, frame, size, window.devicePixelRatio || 1);
    for (const { supply, wish } of suppliesOf(scene, back !== null)) {
      supply.show(scene, { ...needs, ...wish });
      supply.whole(scene, wish, whole);
    }
  }

  /** @param {number} time */
  function draw(time) {
    if (!shown) return false;
    if (arrived(move, time)) move = null;
    const { stage: { graph, look, back, state }, frame } = shown;
    const screen = screenIn(state.camera, size);
    const fade = move ? faded(move, time) : 1;
    const reveal = revealing(shown.stage), at = posesAt(move, frame.poses, graph.index, time);
    const { poses, marks: far } = onScreen(frame, state.view === 'maps' && state.t < layerCount(graph) ? arriving(at, reveal) : at, screen, state.camera.zoom);
    const scene = { graph, look, back, reveal, waiting: clamp01(state.t - layerCount(graph)) };
    painter.draw([
      ...sceneLights(scene, poses),
      group([...frame.under, ...tilesOn(frame, screen), ...far], fade),
      ...sceneMarks(scene, poses, frame.lit, move !== null),
      ...photoMarks(photoAt(move, frame.photo, time), move && !move.photo ? fade : 1),
      group([...frame.over, ...(hover ? hoverMarks(shown.stage, poses, hover) : [])], fade),
    ], PALETTE[look.theme], cameraMatrix(state.camera, size.width, size.height));
    return move !== null;
  }

  /** @param {Box | null} box @param {number} alpha @returns {Mark[]} */
  function photoMarks(box, alpha) {
    const image = photo.current();
    return box && image ? [{ kind: 'photo', image, box, alpha }] : [];
  }

  /** The cell at a point of the screen, none while volumes move. @param {number} x @param {number} y @returns {Found | null} */
  function under(x, y) {
    if (!shown || move) return null;
    const { stage, frame } = shown;
    targets ??= [...sceneTargets(stage.graph, frame.poses), ...frame.targets];
    const box = canvas.getBoundingClientRect();
    const point = invert(cameraMatrix(stage.state.camera, size.width, size.height), [x - box.left, y - box.top]);
    return point && hit(targets, point);
  }

  /** The numbers that are seen of a node: its gradient where that has come back. @param {string} node */
  function seen(node) {
    const { back, scene } = shown?.stage ?? {};
    return back && back.share(node) > 0 ? { sign: SIGN[back.show], numbers: back.gradients.get(node) } : { sign: scene?.difference ? CHANGED : '', numbers: scene?.activations.get(node) };
  }

  function resize() {
    const { width, height } = root.getBoundingClientRect();
    const glides = Math.abs(width - size.width) > WIDE_CHANGE && size.width > 0;
    const margin = parseFloat(getComputedStyle(root).getPropertyValue('--margin')) || 0;
    Object.assign(size, { width, height, margin });
    refresh(glides);
  }

  /** The canvas is as large as the stage; a frame that scrolls makes the stage as tall as it needs. @param {Frame} frame */
  function fit({ scrolls, height }) {
    const tall = scrolls ? Math.ceil(height) : size.height;
    const key = `${size.width} ${tall} ${scrolls} ${window.devicePixelRatio}`;
    if (key === fitted) return;
    fitted = key;
    root.style.height = scrolls ? `${tall}px` : '';
    painter.resize(size.width, tall, window.devicePixelRatio || 1);
  }

  return {
    update(state, scene) {
      if (!scene) return;
      asked = { state, scene: differing(state, scene) };
      if (size.width === 0) resize();
      else refresh(false);
    },
    resize,
    dispose() {
      stop();
      warming.stop();
      unpan();
      root.replaceChildren();
    },
  };
}
