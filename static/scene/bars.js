/** The classes as bars of probability: all of a few, the ten likeliest of many. Pure. */

import { MOST_BARS } from './tail.js';

/** @import { Scene } from '../types.d.ts' */
/** @import { Bar, Bars } from '../stage.d.ts' */

/** Which classes get a bar, in the order shown. @param {Scene} scene @returns {number[]} */
export function barClasses({ trace, network }) {
  if (!trace.prediction) return [];
  const { probabilities, top } = trace.prediction;
  return probabilities.length <= MOST_BARS ? probabilities.map((_, k) => k) : top.slice(0, MOST_BARS).map((p) => p.index);
}

/**
 * @param {Scene} scene @param {{ x: number, y: number, w: number, pitch: number }} room y: the first row's top
 * @param {string | null} node what a click on a bar selects a cell of @param {boolean} pending the pass has not come here yet
 * @returns {Bars | null}
 */
export function barsOf(scene, { x, y, w, pitch }, node, pending) {
  const { trace, network, image } = scene;
  if (!trace.prediction) return null;
  const best = trace.prediction.top[0]?.index;
  const rows = barClasses(scene).map((index, k) => {
    const value = /** @type {import('../types.d.ts').Prediction} */ (trace.prediction).probabilities[index];
    const label = network.labels[index] ?? String(index);
    const look = [label === image.label ? 'truth' : '', index === best && !pending ? 'best' : ''].join(' ').trim();
    return /** @type {Bar} */ ({ key: `bar ${k}`, index, label, value, text: value.toFixed(3), look, y: y + (k + 0.5) * pitch });
  });
  return { x, w, pitch, rows, node, pending };
}
