/** What the field says, in one sentence from the data. Pure. */

import { graphOf } from '../model/graph.js';
import { blockOf, fieldOf } from './field.js';

/** @import { Scene, State } from '../types.d.ts' */

/** @type {[number, string][]} */
const SHARES = [[0.999, 'all of the picture'], [0.7, 'most of the picture'], [0.4, 'about half of the picture'], [0.2, 'about a quarter of the picture'], [0.08, 'about a tenth of the picture'], [0, 'a small part of the picture']];

/** @param {State} state @param {Scene} scene @returns {{ title: { text: string, em?: boolean }[], sub: string } | null} */
export function fieldHeadline(state, scene) {
  const { node, at } = state, input = scene.network.nodes.find(({ name }) => name === scene.network.input);
  if (!state.field || !node || !at || !input) return null;
  const block = blockOf(fieldOf(graphOf(scene.network), node, at).get(input.name) ?? []);
  if (!block) return null;
  const [rows, columns] = [block[1] - block[0], block[3] - block[2]], [height, width] = input.shape.slice(-2);
  const share = (rows * columns) / (height * width), said = SHARES.find(([least]) => share >= least)?.[1] ?? '';
  return {
    title: [{ text: `One number of ${node} has seen ` }, { text: `${rows}×${columns} pixels`, em: true }, { text: `, ${said}.` }],
    sub: `Nothing outside of this cone can change it. Choose another number with Shift and the arrows; F goes back.`,
  };
}
