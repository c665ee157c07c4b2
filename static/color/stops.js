/**
 * Three choices of colours, each a pair for values and a pair for gradients; every pair stays apart for eyes that do not
 * see red, green or blue. Stops from −1 to 1; where zero stands the theme's sheet is put in.
 */

/** @import { Colours } from '../types.d.ts' */
/** @import { Theme } from './palette.js' */
/** @typedef {'activation' | 'gradient'} Kind */
/** @typedef {[number, string][]} Stops */

/** @type {Record<Colours, Record<Kind, Record<Theme, Stops>>>} */
export const STOPS = {
  orange: {
    activation: {
      light: [[-1, '#0a3a78'], [-0.5, '#5b93cb'], [0.5, '#f0a257'], [1, '#a33a04']],
      dark: [
        [-1, '#d3e9ff'], [-0.72, '#86c1ff'], [-0.42, '#3f8df2'], [-0.16, '#1c4d96'],
        [0.16, '#7d430f'], [0.42, '#e08427'], [0.72, '#ffbf6b'], [1, '#ffefd0'],
      ],
    },
    gradient: {
      light: [[-1, '#471a78'], [-0.5, '#a483c8'], [0.5, '#6cbb80'], [1, '#0b5a30']],
      dark: [
        [-1, '#eadcff'], [-0.72, '#c3a2ff'], [-0.42, '#9058e0'], [-0.16, '#4a2a86'],
        [0.16, '#12553c'], [0.42, '#2ab277'], [0.72, '#7fe9ae'], [1, '#d9ffe9'],
      ],
    },
  },
  red: {
    activation: {
      light: [[-1, '#053061'], [-0.5, '#4393c3'], [0.5, '#d6604d'], [1, '#67001f']],
      dark: [
        [-1, '#d1e5ff'], [-0.72, '#83bdff'], [-0.42, '#3a8ae8'], [-0.16, '#1b4b8c'],
        [0.16, '#7a2a1f'], [0.42, '#e0584d'], [0.72, '#ffa48c'], [1, '#ffe6d0'],
      ],
    },
    gradient: {
      light: [[-1, '#543005'], [-0.5, '#bf812d'], [0.5, '#35978f'], [1, '#003c30']],
      dark: [
        [-1, '#fff0cf'], [-0.72, '#f0c878'], [-0.42, '#c98a2c'], [-0.16, '#5f3f10'],
        [0.16, '#0b4f59'], [0.42, '#1f94b8'], [0.72, '#7fd0e8'], [1, '#d8f4ff'],
      ],
    },
  },
  gold: {
    activation: {
      light: [[-1, '#2d004b'], [-0.5, '#8073ac'], [0.5, '#d9a514'], [1, '#6b4a00']],
      dark: [
        [-1, '#e2dcff'], [-0.72, '#ab9cf8'], [-0.42, '#735ccf'], [-0.16, '#3a2b7a'],
        [0.16, '#5c4a08'], [0.42, '#c9a21c'], [0.72, '#f2d35c'], [1, '#fff5cc'],
      ],
    },
    gradient: {
      light: [[-1, '#003a4d'], [-0.5, '#3f8fa8'], [0.5, '#c98a6a'], [1, '#6e2c10']],
      dark: [
        [-1, '#d4f2ff'], [-0.72, '#86d3ef'], [-0.42, '#3596b8'], [-0.16, '#154a5e'],
        [0.16, '#6a3a22'], [0.42, '#c9764a'], [0.72, '#f5b48f'], [1, '#ffe7d9'],
      ],
    },
  },
};

/** What the colours of gradients are called, below zero and above. @type {Record<Colours, [string, string]>} */
export const CALLED = { orange: ['purple', 'green'], red: ['brown', 'teal'], gold: ['blue', 'brown'] };
/** What the colours of values are called, below zero and above. @type {Record<Colours, [string, string]>} */
export const VALUES_CALLED = { orange: ['blue', 'orange'], red: ['blue', 'red'], gold: ['violet', 'gold'] };
