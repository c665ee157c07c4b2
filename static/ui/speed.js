/** How fast the pass plays: a native list beside the timeline's buttons. */
import { PACE } from '../anim/windows.js';
import { SPEEDS } from '../state/app.js';
import { grainOf } from '../state/moment.js';
import { changes, h } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */

/** From a quarter to the fastest, each twice the one before. */
export const STEPS = Array.from({ length: Math.round(Math.log2(SPEEDS.most / SPEEDS.least)) + 1 }, (_, k) => SPEEDS.least * 2 ** k);

/** @param {number} speed */
const times = (speed) => (speed === 0.25 ? '¼×' : speed === 0.5 ? '½×' : `${Number(speed.toFixed(2))}×`);

/** In one window fast speeds keep to so many windows a second. @param {number} speed @param {boolean} [windowed] */
export const named = (speed, windowed = false) => (windowed && speed >= 8 ? `${Math.min(PACE.most, speed * PACE.slow)}/s` : times(speed));

/**
 * The speed after or before one, which need not be among them.
 * @param {number} now
 * @param {number} way 1 or -1
 */
export const nextSpeed = (now, way) =>
  (way > 0 ? STEPS.find((speed) => speed > now) : STEPS.findLast((speed) => speed < now)) ?? now;

/**
 * @param {HTMLElement} timeline
 * @param {Context} context
 * @returns {Part}
 */
export function mountSpeed(timeline, { actions }) {
  const select = h('select', { class: 'speed', 'aria-label': 'Speed', title: 'Speed (< and >)', on: { change: () => actions.setSpeed(Number(select.value)) } });
  timeline.querySelector('.transport')?.append(select);
  const moved = changes();
  return {
    update(state) {
      const { speed } = state, windowed = grainOf(state) === 'window';
      if (!moved(speed, windowed)) return;
      const all = STEPS.includes(speed) ? STEPS : [...STEPS, speed].sort((a, b) => a - b);
      select.replaceChildren(...all.map((one) => h('option', { value: one }, named(one, windowed))));
      select.value = String(speed);
    },
  };
}
