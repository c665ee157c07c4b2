/** What the views need to know of a state and a scene, worked out once for as long as it holds. */

import { layerCount, revealed } from '../anim/timeline.js';
import { graphOf } from '../model/graph.js';
import { backOf } from '../scene/back.js';
import { lookOf } from '../scene/look.js';
import { isFast, PACE, pace, spotAt } from '../anim/windows.js';
import { movedTo } from '../model/moved.js';
import { valueAt } from '../model/tensor.js';
import { isWindowed } from '../state/moment.js';
import { changes } from '../ui/h.js';

/** @import { ExplanationView, Scene, State } from '../types.d.ts' */
/** @import { createReel } from '../anim/reel.js' */
/** @import { Spot } from '../anim/windows.js' */
/** @import { Graph, Look, Stage } from '../stage.d.ts' */
/** @typedef {{ width: number, height: number, margin: number }} Size */

/** @param {ReturnType<typeof createReel>} reel */
export function createSetting(reel) {
  const [networkChanged, lookChanged, frameChanged] = [changes(), changes(), changes()];
  /** @type {Graph} */
  let graph = { nodes: [], logits: '', byName: new Map(), index: new Map(), volumes: new Map(), readers: new Map(), columns: [], blocks: [], largest: 1, smallest: 1 };
  /** @type {Look | null} */
  let look = null;

  /** What is told of the cell that passes: nothing while each is asked for, or when the layer fills. @param {State} state @param {Scene} scene @param {Spot | null} spot @returns {ExplanationView | null} */
  function told(state, scene, spot) {
    const e = scene.explanation;
    if (!spot || !state.playing || spot.pass !== 'forward' || state.grain !== 'window' || e?.node !== spot.node.name) return null;
    const rate = pace(spot.index, spot.n, state.speed);
    if (!isFast(rate) || e.at.join() === spot.cell.join()) return null;
    const values = scene.activations.get(spot.node.name);
    const unread = { value: values ? valueAt(values, spot.cell) : NaN, steps: [], params: reel.params(scene, spot) };
    const made = (rate <= PACE.most && reel.at(scene, spot)) || unread;
    return movedTo(scene, e, spot.cell, made, made.params);
  }

  return {
    /**
     * The views' input, and whether a view would now make another frame of it: not where only the time within the pass
     * has changed, which the painter knows of, or the camera.
     * @param {State} state @param {Scene} scene @param {Size} size @param {CanvasImageSource | null} photo
     * @returns {{ stage: Stage, changed: boolean }}
     */
    of(state, scene, size, photo) {
      const theme = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
      if (networkChanged(scene.network)) graph = graphOf(scene.network);
      if (look === null || lookChanged(scene.network, scene.activations, scene.trace, state.range, theme, state.colours)) look = lookOf(scene, graph, state.range, theme);
      const close = state.view === 'window';
      const spot = isWindowed(state) ? spotAt(scene.network, state.t, state.reading) : null, passing = told(state, scene, spot);
      const back = state.field ? null : backOf(state, scene, graph, look, theme); // what was seen is of the way forward
      const time = close ? (spot ? `${spot.node.name} ${spot.index} ${passing?.address} ${state.grain === 'term' && spot.share}` : `${state.t} ${state.grain}`) : back ? graph.nodes.filter(({ name }) => back.share(name) > 0).length + Number(back.share(graph.logits) < 1) / 2 : state.t >= layerCount(graph);
      const changed = frameChanged(
        look, scene.faces?.version, scene.backFaces?.version, back?.gradients, back?.show, back?.objective, scene.image, scene.network, state.view, state.open, state.node, state.at?.join(), state.field && (scene.explanation ?? true), state.pins, state.reading, Math.round(2 * Math.log2(state.camera.zoom)), time, close && scene.explanation, close && back && scene.backward, close && scene.giving, photo, size.width, size.height, size.margin,
      );
      return { stage: { scene, state, ...size, graph, look, back: backIn(back, spot, state), t: state.t, photo, spot, passing }, changed };
    },
  };
}

/** How much of a node is there at the stage's time: while its windows are looked at, all; what the clock has not come to is veiled. @param {Stage} stage @returns {(node: string) => number} */
export const revealing = ({ graph, t, spot }) => (node) => (spot?.node.name === node ? 1 : revealed(graph, node, t));

/** The pass back, of what is looked at in one window all that has come; what the clock has not come to is veiled. @param {import('../stage.d.ts').Back | null} back @param {Spot | null} spot @param {State} [state] */
export function backIn(back, spot, state) {
  const near = spot ? (spot.pass === 'backward' ? spot.node.name : null) : state?.view === 'window' ? state.node : null;
  if (!back || near === null) return back;
  return { ...back, share: (/** @type {string} */ node) => (node === near && (spot || back.share(node) > 0) ? 1 : back.share(node)) };
}
