/** Which places of the picture weigh in the objective, as pixels to lie over it: clear where nothing, opaque at the range. Pure. */

/** @import { Tensor } from '../types.d.ts' */
/** @import { Pixels, Scale } from '../stage.d.ts' */

/** How much of the picture shows through the strongest place, of 255. */
const MOST = 235;

/** @param {Tensor} places @param {number} range where colours end @param {Scale} scale @returns {Pixels} */
export function overlay({ shape: [height, width], data }, range, scale) {
  const pixels = scale.paint(data, range || 1);
  for (let k = 0; k < data.length; k++) pixels[4 * k + 3] = Math.min(MOST, (Math.abs(data[k]) / (range || 1)) * MOST);
  return { width, height, data: pixels };
}

/** What the places are, where the colours end, and of what. */
export const SAID = {
  saliency: { name: '|∂L/∂x|', signed: false, what: 'How much a small change there moves L: the largest of its channels.' },
  product: { name: 'x · ∂L/∂x', signed: true, what: 'What each place gives to L, its channels added: green raises it, purple lowers it.' },
};
