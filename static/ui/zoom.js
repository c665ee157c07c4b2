/** Nearer, farther, and the whole again: what the wheel and a double click do, for keys and for who does not know of them. */
import { changes, h } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */

/** Two notches of a wheel. */
const NOTCHES = 240;

/**
 * @param {HTMLElement} scene what answers to the wheel
 * @param {HTMLElement} beside
 * @returns {Part}
 */
export function mountZoom(scene, beside) {
  const turn = (/** @type {number} */ deltaY) => () => {
    const { left, top, width, height } = beside.getBoundingClientRect();
    scene.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX: left + width / 2, clientY: top + height / 2, cancelable: true }));
  };
  const button = (/** @type {string} */ text, /** @type {string} */ name, /** @type {() => void} */ run) =>
    h('button', { 'aria-label': name, title: name, on: { click: run } }, text);
  const fit = h('button', { class: 'fit', title: 'The whole network again (double click)', on: { click: () => scene.dispatchEvent(new MouseEvent('dblclick')) } }, 'Fit');
  const root = h('div', { id: 'zoom', role: 'group', 'aria-label': 'Zoom' },
    fit, button('−', 'Farther (wheel)', turn(NOTCHES)), button('+', 'Nearer (wheel); then drag', turn(-NOTCHES)));
  beside.after(root);
  const moved = changes();
  return {
    update({ camera, view }, now) {
      if (!moved(camera, view, Boolean(now))) return;
      root.hidden = !now || view === 'window';
      fit.hidden = camera.zoom === 1 && camera.x === 0 && camera.y === 0;
    },
  };
}
