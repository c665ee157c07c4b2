/** What the views need to know of a state and a scene, worked out once for as long as it holds. */

import { layerCount } from '../anim/timeline.js';
import { graphOf } from '../model/graph.js';
import { backOf } from '../scene/back.js';
import { lookOf } from '../scene/look.js';
import { changes } from '../ui/h.js';

/** @import { Scene, State } from '../types.d.ts' */
/** @import { Graph, Look, Stage } from '../stage.d.ts' */
/** @typedef {{ width: number, height: number, margin: number }} Size */

export function createSetting() {
  const [networkChanged, lookChanged, frameChanged] = [changes(), changes(), changes()];
  /** @type {Graph} */
  let graph = { nodes: [], logits: '', byName: new Map(), index: new Map(), volumes: new Map(), readers: new Map(), columns: [], blocks: [], largest: 1, smallest: 1 };
  /** @type {Look | null} */
  let look = null;

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
      if (look === null || lookChanged(scene.network, scene.activations, scene.trace, state.range, theme)) look = lookOf(scene, graph, state.range, theme);
      const close = state.view === 'window';
      const back = backOf(state, scene, graph, look, theme);
      const time = close ? state.t : back ? graph.nodes.filter(({ name }) => back.share(name) > 0).length + Number(back.share(graph.logits) < 1) / 2 : state.t >= layerCount(graph);
      const changed = frameChanged(
        look, back?.gradients, back?.show, back?.objective, scene.image, scene.network, state.view, state.node, state.at?.join(), time, close && scene.explanation, close && back && scene.backward, photo, size.width, size.height, size.margin,
      );
      return { stage: { scene, state, ...size, graph, look, back, t: state.t, photo }, changed };
    },
  };
}
