/** Figures: the parts that the server names become elements. One file per family of parts. */
import { h } from '../../ui/h.js';
import { bars, sum } from './bars.js';
import { boxes } from './boxes.js';
import { chain } from './chain.js';
import { curve } from './curve.js';
import { grid } from './grid.js';
import { net } from './net.js';
import { size } from './size.js';
import { code, line, links, math, number, op, photo, table, words } from './text.js';
import { volume } from './volume.js';

/** @typedef {import('../types.d.ts').Board} Board */
/** @typedef {import('../types.d.ts').Hands} Hands */
/** @typedef {import('../types.d.ts').Item} Item */

/** @type {{ [K in Item['kind']]: (item: Extract<Item, { kind: K }>, hands: Hands) => Element[] }} */
const DRAW = { bars, boxes, chain, code, curve, grid, line, links, math, net, number, op, photo, size, sum, table, volume, words };

/**
 * @param {Board} board
 * @param {Hands} hands
 * @returns {HTMLElement[]}
 */
export const drawBoard = (board, hands) =>
  (board.rows ?? []).map((row) => h('div', { class: 'row' }, row.map((item) => drawn(item, hands))));

/** @param {Item} item @param {Hands} hands */
function drawn(item, hands) {
  const draw = /** @type {(item: Item, hands: Hands) => Element[]} */ (DRAW[item.kind]);
  return h('div', { class: `item ${item.kind}` }, draw(item, hands));
}
