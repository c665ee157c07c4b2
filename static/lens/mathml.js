/** Formulas from the server as elements: one <math>, of what a formula may hold and nothing else. */

import { built, FORMULA, parse } from '../ui/markup.js';

/** @typedef {import('../ui/markup.js').Tree} Tree */

const SUBJECT = { name: 'formula', elements: new Set(FORMULA) };

/**
 * @param {string} source
 * @returns {Tree}
 */
export function parseMathml(source) {
  const [math, ...rest] = parse(source, SUBJECT);
  if (math === undefined || rest.length || typeof math === 'string' || math.tag !== 'math') {
    throw new Error('The formula is not one <math> element.');
  }
  return math;
}

/**
 * The formula as an element, after `adapt`; a formula that makes no sense is no reason to show no numbers.
 * @param {string} source
 * @param {(tree: Tree) => Tree} [adapt]
 * @returns {MathMLElement | null}
 */
export function formula(source, adapt = (tree) => tree) {
  try {
    return /** @type {MathMLElement} */ (built([adapt(parseMathml(source))])[0]);
  } catch (error) {
    console.error(error);
    return null;
  }
}
