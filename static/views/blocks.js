/** The names of the blocks under the flow, and a word on what stands above and below its axis. Pure. */

import { line } from '../scene/marks.js';
import { extentOf } from '../scene/slices.js';

/** @import { Block, Box, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Line } from '../scene/funnel.js' */
/** @import { Form } from './form.js' */

/** A note needs so much room (px) between the headline and the volumes below it, or between volumes and brackets. */
const NOTE = { w: 250, h: 58 };
/** What stands above and below the axis, on the way forward and on the way back. @type {{ above: Label['lines'], below: Label['lines'] }} */
const FORWARD = {
  above: [{ text: 'Above the axis: what the filters answer,' }, { text: 'negative', look: 'neg' }, { text: ' and ', look: 'inline' }, { text: 'positive', look: 'pos' }, { text: '.', look: 'inline' }],
  below: [{ text: 'Below: after relu, only' }, { text: 'the ', look: 'inline' }, { text: 'positive', look: 'pos' }, { text: ' live on.', look: 'inline' }],
};
/** @type {typeof FORWARD} */
const BACK = {
  above: [{ text: 'Above the axis: what relu let back through,' }, { text: 'exactly 0 where the filters answered below 0.' }],
  below: [{ text: 'Below: what comes back,' }, { text: 'before relu masks it.' }],
};
/** More channels in front than this are not listed. */
const MOST_FRONTS = 4;

/** @param {Block} block @param {Stage} stage @param {Map<string, Pose>} poses @returns {Box[]} */
const boxesOf = (block, { graph }, poses) =>
  block.columns.flatMap((column) =>
    column.nodes.flatMap((node) => {
      const [pose, volume] = [poses.get(node.name), graph.volumes.get(node.name)];
      return pose && volume ? [extentOf(volume, pose)] : [];
    }),
  );

/**
 * Brackets under the blocks, and which channels stand in front.
 * @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Line[]} placed @param {(node: string) => number} front
 * @returns {{ marks: Mark[], labels: Label[] }}
 */
export function blockMarks(stage, form, poses, placed, front) {
  const { blocks } = stage.graph;
  if (form.name === 'phone' || form.name === 'narrow' || blocks.length < 2 || placed.length > 1) return { marks: [], labels: [] };
  const y = stage.height - form.foot + 8;
  const parts = blocks.map((block) => {
    const boxes = boxesOf(block, stage, poses);
    const [x0, x1] = [Math.min(...boxes.map((b) => b.x)), Math.max(...boxes.map((b) => b.x + b.w))];
    const fronts = [...new Set(block.columns.filter((c) => c.nodes[0].params.length).map((c) => front(c.nodes[0].name)))];
    const said = form.name === 'wide' && x1 - x0 > 190 ? inFront(fronts) : '';
    return {
      mark: line([[x0, y - 5], [x0, y], [x1, y], [x1, y - 5]], { width: 0.9, alpha: 0.4 }),
      label: /** @type {Label} */ ({
        key: `block ${block.index}`, x: (x0 + x1) / 2, y: y + 6, anchor: 'n', look: 'block',
        lines: [{ text: block.title, look: 'title' }, ...(said ? [{ text: said, look: 'said' }] : [])],
      }),
    };
  });
  return { marks: parts.map((p) => p.mark), labels: parts.map((p) => p.label) };
}

/** @param {number[]} fronts */
function inFront(fronts) {
  if (fronts.length === 0) return '';
  if (fronts.length > MOST_FRONTS) return 'in front: the liveliest channels';
  if (fronts.length === 1) return `in front: channel ${fronts[0]}`;
  return `in front: channels ${fronts.slice(0, -1).join(', ')} and ${fronts[fronts.length - 1]}`;
}

/**
 * What the two sides of the axis mean, where the narrowing of the flow leaves room to say it.
 * @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses @param {Line[]} placed
 * @returns {Label[]}
 */
export function noteLabels(stage, form, poses, placed) {
  const { blocks } = stage.graph;
  const notes = stage.back ? BACK : FORWARD;
  const pairs = blocks.flatMap((block) => block.columns).filter((c) => c.nodes.length === 2 && c.nodes[0].params.length && c.nodes[1].kind === 'relu');
  if (form.name !== 'wide' || placed.length > 1 || stage.scene.difference || pairs.length < 2 || stage.back?.show === 'product') return [];
  const tops = blocks.map((block) => boxesOf(block, stage, poses));
  const high = Math.min(...tops[0].map((b) => b.y)) - form.funnel.above;
  const low = Math.max(...tops[0].map((b) => b.y + b.h)) + form.funnel.below - 20;
  return blocks.slice(1).flatMap((_, k) => noteAt(tops[k + 1], k, high, low, form, notes)).slice(0, 2);
}

/** @param {Box[]} boxes @param {number} k @param {number} high @param {number} low @param {Form} form @param {typeof FORWARD} notes @returns {Label[]} */
function noteAt(boxes, k, high, low, form, notes) {
  const x = Math.min(...boxes.map((b) => b.x));
  const top = Math.min(...boxes.map((b) => b.y)) - form.funnel.above;
  const bottom = Math.max(...boxes.map((b) => b.y + b.h)) + form.funnel.below;
  const look = 'note';
  if (k % 2 === 0 && top - high >= NOTE.h - 14) {
    return [{ key: 'note above', x, y: top - 12, anchor: 'sw', look, lines: notes.above }];
  }
  if (k % 2 === 1 && low - bottom >= NOTE.h - 14) {
    return [{ key: 'note below', x, y: bottom + 6, anchor: 'nw', look, lines: notes.below }];
  }
  return [];
}
