/** What the bench is about: the number that the lens shows, whether it can be set, and which filter makes its map. Pure. */
import { nodeOf } from '../state/select.js';
import { addressOf, makerOf } from './edits.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').State} State */
/**
 * address: the number's name for the server. given: whether it can be set. learnt: whether a training step moves it.
 * maker: the filter that makes the map in which it stands.
 * @typedef {{ address: string, given: boolean, learnt: boolean, maker: { node: string, channel: number } | null }} Target
 */

/** @param {State} state @param {Scene} scene @returns {Target | null} */
export function targetOf({ node, at, weight, objective }, scene) {
  if (weight && objective) {
    const array = nodeOf(scene, weight.node)?.params.find(({ name }) => name === weight.param);
    return array ? { address: addressOf(`${weight.node}.${weight.param}`, weight.at), given: true, learnt: true, maker: makerOf(scene, weight.node, weight.at[0]) } : null;
  }
  const found = node && at ? nodeOf(scene, node) : undefined;
  if (!found || !at) return null;
  const given = found.inputs.length === 0;
  return { address: addressOf(found.name, at), given, learnt: false, maker: given ? null : makerOf(scene, found.name, at[0]) };
}
