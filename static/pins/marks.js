/** Pinned cells on the stage: an outline and a number. Pure. */

import { placeOf } from '../model/tensor.js';
import { cellMarks } from '../scene/attention.js';
import { cellBlock } from '../scene/hit.js';
import { blockOn, bounds } from '../scene/matrix.js';
import { deck, isClosed, mapQuad } from '../scene/slices.js';

/** @import { Frame, Label, Stage, View } from '../stage.d.ts' */

/** A view with the pins on it. @param {View} view @returns {View} */
export const withPins = (view) => (stage) => {
  const frame = view(stage), { pins } = stage.state;
  if (pins.length === 0) return frame;
  return { ...frame, over: [...frame.over, ...pins.flatMap((pin) => marks(stage, frame, pin))], labels: [...frame.labels, ...pins.flatMap((pin, k) => number(stage, frame, pin, k))] };
};

/** @param {Stage} stage @param {Frame} frame @param {Stage['state']['pins'][number]} pin */
function marks({ graph }, { poses }, { node: name, at }) {
  const node = graph.byName.get(name);
  return node && node.shape.length === at.length ? cellMarks(graph, poses, node, at) : [];
}

/** @param {Stage} stage @param {Frame} frame @param {Stage['state']['pins'][number]} pin @param {number} k @returns {Label[]} */
function number({ graph }, { poses }, { node: name, at }, k) {
  const [node, volume, pose] = [graph.byName.get(name), graph.volumes.get(name), poses.get(name)];
  if (!node || !volume || !pose || node.shape.length !== at.length) return [];
  const [channel] = placeOf(node.shape, at);
  if (isClosed(pose) && !volume.vector && deck(volume, pose)[0] !== channel) return [];
  const box = bounds(blockOn(mapQuad(volume, pose, channel).m, volume.rows, volume.columns, cellBlock(node.shape, at)));
  return [{ key: `pin ${k}`, x: box.x + box.w / 2, y: box.y - 4, anchor: 's', look: 'pin', lines: [{ text: String(k + 1) }] }];
}
