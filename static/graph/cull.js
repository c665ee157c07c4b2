/** What of a large graph is on the screen, and in how much detail. Pure. */

import { rect } from '../scene/marks.js';
import { uncrowded } from '../scene/labels.js';
import { apply } from '../scene/matrix.js';

/** @import { Box, Frame, Label, Mark, Matrix, Pose } from '../stage.d.ts' */

/** Layout px around the screen that still count: labels hang out of their volumes. */
const AROUND = 40;
/** A volume that is less tall than this on the screen (px) is a silhouette. */
const SILHOUETTE = 11;
/** At this zoom and below, layers have no names; at the other and below, names that would touch leave. */
const NAMELESS = 0.42;
const CROWDED = 0.95;

/** @param {Box} a @param {Box} b */
export const overlap = (a, b) => a.x <= b.x + b.w && b.x <= a.x + a.w && a.y <= b.y + b.h && b.y <= a.y + a.h;

/** @param {Box} box @param {number} by @returns {Box} */
const grown = ({ x, y, w, h }, by) => ({ x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by });

/**
 * The volumes that are on the screen, those that are large enough to show numbers and those that are not.
 * @param {Frame} frame @param {Map<string, Pose>} poses as they stand now @param {Box} screen in the layout @param {number} zoom
 * @returns {{ poses: Map<string, Pose>, marks: Mark[] }}
 */
export function onScreen({ extents }, poses, screen, zoom) {
  if (!extents) return { poses, marks: [] };
  const near = grown(screen, AROUND / zoom);
  /** @type {Map<string, Pose>} */
  const large = new Map();
  /** @type {Mark[]} */
  const marks = [];
  for (const [name, pose] of poses) {
    const box = extents.get(name);
    if (!box) large.set(name, pose);
    else if (!overlap(box, near)) continue;
    else if (box.h * zoom < SILHOUETTE) marks.push(rect(box, { fill: 'ink3', fillAlpha: 0.35 * pose.alpha }));
    else large.set(name, pose);
  }
  return { poses: large, marks };
}

/** Lines and frames on the screen. @param {Frame} frame @param {Box} screen @returns {Mark[]} */
export const tilesOn = ({ tiles = [] }, screen) => tiles.filter(({ box }) => overlap(box, screen)).flatMap(({ marks }) => marks);

/** Names on the screen that can be read there. @param {Frame} frame @param {Matrix} camera @param {Box} screen @returns {Label[]} */
export function labelsOn({ labels, world }, camera, screen) {
  if (!world) return labels;
  const zoom = camera[0];
  const near = grown(screen, AROUND);
  const here = labels.filter(({ x, y, look }) => overlap({ x, y, w: 0, h: 0 }, near) && (zoom > NAMELESS || !look.startsWith('node')));
  if (zoom >= CROWDED) return here;
  const placed = here.map((label) => ({ ...label, x: apply(camera, label.x, 0)[0], y: apply(camera, 0, label.y)[1] }));
  const kept = new Set(uncrowded(placed).map(({ key }) => key));
  return here.filter(({ key }) => kept.has(key));
}
