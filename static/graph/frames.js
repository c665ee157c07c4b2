/** What stands around a group: cards behind a folded one, a frame around an open one, and the handle that turns one into the other. Pure. */

import { rect } from '../scene/marks.js';
import { cardsOf, CARDS, EDGE } from './measure.js';

/** @import { Box, Handle } from '../stage.d.ts' */
/** @import { Tile } from './edges.js' */
/** @import { Plan } from './plan.js' */
/** @import { Item } from './structure.js' */

/** px from what is inside a frame to the frame, per group that is open inside it: above and below; at its sides, so that two open stages beside each other stay apart. */
const AIR = 9;
const SIDE = 4;
/** px that a handle stands above an open group. */
const HEAD = 22;

/** Cards behind a folded group: it is several. @param {Item} item @param {Box} extent of its volume @returns {Tile} */
export function cardTile(item, extent) {
  const count = cardsOf(item);
  const cards = Array.from({ length: count + 1 }, (_, k) => count - k).map((k) =>
    rect({ x: extent.x - EDGE + k * CARDS.away, y: extent.y - EDGE - k * CARDS.away, w: extent.w + 2 * EDGE, h: extent.h + 2 * EDGE }, { fill: 'sheet', stroke: 'ink', width: 0.9, alpha: 0.38, fillAlpha: 2.6 }));
  const out = EDGE + count * CARDS.away;
  return { box: { x: extent.x - out, y: extent.y - out, w: extent.w + 2 * out, h: extent.h + 2 * out }, marks: cards };
}

/** What is inside an open group, on the stage. @param {Item} group @param {Plan} plan @param {number} left @returns {Box} */
export function boxOf(group, { seen, made, axis }, left) {
  const names = new Set(group.nodes);
  const boxes = seen.items.flatMap((item, k) => (names.has(item.out) ? [made.boxes[k]] : []));
  const lanes = lanesIn(boxes, made);
  const x = Math.min(...boxes.map((b) => b.x));
  const y = Math.min(...boxes.map((b) => b.y), ...lanes);
  const deep = 1 + Math.max(0, ...seen.open.filter((other) => other.id.startsWith(`${group.id}.`)).map(() => 1));
  const [air, side] = [AIR * deep, SIDE * deep];
  const top = air + HEAD * deep;
  return {
    x: left + x - side, y: axis + y - top,
    w: Math.max(...boxes.map((b) => b.x + b.w)) - x + 2 * side, h: Math.max(...boxes.map((b) => b.y + b.h), ...lanes) - y + top + air,
  };
}

/** Heights at which edges pass over boxes. @param {Box[]} boxes @param {Plan['made']} made */
function lanesIn(boxes, made) {
  const [x0, x1] = [Math.min(...boxes.map((b) => b.x)), Math.max(...boxes.map((b) => b.x + b.w))];
  return made.routes.flatMap((points) => points.filter(([x]) => x > x0 && x < x1).map(([, y]) => y));
}

/** @param {Item} group @param {Plan} plan @param {number} left @returns {Tile} */
export function frameTile(group, plan, left) {
  const box = boxOf(group, plan, left);
  return { box, marks: [rect(box, { fill: 'sheet', fillAlpha: 0.55, stroke: 'ink', width: 1, alpha: 0.3 })] };
}

/** The handles of all groups that are seen. @param {Plan} plan @param {number} left @returns {Handle[]} */
export function handles(plan, left) {
  const { seen, made, axis } = plan;
  const folded = seen.items.flatMap((item, k) => {
    if (item.column) return [];
    const box = made.boxes[k];
    const { up, down, parts } = plan.sizes[k];
    const bottom = parts[0].y + parts[0].s.height + EDGE;
    return [handle(item, { x: left + box.x, y: axis + box.y, w: box.w, h: up + down }, { x: left + box.x + box.w / 2, y: axis + made.axes[k] + bottom + 3 }, false)];
  });
  const open = seen.open.map((group) => {
    const box = boxOf(group, plan, left);
    return handle(group, box, { x: box.x, y: box.y }, true);
  });
  return [...open, ...folded];
}

/** @param {Item} item @param {Box} box @param {{ x: number, y: number }} at @param {boolean} open @returns {Handle} */
function handle(item, box, { x, y }, open) {
  const parameters = item.nodes.reduce((sum, node) => sum + node.parameters, 0);
  return { id: item.id, node: item.out.name, open, box, x, y, title: saidOf(item), shape: item.out.shape.join('×'), layers: item.nodes.length, parameters, parts: partsOf(item) };
}

/** What the network calls what is in a group: `block2`, or `block2–4`. @param {Item} item */
function partsOf({ nodes }) {
  const parts = [...new Set(nodes.map(({ name }) => name.split(/[./]/).filter(Boolean)).map((all) => (all.length > 1 ? all[0] : '')))];
  if (parts.includes('') || parts.length === 1) return parts.length === 1 ? parts[0] : '';
  const [first, last] = [parts[0], parts[parts.length - 1]].map((part) => /^(.*?)(\d+)$/.exec(part) ?? [part, part, '']);
  return `${first[0]}–${first[1] === last[1] ? last[2] : last[0]}`;
}

/** `×3 MBConv`. @param {Item} item */
const saidOf = (item) => (item.items.length > 1 && item.items.every((block) => like(block, item)) ? `×${item.items.length} ${item.title}` : item.title);

/** Whether what is inside is what the group repeats. @param {Item} block @param {Item} group */
const like = (block, group) => (block.column ? !group.items[0].title && group.title === group.items[0].nodes[0].summary : block.title !== '');
