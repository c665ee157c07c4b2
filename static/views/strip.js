/** The network as a ribbon over the enlarged layer; while windows of one layer pass it stays as it is. */

import { layerCount } from '../anim/timeline.js';
import { ribbon } from '../scene/ribbon.js';
import { group } from '../scene/marks.js';
import { passMarks, sceneTargets } from '../scene/scene.js';
import { changes } from '../ui/h.js';
import { revealing } from './setting.js';

/** @import { Box, Mark, Pose, Stage, Target } from '../stage.d.ts' */
/** @import { Projection } from '../scene/sizes.js' */
/** @typedef {{ small: Map<string, Pose>, marks: Mark[], targets: Target[] }} Strip */

/** What is not looked at steps back. */
const DIM = 0.3;

const moved = changes();
/** The last one that was made, and what it was made of. @type {Strip} */
let kept = { small: new Map(), marks: [], targets: [] };

/** Which part of the pass the ribbon shows: within a layer, all of its windows the same. @param {Stage} stage */
const moment = ({ spot, t, graph }) => (spot ? `${spot.pass} ${spot.from}` : String(Math.min(t, 2 * layerCount(graph) + 1)));

/**
 * @param {Stage} stage @param {Box} room @param {Projection} look @param {number} gap @param {Set<string>} lit
 * @returns {Strip}
 */
export function strip(stage, room, look, gap, lit) {
  const { graph, scene, back } = stage, { x, y, w, h } = room;
  if (moved(graph, stage.look, back?.look, scene, x, y, w, h, gap, [...lit].join(), moment(stage))) kept = made(stage, room, look, gap, lit);
  return kept;
}

/** @param {Stage} stage @param {Box} room @param {Projection} look @param {number} gap @param {Set<string>} lit @returns {Strip} */
function made(stage, room, look, gap, lit) {
  const { graph } = stage, small = ribbon(graph, room, look, gap, lit);
  for (const [name, pose] of small) small.set(name, { ...pose, front: stage.look.front(name) });
  const marks = graph.nodes.flatMap((node) => {
    const [pose, volume] = [small.get(node.name), graph.volumes.get(node.name)];
    if (!pose || !volume) return [];
    const drawn = passMarks({ ...stage, reveal: revealing(stage) }, node, volume, pose);
    return lit.has(node.name) ? drawn : [group(drawn, DIM)];
  });
  return { small, marks, targets: sceneTargets(graph, small) };
}
