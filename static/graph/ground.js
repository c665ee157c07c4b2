/** The ground that a large network stands on: handles that open and fold its groups, and cameras that find their way on it. */

import { cameraMatrix, HOME } from '../scene/camera.js';
import { apply } from '../scene/matrix.js';
import { mountHandles } from './buttons.js';
import { openedTo, toggled } from './fold.js';
import { openFind } from './find.js';
import { createGlide } from './glide.js';
import { mountMinimap } from './minimap.js';
import { itemsOf } from './plan.js';
import { anchored, cameraTo, firstLook, fitted, held, leastZoom, screenIn } from './world.js';
import { flowColumns } from '../views/ending.js';

/** @import { Context, State } from '../types.d.ts' */
/** @import { Frame, Stage } from '../stage.d.ts' */
/** @typedef {{ stage: Stage, frame: Frame }} Shown */

/** Ways of the ground under the screen, and a key's step in shares of it. @type {Record<string, [number, number]>} */
const PAN = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEP = 0.3;
/** px at the top of the stage that the headline takes. */
const HEADLINE = 92;

/** @param {State['camera']} camera */
const toText = ({ x, y, zoom }) => `${x} ${y} ${zoom}`;

/**
 * @param {HTMLElement} root @param {Context} context
 * @param {{ shown: () => Shown | null, view: (stage: Stage) => Frame, size: { width: number, height: number } }} stage
 */
export function mountGround(root, context, { shown, view, size }) {
  const { actions, store, clock } = context;
  const glide = createGlide(clock, () => store.get().camera, actions.setCamera);
  const handles = mountHandles(root, toggle);
  const minimap = mountMinimap(root, { go: (camera, far) => (far ? glide(camera) : actions.setCamera(camera)), fold: () => actions.setOpen('', HOME), find: () => openFind(context) });

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

  /** The layer comes to the middle, out of the groups that it is in. @param {string} name */
  function goTo(name) {
    if (store.get().view !== 'overview') actions.show('overview');
    const now = shown();
    if (!now) return;
    actions.select(name, null);
    if (!now.frame.world) return;
    const { stage } = now;
    const open = openedTo(stage.state.open, itemsOf(stage.graph, flowColumns(stage, stage.graph.columns)), name);
    const next = view({ ...stage, state: { ...stage.state, open } });
    const box = next.extents?.get(name);
    actions.setOpen(open);
    if (box && next.world) glide(cameraTo(box, store.get().camera, next.world, size));
  }
  root.addEventListener('go', (event) => goTo(/** @type {CustomEvent<string>} */ (event).detail));

  // Where no cell is selected that they would move, arrows with Shift move the ground.
  addEventListener('keydown', (event) => {
    const way = PAN[event.key];
    const { node, at, camera, view: name } = store.get();
    if (!way || !event.shiftKey || (node && at) || name === 'window' || !shown()?.frame.world || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    glide(held({ ...camera, x: camera.x + way[0] * STEP, y: camera.y + way[1] * STEP }, shown()?.frame.world, size));
  });

  let looked = '';

  return {
    /** A network that is opened is seen as a whole, unless the address says what of it. @param {Shown} now */
    look({ stage: { scene, state }, frame: { world } }) {
      if (!world || looked === scene.network.id) return;
      looked = scene.network.id;
      const camera = state.open === '' && toText(state.camera) === toText(HOME) ? firstLook(world, size) : null;
      if (camera) queueMicrotask(() => actions.setCamera(camera));
    },
    /** @param {Shown} now */
    show({ stage, frame }) {
      const { camera } = stage.state;
      const m = cameraMatrix(camera, size.width, size.height);
      handles.show(frame.groups ?? [], m, screenIn(camera, size), size.width);
      minimap.show(stage, frame, size);
      root.toggleAttribute('data-wide', frame.world !== undefined);
    },
    /** Whether something stands where the headline does. @param {Shown} now @param {import('../stage.d.ts').Matrix} m */
    covers: ({ frame: { world, extents, groups = [] } }, m) =>
      world !== undefined && [...groups.map(({ box }) => box), ...(extents ?? new Map()).values()].some(({ x, y, w, h }) => {
        const [left, top] = apply(m, x, y);
        const [right, bottom] = apply(m, x + w, y + h);
        return top < HEADLINE && bottom > 0 && right > 0 && left < size.width;
      }),
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
