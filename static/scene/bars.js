/** The classes as bars of probability: all of a few, the ten likeliest of many. Pure. */

import { chance, signedThousandths as signed, thousandths } from '../lens/digits.js';
import { labelOf } from './back.js';
import { MOST_BARS } from './tail.js';

/** @import { Scene } from '../types.d.ts' */
/** @import { Back, Bar, Bars } from '../stage.d.ts' */

/** Where the bars are so wide (px), what a number is made of stands before it. */
export const TOLD_FROM = 230;

/** Which classes get a bar, in the order shown. @param {Scene} scene @returns {number[]} */
export function barClasses({ trace, network }) {
  if (!trace.prediction) return [];
  const { probabilities, top } = trace.prediction;
  return probabilities.length <= MOST_BARS ? probabilities.map((_, k) => k) : top.slice(0, MOST_BARS).map((p) => p.index);
}

/**
 * @param {Scene} scene @param {{ x: number, y: number, w: number, pitch: number }} room y: the first row's top
 * @param {string | null} node what a click on a bar selects a cell of @param {boolean} pending the pass has not come here yet
 * @param {number} [chosen] the class whose number is selected
 * @returns {Bars | null}
 */
export function barsOf(scene, { x, y, w, pitch }, node, pending, chosen) {
  const { trace, network, image } = scene;
  if (!trace.prediction) return null;
  const best = trace.prediction.top[0]?.index;
  const rows = barClasses(scene).map((index, k) => {
    const value = /** @type {import('../types.d.ts').Prediction} */ (trace.prediction).probabilities[index];
    const label = network.labels[index] ?? String(index);
    const look = [label === image.label ? 'truth' : '', index === best && !pending ? 'best' : '', index === chosen ? 'chosen' : ''].filter(Boolean).join(' ');
    return /** @type {Bar} */ ({ key: `bar ${k}`, index, label, value, text: (look ? chance(value, 1) : thousandths(value)), look, y: y + (k + 0.5) * pitch, said: changed(scene, index) });
  });
  return { x, w, pitch, rows, node, pending, range: null };
}

/** What the edits change of a class's probability, where there are any. @param {Scene} scene @param {number} index */
function changed({ change }, index) {
  return change?.prediction ? signed(change.prediction.probabilities[index]) : '';
}

/**
 * The same bars with the gradient of the logits, which is where the pass back starts: p − t for the loss of a label.
 * @param {Bars} bars of the probabilities @param {Scene} scene @param {Back} back
 * @returns {Bars}
 */
export function slopesOf(bars, { network }, { gradients, objective, look, show }) {
  const slopes = gradients.get(network.logits)?.data;
  if (!slopes) return bars;
  const label = labelOf(objective);
  const range = Math.max(...bars.rows.map(({ index }) => Math.abs(slopes[index])).filter(Number.isFinite), 0) || 1;
  const rows = bars.rows.map((row) => {
    const value = slopes[row.index];
    const chosen = row.index === label;
    return { ...row, value, text: signed(value), said: label === null || show === 'product' ? '' : `${chosen ? chance(row.value, 1) : thousandths(row.value)} − ${chosen ? 1 : 0}`, look: `${chosen ? 'label' : ''}${row.look.endsWith('chosen') ? ' chosen' : ''}`, ink: look.scale.css(value < 0 ? -1 : 1, 1.3) };
  });
  return { ...bars, rows, range };
}
