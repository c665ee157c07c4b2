/** All volumes of a frame: their marks in the order they are painted, and where they can be pointed at. Pure. */

import { extentOf, isClosed } from './slices.js';
import { rect } from './marks.js';
import { volumeMarks, volumeTargets } from './volume.js';

/** @import { Graph, Look, Mark, Pose, Target } from '../stage.d.ts' */

/** While slices move, so many are drawn of all; of a stack of hundreds every k-th is. */
const MOVING_SLICES = 260;
/** How bright the light behind a volume is, in the dark theme. */
const GLOW = 1;

/** @typedef {{ graph: Graph, look: Look, reveal: (node: string) => number }} Shown */

/** The light behind closed volumes, in the dark. It is painted before everything else. @param {Shown} shown @param {Map<string, Pose>} poses @returns {Mark[]} */
export function sceneLights({ graph, look, reveal }, poses) {
  if (look.theme !== 'dark') return [];
  return [{ kind: 'glow', lights: [...poses].flatMap(([name, pose]) => light(graph, look, name, pose, reveal(name))) }];
}

/**
 * @param {Shown} shown @param {Map<string, Pose>} poses @param {Set<string>} lit nodes with a line under them
 * @param {boolean} moving
 * @returns {Mark[]}
 */
export function sceneMarks({ graph, look, reveal }, poses, lit, moving) {
  const maps = [...poses.keys()].reduce((sum, name) => sum + (graph.volumes.get(name)?.channels ?? 0), 0);
  const every = moving ? Math.max(1, Math.ceil(maps / MOVING_SLICES)) : 1;
  const volumes = paintOrder(graph, poses).flatMap((name) => {
    const [node, volume, pose] = [graph.byName.get(name), graph.volumes.get(name), poses.get(name)];
    return node && volume && pose ? volumeMarks(node, volume, pose, reveal(name), look, every) : [];
  });
  return [...volumes, ...[...lit].flatMap((name) => underline(graph, poses, name))];
}

/** Later layers first: the flow comes towards the one who looks at it. @param {Graph} graph @param {Map<string, Pose>} poses */
const paintOrder = (graph, poses) =>
  [...poses.keys()].sort((a, b) => (graph.index.get(b) ?? 0) - (graph.index.get(a) ?? 0));

/** Never over a face: colour stays readable as number. It goes on when all of the volume is computed. @param {Graph} graph @param {Look} look @param {string} name @param {Pose} pose @param {number} reveal */
function light(graph, look, name, pose, reveal) {
  const volume = graph.volumes.get(name);
  if (!volume || volume.vector || !isClosed(pose) || reveal < 1) return [];
  return [{ picture: look.picture(name, 'glow', Math.round(pose.front)), box: extentOf(volume, pose), alpha: GLOW * pose.alpha }];
}

/** @param {Graph} graph @param {Map<string, Pose>} poses @param {string} name @returns {Mark[]} */
function underline(graph, poses, name) {
  const [pose, volume] = [poses.get(name), graph.volumes.get(name)];
  if (!pose || !volume || volume.vector || pose.u > 0) return [];
  const box = extentOf(volume, pose);
  return [rect({ x: box.x, y: box.y + box.h + 3, w: box.w, h: 2 }, { fill: 'ink' })];
}

/** @param {Graph} graph @param {Map<string, Pose>} poses @returns {Target[]} */
export const sceneTargets = (graph, poses) =>
  paintOrder(graph, poses).flatMap((name) => {
    const [node, volume, pose] = [graph.byName.get(name), graph.volumes.get(name), poses.get(name)];
    return node && volume && pose ? volumeTargets(node, volume, pose) : [];
  });
