/** Wheel and drag move the camera of the stage. */

import { zoomAt } from '../scene/camera.js';

/** @import { Actions, State, Store } from '../types.d.ts' */
/** @typedef {{ least: () => number, held: (camera: State['camera']) => State['camera'], pans: () => boolean, home: () => State['camera'] }} Ground */

/** One notch of a wheel (120 units) zooms by about a fifth. */
const PER_UNIT = 1.0016;

/**
 * @param {HTMLElement} root @param {Store} store @param {Actions} actions @param {Ground} ground what may be seen from where
 * @returns {() => void} takes the listeners away
 */
export function mountCamera(root, store, actions, ground) {
  const off = new AbortController();
  const { signal } = off;
  let dragged = false;

  root.addEventListener('wheel', (event) => {
    const box = root.getBoundingClientRect();
    const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const { camera, view } = store.get();
    if (view === 'window' || (!ground.pans() && (box.width < 560 || sideways))) return;
    event.preventDefault();
    const along = event.deltaX || event.deltaY;
    if (sideways) return actions.setCamera(ground.held({ ...camera, x: camera.x - along / box.width }));
    const point = /** @type {[number, number]} */ ([event.clientX - box.left, event.clientY - box.top]);
    actions.setCamera(ground.held(zoomAt(camera, PER_UNIT ** -event.deltaY, point, box.width, box.height, ground.least())));
  }, { signal, passive: false });

  root.addEventListener('pointermove', (event) => {
    const { camera, view } = store.get();
    if (event.buttons !== 1 || (camera.zoom === 1 && !ground.pans()) || view === 'window') return;
    const box = root.getBoundingClientRect();
    dragged = true;
    actions.setCamera(ground.held({ ...camera, x: camera.x + event.movementX / box.width, y: camera.y + event.movementY / box.height }));
  }, { signal });

  root.addEventListener('click', (event) => {
    if (dragged) event.stopPropagation();
    dragged = false;
  }, { signal, capture: true });

  root.addEventListener('dblclick', () => actions.setCamera(ground.home()), { signal });
  return () => off.abort();
}
