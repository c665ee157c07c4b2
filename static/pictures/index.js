/** One picture for each kind of arithmetic that the engine explains: its name is the file's. */

import { combine } from './combine.js';
import { copy } from './copy.js';
import { normalize } from './normalize.js';
import { pointwise } from './pointwise.js';
import { reduce } from './reduce.js';
import { weightedSum } from './weighted_sum.js';

/** @import { PictureFrame, PictureInput } from '../stage.d.ts' */

/** @type {Record<string, (input: PictureInput) => PictureFrame>} */
export const PICTURES = { weighted_sum: weightedSum, reduce, pointwise, normalize, combine, copy };
