/** How a picture becomes a network's input, in words. Pure. */
import { about } from '../lens/digits.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('./spec.js').Preprocessing} Preprocessing */

/** The presets as people know them. @type {Record<string, [string, string]>} */
export const PRESETS = {
  '0..1': ['0 to 1', 'black is 0, white is 1'],
  '-1..1': ['−1 to 1', 'black is −1, white is 1'],
  imagenet: ['ImageNet', 'the mean colour of ImageNet’s photographs becomes 0, its spread 1: PyTorch’s models'],
  mnist: ['MNIST', 'the mean of MNIST’s digits becomes 0, their spread 1'],
  '0..255': ['0 to 255', 'pixels as they are'],
  caffe: ['Caffe, BGR', 'blue first, ImageNet’s mean colour taken away: Caffe’s and Keras’s older models'],
};
const CHANNELS = { RGB: ['red', 'green', 'blue'], BGR: ['blue', 'green', 'red'], L: ['grey'] };

/** The arithmetic in a few characters. @param {Preprocessing} p */
export const arithmetic = (p) => PRESETS[p.preset]?.[0] ?? '(x − mean)/std';

/**
 * The way of a picture, step by step: `450×300`, `crop 300×300`, `32×32`, `ImageNet`.
 * @param {Scene} scene
 * @returns {string[]}
 */
export function steps({ image, trace: { crop }, network: { preprocessing: p } }) {
  if (!p) return ['as it is'];
  const cut = crop.width < image.width || crop.height < image.height;
  return [`picture ${image.width}×${image.height}`, cut && `crop ${crop.width}×${crop.height}`, `shrink to ${p.size[1]}×${p.size[0]}`, formula(p)]
    .filter((step) => step !== false)
    .map((step) => (crop.width < p.size[1] ? step.replace('shrink', 'enlarge') : step));
}

/** @param {Preprocessing} p */
function formula(p) {
  const scaled = p.scale === 1 ? 'pixel' : `pixel/${about(p.scale)}`;
  const centred = p.mean.every((m) => m === 0) ? scaled : `(${scaled} − mean)`;
  return p.std.every((s) => s === 1) ? centred : `${centred}/std`;
}

/**
 * What pixels become, for each channel: `red −2.12 … 2.25`.
 * @param {Preprocessing} p
 */
export const ends = (p) => p.black.map((black, c) => ({ channel: channelName(p.channels, c), black: about(black), white: about(p.white[c]) }));

/** @param {string} order @param {number} c */
export const channelName = (order, c) => CHANNELS[/** @type {keyof typeof CHANNELS} */ (order)]?.[c] ?? `channel ${c}`;
