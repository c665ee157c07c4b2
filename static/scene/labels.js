/** What stands beside the volumes in words: as much as there is room for. Pure. */

import { isWeighted } from '../model/graph.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Label } from '../stage.d.ts' */

/** Room (px) from which name, shape, and everything is said. */
const ROOM = { name: 22, shape: 40, all: 60 };

/** 10×32×32. @param {number[]} shape */
export const times = (shape) => shape.join('×');

/** 60 362. @param {number} count */
export const thousands = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/**
 * A node's label: name, what it does, shape, parameters.
 * @param {NodeView} node @param {{ x: number, y: number, anchor: Label['anchor'] }} place @param {number} room px across
 * @param {'full' | 'shape' | 'name'} [most] say no more than this
 * @returns {Label[]}
 */
export function nodeLabel(node, { x, y, anchor }, room, most = 'full') {
  if (room < ROOM.name) return [];
  const lines = [{ text: node.name, look: 'name' }];
  const small = { text: times(node.shape), look: 'shape' };
  if (room >= ROOM.all && most === 'full') {
    lines.push({ text: node.summary, look: 'kind' }, small);
    if (isWeighted(node)) lines.push({ text: `${thousands(node.parameters)} weights`, look: 'shape' });
  } else if (room >= ROOM.shape && most !== 'name') lines.push(small);
  const look = room < ROOM.all ? 'node tight' : 'node';
  return [{ key: `node ${node.name}`, x, y, anchor, look, lines, width: room + 16, node: node.name }];
}
