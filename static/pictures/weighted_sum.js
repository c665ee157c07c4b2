/**
 * A sum of products: a convolution's through a stack of channels, a dense layer's along a row. What reads its input in
 * no such order is told step by step. Pure.
 */

import { combine } from './combine.js';
import { closeUp, movesIn } from './parts/close_up.js';
import { rowSum } from './parts/row_sum.js';
import { singleSum } from './parts/single_sum.js';
import { stackSum } from './parts/stack_sum.js';

/** @import { PictureFrame, PictureInput } from '../stage.d.ts' */

/** @param {PictureInput} input @returns {PictureFrame} */
export function weightedSum(input) {
  const { operands, steps, products } = input.explanation;
  const [x] = operands;
  const terms = x ? x.cells.reduce((product, axis) => product * axis.length, 1) : 0;
  if (!x || (products !== null && products.length !== terms) || terms === 0 || (steps.length > 0 && steps.length < x.cells[0].length)) return combine(input);
  if (x.cells.length === 3 && movesIn(input)) return closeUp(input);
  if (x.cells.length === 3) return x.cells[0].length === 1 && (terms > 1 || operands[1].name === 'a') && input.box.w >= 480 ? singleSum(input) : stackSum(input);
  return x.cells.length === 1 && products ? rowSum(input) : combine(input);
}
