/** Wheel and drag move the camera of the stage. */

import { HOME, zoomAt } from '../scene/camera.js';

/** @import { Actions, Store } from '../types.d.ts' */

/** One notch of a wheel (120 units) zooms by about a fifth. */
const PER_UNIT = 1.0016;

/**
 * @param {HTMLElement} root @param {Store} store @param {Actions} actions
 * @returns {() => void} takes the listeners away
 */
export function mountCamera(root, store, actions) {
  const off = new AbortController();
  const { signal } = off;
  let dragged = false;

  root.addEventListener('wheel', (event) => {
    const box = root.getBoundingClientRect();
    if (store.get().view === 'window' || box.width < 560) return;
    event.preventDefault();
    const point = /** @type {[number, number]} */ ([event.clientX - box.left, event.clientY - box.top]);
    actions.setCamera(zoomAt(store.get().camera, PER_UNIT ** -event.deltaY, point, box.width, box.height));
  }, { signal, passive: false });

  root.addEventListener('pointermove', (event) => {
    const { camera, view } = store.get();
    if (event.buttons !== 1 || camera.zoom === 1 || view === 'window') return;
    const box = root.getBoundingClientRect();
    dragged = true;
    actions.setCamera({ ...camera, x: camera.x + event.movementX / box.width, y: camera.y + event.movementY / box.height });
  }, { signal });

  root.addEventListener('click', (event) => {
    if (dragged) event.stopPropagation();
    dragged = false;
  }, { signal, capture: true });

  root.addEventListener('dblclick', () => actions.setCamera(HOME), { signal });
  return () => off.abort();
}
