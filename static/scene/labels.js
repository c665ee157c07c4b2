/** What stands beside the volumes in words: as much as there is room for. Pure. */

import { thousands } from '../lens/digits.js';
import { isWeighted } from '../model/graph.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Label } from '../stage.d.ts' */

/** Room (px) from which name, shape, and everything is said. */
/** px across of a small letter, on average. */
const LETTER = 6.2;
/** Of a name in bold. */
const NAME_LETTER = 9;
/** px between what two neighbours say of their weights, and more than fits() allows. */
const APART = 12;
/** px between two names in a row. */
const ROW_AIR = 3;
const ROOM = { name: 22, shape: 40, all: 60, word: 100 };

/** 10×32×32. @param {number[]} shape */
export const times = (shape) => shape.join('×');

/**
 * The label of a strip, which stands close to others: the logits' goes to the right under the bars, another's to the left.
 * @param {NodeView} node @param {{ x: number, y: number, w: number }} strip x, its bottom, its width @param {boolean} last
 * @returns {Label}
 */
export function stripLabel(node, { x, y, w }, last) {
  const lines = [{ text: node.name, look: 'name' }, { text: times(node.shape), look: 'shape' }];
  if (last && isWeighted(node)) lines.push({ text: `${thousands(node.parameters)} parameters`, look: 'shape' });
  return {
    key: `node ${node.name}`, x: last ? x - 1 : x + w + 2, y: y + 7, anchor: last ? 'nw' : 'ne', look: 'node strip', lines, width: 150, node: node.name,
  };
}

const LONG_WORD = / parameters$/, SHORT_WORD = / params$/;

/** A picture has one word for parameters: the short one where not everybody has room for the long. @param {Label[]} labels @returns {Label[]} */
export function oneWord(labels) {
  if (!labels.some(({ lines }) => lines.some(({ text }) => SHORT_WORD.test(text)))) return labels;
  return labels.map((label) => (label.lines.some(({ text }) => LONG_WORD.test(text)) ? { ...label, lines: label.lines.map((line) => ({ ...line, text: line.text.replace(LONG_WORD, ' params') })) } : label));
}

/** px that a sign before a name takes. @param {string} sign */
export const signRoom = (sign) => sign.length * LETTER;

/** Whether a small text has room, by the usual width of its letters. @param {string} text @param {number} room */
const fits = (text, room) => text.length * LETTER <= room + 6;

/**
 * A node's label: name, what it does, shape, parameters.
 * @param {NodeView} node @param {{ x: number, y: number, anchor: Label['anchor'] }} place @param {number} room px across
 * @param {'full' | 'shape' | 'name'} [most] say no more than this
 * @returns {Label[]}
 */
export function nodeLabel(node, { x, y, anchor }, room, most = 'full') {
  if (room < ROOM.name || !fits(node.name, room)) return [];
  const lines = [{ text: node.name, look: 'name' }];
  const small = { text: times(node.shape), look: 'shape' };
  if (room >= ROOM.all && most === 'full') {
    if (node.summary !== node.name && fits(node.summary, room)) lines.push({ text: node.summary, look: 'kind' });
    lines.push(small);
    const weights = `${thousands(node.parameters)} ${room >= ROOM.word ? 'parameters' : 'params'}`;
    if (isWeighted(node) && fits(weights, room - APART)) lines.push({ text: weights, look: 'shape' });
  } else if (room >= ROOM.shape && most !== 'name') lines.push(small);
  const look = room < ROOM.all ? 'node tight' : 'node';
  return [{ key: `node ${node.name}`, x, y, anchor, look, lines, width: room + 16, node: node.name }];
}

/** `avg pool` of a global average pool. @param {string} does */
const inShort = (does) => does.replace(/^global /, '').replace('average', 'avg');

/**
 * Where a name has no room: the part of the network that it belongs to, `block2` of `block2.expand.conv`; of a name without
 * parts, or with no more than a number, what the node does, where that is shorter. All of a part have one key, so that the first of them says it.
 * @param {NodeView} node @param {{ x: number, y: number }} place
 * @returns {Label}
 */
export function partLabel(node, { x, y }) {
  const [part = node.name, ...more] = node.name.split(/[./]/).filter(Boolean);
  const text = /^\d+$/.test(part) ? inShort(node.summary) : more.length || part.length <= node.summary.length ? part : node.summary;
  return { key: `part ${part}`, x, y, anchor: 'nw', look: 'channel', lines: [{ text }], node: node.name };
}

/** Letters that are narrow, and how wide they are beside others. */
const NARROW = /[fijlrt.1]/g, SLIM = 0.6;
/** How many letters of usual width a name is as wide as. @param {string} name */
const lettersOf = (name) => name.length - (1 - SLIM) * (name.match(NARROW)?.length ?? 0);

/** How wide a label is, about. @param {Label} label */
const widthOf = ({ lines, look }) =>
  Math.max(...lines.map((line) => (line.look === 'name' ? lettersOf(line.text) : line.text.length) * (line.look === 'name' ? (look === 'node' ? NAME_LETTER : LETTER * 1.25) : LETTER)));

/** px from line to line, of names and of the rest: usually, and in small type. */
const LINES = [{ name: 18, other: 15.5 }, { name: 15, other: 13.5 }];
/** Where a label's box lies from its point: so many of its widths, of its heights. @type {Record<Label['anchor'], [number, number]>} */
const ANCHORS = { n: [0.5, 0], s: [0.5, 1], o: [0.5, 0.5], w: [0, 0.5], e: [1, 0.5], nw: [0, 0], sw: [0, 1], ne: [1, 0], se: [1, 1] };
/** What is said in one line. */
const INLINE = /^(block|kind)/;

/** The room that a label takes, about. @param {Label} label */
export function roomOf(label) {
  const { lines, look, anchor, x, y } = label, [left, up] = ANCHORS[anchor];
  const line = LINES[Number(/tight|strip/.test(look))], inline = INLINE.test(look), shown = lines.filter((one) => one.look !== 'flag');
  const w = inline ? lines.reduce((sum, { text }) => sum + text.length * LETTER, 0) : widthOf({ ...label, lines: shown });
  const h = inline ? line.name : shown.reduce((sum, one) => sum + (one.look === 'name' ? line.name : line.other), 0);
  return { x: x - left * w, y: y - up * h, w, h };
}

/** @param {Label} label */
const middleOf = (label) => (label.anchor === 'nw' ? label.x + widthOf(label) / 2 : label.x);

/**
 * The labels that can stand beside one another in their rows; of two that cannot, the one that comes first stays.
 * @param {Label[]} labels @param {number} [air] px between two
 * @returns {Label[]}
 */
export function uncrowded(labels, air = 5) {
  /** @type {Label[]} */
  const kept = [];
  for (const label of labels) {
    const near = (/** @type {Label} */ other) =>
      Math.abs(other.y - label.y) < 6 && Math.abs(middleOf(other) - middleOf(label)) < (widthOf(other) + widthOf(label)) / 2 + air;
    if (!kept.some(near)) kept.push(label);
  }
  return kept;
}

/**
 * Labels that have no room beside one another, one below the other: each in the first row where it stands free.
 * @param {Label[]} labels @param {number} rows at most @param {number} pitch px from row to row
 * @param {string} [sign] what will stand before each name
 * @returns {Label[]}
 */
export function stacked(labels, rows, pitch, sign = '') {
  /** @type {Label[]} */
  const kept = [];
  for (const label of [...labels].sort((a, b) => a.x - b.x)) {
    const tries = Array.from({ length: rows }, (_, row) => ({ ...label, y: label.y + row * pitch }));
    const free = tries.find((one) => uncrowded([...kept, one], ROW_AIR + signRoom(sign)).length > kept.length);
    if (free) kept.push(free);
  }
  return kept;
}

/** Whether two labels stand in each other's room, by more than an estimate of it errs. @param {ReturnType<typeof roomOf>} one @param {ReturnType<typeof roomOf>} other */
export const collide = (one, other) =>
  Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x) > 3 && Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y) > 2;

/** What stands above something goes further up where another label stands already. @param {Label[]} labels @param {Label[]} others @returns {Label[]} */
export const lifted = (labels, others) => labels.map((label) => {
  const under = label.anchor === 's' ? others.map(roomOf).filter((room) => collide(roomOf(label), room)) : [];
  return under.length ? { ...label, y: Math.min(...under.map(({ y }) => y)) - 2 } : label;
});
