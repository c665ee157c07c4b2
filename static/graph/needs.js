/** What a frame shows of a network that is not sent whole, and how finely. Pure. */

import { folded } from '../model/graph.js';
import { onScreen } from './cull.js';
import { screenIn } from './world.js';

/** @import { Frame, Stage } from '../stage.d.ts' */

/** px of a volume in the ribbon. */
const RIBBON = 32;

/**
 * Per node the pixels along a map's side, the number of its first maps that are seen, and the nodes of which single
 * numbers are read.
 * @param {Stage} stage @param {Frame} frame @param {{ width: number, height: number }} size @param {number} density device px per css px
 * @returns {{ wanted: Map<string, number>, maps: number, whole: string[] }}
 */
export function needsOf({ graph, state, scene }, frame, size, density) {
  const { zoom } = state.camera;
  const { poses } = onScreen(frame, frame.poses, screenIn(state.camera, size), zoom);
  const wanted = new Map([...poses].map(([name, p]) => /** @type {[string, number]} */ ([name, (p.u > 0 ? Math.max(p.gw, p.gh) : Math.max(p.w, p.h)) * zoom * density])));
  const maps = Math.max(0, ...[...poses.values()].map((p) => (p.u > 0 ? p.only?.length ?? 0 : 0)));
  if (state.view === 'window') for (const column of folded(graph.columns)) wanted.set(column.nodes[0].name, RIBBON);
  const read = state.view === 'window' ? scene.explanation?.node ?? state.node : state.at && state.node;
  return { wanted, maps, whole: readBy(graph, read) };
}

/** A node and those that it reads. @param {Stage['graph']} graph @param {string | null} name */
function readBy(graph, name) {
  const node = graph.byName.get(name ?? '');
  return node ? [node.name, ...node.inputs] : [];
}
