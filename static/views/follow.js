/** Near, the camera goes with the pass: the layer where the clock stands comes to the middle. It glides there, and rests. */

import { nodeAt, nodeBack } from '../anim/timeline.js';
import { createGlide } from '../graph/glide.js';
import { cameraOn, held } from '../graph/world.js';
import { cameraMatrix } from '../scene/camera.js';
import { apply } from '../scene/matrix.js';
import { extentOf } from '../scene/slices.js';

/** @import { Context } from '../types.d.ts' */
/** @import { Box, Frame, Stage } from '../stage.d.ts' */

/** What is in this middle part of the screen is seen: the camera stays. */
const MIDDLE = 0.7;

/** @param {Box} box @param {Stage} stage Whether its middle is in the middle part of the screen. */
export function isSeen({ x, y, w, h }, { state, width, height }) {
  const [px, py] = apply(cameraMatrix(state.camera, width, height), x + w / 2, y + h / 2);
  return Math.abs(px / width - 0.5) <= MIDDLE / 2 && Math.abs(py / height - 0.5) <= MIDDLE / 2;
}

/** The layer where the clock stands: backward the one that gradients come back through; empty at the end of all. @param {Stage} stage */
export const layerOf = ({ graph, back, t }) => (t === Infinity ? '' : ((back && nodeBack(graph, t)) || nodeAt(graph, t))?.name ?? '');

/** @param {Pick<Context, 'store' | 'actions' | 'clock'>} context */
export function createFollow({ store, actions, clock }) {
  const glide = createGlide(clock, () => store.get().camera, actions.setCamera);
  let last = '';
  return {
    /** @param {Stage} stage @param {Frame} frame */
    to(stage, { poses, world }) {
      const { state, graph } = stage, name = state.view === 'window' || state.field ? '' : layerOf(stage), before = last;
      last = name;
      const [pose, volume] = [poses.get(name), graph.volumes.get(name)];
      if (!before || before === name || !pose || !volume || (state.camera.zoom <= 1 && !world)) return;
      const box = extentOf(volume, pose);
      if (!isSeen(box, stage)) glide(held(cameraOn(box.x + box.w / 2, box.y + box.h / 2, state.camera.zoom, stage), world, stage));
    },
  };
}
