/** What is said of how well gradients flow: in a few words, and as a sentence with the numbers. Pure. */

import { CELL, single } from '../lens/digits.js';

/** @import { Flow, Scene, Strength } from '../types.d.ts' */


/** The first, the one nearest to the loss, that fades or explodes. @param {Strength[]} strengths from the input to the loss */
export const trouble = (strengths) => strengths.findLast(({ verdict }) => verdict !== '');

/** Maps of a network that let no gradient through. @param {Flow[]} flows */
export const deadMaps = (flows) => flows.filter(({ dead }) => dead.length > 0);

/** `2 dead maps`. @param {Flow} flow */
export const deadSaid = ({ dead, maps }) => (maps === 1 ? 'dead' : `${dead.length} dead map${dead.length === 1 ? '' : 's'}`);

/**
 * @param {Scene} scene @param {Strength[]} strengths
 * @returns {{ badge: string, reason: string }} badge: what is wrong, in two or three words, empty where nothing is
 */
export function health({ trace, network }, strengths) {
  const wrong = trouble(strengths), learning = strengths.filter(({ params }) => Object.keys(params).length > 0);
  const dead = deadMaps(trace.flows ?? []), maps = dead.reduce((sum, flow) => sum + flow.dead.length, 0);
  const [first, last] = [learning[0], learning[learning.length - 1]];
  const flows = first && last ? `‖∂L/∂x‖ is ${single(last.norm, CELL)} at ${last.name} and ${single(first.norm, CELL)} at ${first.name}. ` : '';
  const silent = maps ? `${maps} map${maps === 1 ? '' : 's'} let no gradient through for this picture: ${dead.map(({ name, dead: all }) => `${name} ${all.join(', ')}`).join('; ')}. ` : '';
  const bars = `The bars: the size of the gradient of each of ${network.nodes.length - 1} layers, by powers of ten: the least that is not 0 is the shortest, the greatest the longest. `;
  return { badge: wrong ? `${wrong.verdict} at ${wrong.name}` : '', reason: `${wrong ? `${wrong.reason} ` : flows}${silent}${wrong ? '' : bars}`.trim() };
}
