/** How strong gradients are, layer by layer, as bars on the backward half of the timeline; long is strong, by powers of ten. Pure. */

import { segmentsOf } from '../anim/timeline.js';
import { line, rect } from '../scene/marks.js';
import { rulerOf } from '../scene/silhouette.js';

/** @import { Strength } from '../types.d.ts' */
/** @import { Graph, Mark } from '../stage.d.ts' */

/** px: from the top of the timeline to where bars stand, over the silhouette; the tallest bar, the least, its width. */
const BASE = 21, TALL = 17, LEAST = 1.5, WIDE = 4;
/** A bar so many powers of ten below the longest is the least: as many as there are, but so many at least and at most. */
const POWERS = { least: 2, most: 12 };

/** The layers of the pass with what is known of their gradients, where they stand on the timeline. @param {Graph} graph @param {Strength[]} strengths @param {{ width: number, height: number, small: boolean }} room */
export function placed(graph, strengths, room) {
  const ruler = rulerOf(graph, room), known = new Map(strengths.map((one) => [one.name, one]));
  return segmentsOf(graph).filter(({ pass }) => pass === 'backward').flatMap(({ node, from, to }) => {
    const strength = known.get(node);
    return strength ? [{ strength, x: (ruler.x(from) + ruler.x(to)) / 2 }] : [];
  });
}

/** From the least gradient that is not 0 to the strongest that is finite, and the powers of ten that the bars tell apart. @param {number[]} norms */
export function spanOf(norms) {
  const all = norms.filter((norm) => norm > 0 && Number.isFinite(norm)), least = Math.min(...all), most = Math.max(0, ...all);
  return { least, most, powers: Math.max(POWERS.least, Math.min(POWERS.most, most > 0 ? Math.ceil(Math.log10(most / least)) : 0)) };
}

/** How long a bar is, 0 to 1: by powers of ten under the strongest. @param {number} norm @param {{ most: number, powers: number }} span */
export const lengthOf = (norm, { most, powers }) => (norm > 0 && most > 0 && Number.isFinite(norm) ? Math.max(0, 1 + Math.log10(norm / most) / powers) : Number(norm === Infinity));

/** @param {Graph} graph @param {Strength[]} strengths @param {{ width: number, height: number, small: boolean }} room @returns {Mark[]} */
export function strengthMarks(graph, strengths, room) {
  if (room.small || strengths.length === 0) return []; // no room over the silhouette, or nothing known yet
  const all = placed(graph, strengths, room), span = spanOf(all.map(({ strength }) => strength.norm));
  const wide = Math.max(1, Math.min(WIDE, rulerOf(graph, room).unit - 1));
  const bars = all.map(({ strength: { norm, verdict }, x }) => {
    const h = LEAST + (TALL - LEAST) * lengthOf(norm, span);
    return rect({ x: x - wide / 2, y: BASE - h, w: wide, h }, { fill: verdict ? 'ink' : 'ink3' });
  });
  const [first, last] = [all[0]?.x ?? 0, all[all.length - 1]?.x ?? 0];
  return [...bars, line([[first - wide, BASE + 0.5], [last + wide, BASE + 0.5]], { width: 0.8, alpha: 0.4 })];
}
