/** All volumes of a frame: their marks in the order they are painted, and where they can be pointed at. Pure. */

import { extentOf, isClosed } from './slices.js';
import { group, rect } from './marks.js';
import { hatchedEdge, volumeMarks, volumeTargets } from './volume.js';

/** @import { NodeView } from '../types.d.ts' */
/** @import { Back, Graph, Look, Mark, Pose, Target, Volume } from '../stage.d.ts' */

/** While slices move, so many are drawn of all; of a stack of hundreds every k-th is. */
const MOVING_SLICES = 260;
/** How bright the light behind a volume is, in the dark theme. */
const GLOW = 1;

/** What the pass back has not come to steps back. */
const WAITING = 0.34;

/** @typedef {{ graph: Graph, look: Look, reveal: (node: string) => number, back?: Back | null, waiting?: number }} Shown waiting: how far what waits has stepped back, 0 to 1 */

/** The light behind closed volumes, in the dark. It is painted before everything else. @param {Shown} shown @param {Map<string, Pose>} poses @returns {Mark[]} */
export function sceneLights({ graph, look, reveal, back }, poses) {
  if (look.theme !== 'dark') return [];
  const lights = [...poses].flatMap(([name, pose]) => (back ? light(graph, back.look, name, pose, back.share(name)) : light(graph, look, name, pose, reveal(name))));
  return [{ kind: 'glow', lights }];
}

/**
 * @param {Shown} shown @param {Map<string, Pose>} poses @param {Set<string>} lit nodes with a line under them
 * @param {boolean} moving
 * @returns {Mark[]}
 */
export function sceneMarks(shown, poses, lit, moving) {
  const { graph } = shown;
  const maps = [...poses.keys()].reduce((sum, name) => sum + (graph.volumes.get(name)?.channels ?? 0), 0);
  const every = moving ? Math.max(1, Math.ceil(maps / MOVING_SLICES)) : 1;
  const volumes = paintOrder(graph, poses).flatMap((name) => {
    const [node, volume, pose] = [graph.byName.get(name), graph.volumes.get(name), poses.get(name)];
    return node && volume && pose ? passMarks(shown, node, volume, pose, every) : [];
  });
  return [...volumes, ...[...lit].flatMap((name) => underline(graph, poses, name))];
}

/**
 * A volume of what the pass has come to: on the way back its gradient where it has come, behind it the values it waits with.
 * @param {Shown} shown @param {NodeView} node @param {Volume} volume @param {Pose} pose @param {number} [every]
 * @returns {Mark[]}
 */
export function passMarks({ look, reveal, back, waiting = 1 }, node, volume, pose, every = 1) {
  const share = back?.share(node.name) ?? 0;
  if (back && share >= 1) return [...volumeMarks(node, volume, pose, 1, back.look, every), ...hatchedEdge(volume, pose, every)];
  const values = volumeMarks(node, volume, pose, reveal(node.name), look, every);
  if (!back) return values;
  const dimmed = group(values, 1 - (1 - WAITING) * waiting);
  return share <= 0 ? [dimmed] : [dimmed, ...volumeMarks(node, volume, pose, share, back.look, every, true), ...hatchedEdge(volume, pose, every)];
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
