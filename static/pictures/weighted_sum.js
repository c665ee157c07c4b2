/** A sum of products: a convolution's through a stack of channels, a dense layer's along a row. Pure. */

import { rowSum } from './parts/row_sum.js';
import { stackSum } from './parts/stack_sum.js';

/** @import { PictureFrame, PictureInput } from '../stage.d.ts' */

/** @param {PictureInput} input @returns {PictureFrame} */
export const weightedSum = (input) => (input.explanation.operands[0].cells.length === 3 ? stackSum(input) : rowSum(input));
