/** The words beside the steps of a large graph: a name where it fits, else what the step does. Pure. */

import { times } from '../scene/labels.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Label } from '../stage.d.ts' */
/** @import { Measured } from './measure.js' */
/** @import { Item } from './structure.js' */

/** px across of a letter: of a name, of small type. */
const LETTER = { name: 7.4, small: 6.2 };

/** @param {string} text @param {number} room @param {number} letter */
const fits = (text, room, letter) => text.length * letter <= room;

/** As much of a name as fits: all, its last parts, or what the node does. @param {NodeView} node @param {number} room */
function shortName({ name, summary }, room) {
  const parts = name.split(/[./]/).filter(Boolean);
  const tails = parts.map((_, k) => parts.slice(k).join('.'));
  return tails.find((tail) => fits(tail, room, LETTER.name)) ?? summary;
}

/** Names above, between and below the volumes of a step; groups have handles in their place. @param {Item} item @param {Measured} size @param {number} left @param {number} axis @returns {Label[]} */
export function stepLabels({ column }, { parts, w }, left, axis) {
  if (!column) return [];
  return parts.map(({ node, x, y, s }, k) => {
    const middle = left + x + s.width / 2;
    const text = shortName(node, w + 6);
    const name = { text, look: 'name' };
    const first = k === 0 && parts.length > 1;
    const last = k === parts.length - 1;
    const does = text !== node.summary && fits(node.summary, w + 10, LETTER.small) ? [{ text: node.summary, look: 'kind' }] : [];
    const lines = last ? [name, ...(parts.length === 1 ? does : []), { text: times(node.shape), look: 'shape' }] : [name];
    return /** @type {Label} */ ({
      key: `node ${node.name}`, x: middle, y: axis + (first ? y - 6 : y + s.height + 4), anchor: first ? 's' : 'n', look: first || last ? 'node tight' : 'node tight between', lines, width: w + 24, node: node.name,
    });
  });
}
