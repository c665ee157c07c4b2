/** The ground that a large network stands on: handles that open and fold its groups, and cameras that find their way on it. */

import { cameraMatrix } from '../scene/camera.js';
import { mountHandles } from './buttons.js';
import { toggled } from './fold.js';
import { mountMinimap } from './minimap.js';
import { anchored, fitted, held, leastZoom, screenIn } from './world.js';

/** @import { Context, State } from '../types.d.ts' */
/** @import { Frame, Stage } from '../stage.d.ts' */
/** @typedef {{ stage: Stage, frame: Frame }} Shown */

/**
 * @param {HTMLElement} root @param {Context} context
 * @param {{ shown: () => Shown | null, view: (stage: Stage) => Frame, size: { width: number, height: number } }} stage
 */
export function mountGround(root, { actions, store }, { shown, view, size }) {
  const handles = mountHandles(root, toggle);
  const minimap = mountMinimap(root, { go: (camera) => actions.setCamera(camera), fold: () => actions.setOpen('', fitted(undefined, size)) });

  /** Opens a group or folds it; it stays where it is on the screen. @param {string} id */
  function toggle(id) {
    const now = shown();
    if (!now?.frame.world) return;
    const { stage, frame } = now;
    const open = toggled(stage.state.open, id);
    const next = view({ ...stage, state: { ...stage.state, open } });
    const [before, after] = [frame, next].map(({ groups }) => groups?.find((group) => group.id === id)?.box);
    const { camera } = store.get();
    actions.setOpen(open, before && after && next.world ? anchored(camera, before, after, next.world, size) : camera);
  }

  return {
    /** @param {Shown} now */
    show({ stage, frame }) {
      const { camera } = stage.state;
      const m = cameraMatrix(camera, size.width, size.height);
      handles.show(frame.groups ?? [], m, screenIn(camera, size), size.width);
      minimap.show(stage, frame, size);
      root.toggleAttribute('data-wide', frame.world !== undefined);
    },
    /** Whether the node is drawn for a folded group; then that opens. @param {string} node */
    opens(node) {
      const group = shown()?.frame.groups?.find((g) => !g.open && g.node === node);
      if (group) toggle(group.id);
      return group !== undefined;
    },
    /** How far the camera may go away. */
    least: () => leastZoom(shown()?.frame.world, size),
    /** A camera that does not lose the world. @param {State['camera']} camera */
    held: (camera) => held(camera, shown()?.frame.world, size),
    /** Whether there is something to pan at any zoom. */
    pans: () => shown()?.frame.world !== undefined,
    /** All of it. */
    home: () => fitted(shown()?.frame.world, size),
  };
}
