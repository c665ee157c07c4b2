/** The photograph, what is cut out of it, and what is done to it before the first layer: shown, never silent. Pure. */

import { line, rect, shape } from '../scene/marks.js';
import { extentOf } from '../scene/slices.js';
import { photoBox } from '../scene/tail.js';

/** @import { Box, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */

/** px between the photograph and the input: room for an arrow and two short lines beside it. */
const ARROW = 40;

/**
 * @param {Stage} stage @param {Form} form @param {Map<string, Pose>} poses
 * @returns {{ box: Box | null, marks: Mark[], labels: Label[] }}
 */
export function photoParts(stage, form, poses) {
  const { scene, graph, width } = stage;
  const pose = poses.get(scene.network.input);
  const volume = graph.volumes.get(scene.network.input);
  if (!pose || !volume) return { box: null, marks: [], labels: [] };
  const input = extentOf(volume, pose);
  if (form.name === 'phone') {
    const box = photoBox({ x: width - form.margin - 72, y: 12, w: 72, h: 72 }, scene.image.width, scene.image.height);
    return { box, marks: cropMarks(stage, box), labels: [] };
  }
  const side = Math.max(56, input.w);
  const box = photoBox({ x: input.x, y: input.y - ARROW - side, w: side, h: side }, scene.image.width, scene.image.height);
  const x = box.x + Math.min(box.w, input.w) * 0.22;
  const label = (/** @type {string} */ key, /** @type {number} */ lx, /** @type {number} */ ly, /** @type {string[]} */ lines, /** @type {Label['anchor']} */ anchor) =>
    /** @type {Label} */ ({ key, x: lx, y: ly, anchor, look: key === 'photo' ? 'caption' : 'caption small', lines: lines.map((text) => ({ text })) });
  return {
    box,
    marks: [line([[x, box.y + box.h + 5], [x, input.y + pose.w * pose.ay * 0.22 - 1]], { width: 1.1, alpha: 0.6, head: true }), ...cropMarks(stage, box)],
    labels: [
      label('photo', box.x, box.y - 6, [stage.scene.image.kind === 'photo' ? 'the photograph' : 'the picture'], 'sw'),
      label('preprocessing', x + 9, box.y + box.h + 5, preprocessing(stage), 'nw'),
    ],
  };
}

/** What is done to the picture, as short as it can be said. @param {Stage} stage @returns {string[]} */
export function preprocessing({ scene }) {
  const { network, trace, image } = scene;
  const p = network.preprocessing;
  if (!p) return ['as it is'];
  const { crop } = trace;
  const cut = crop.width < image.width - 1 || crop.height < image.height - 1 ? 'cut out, ' : '';
  const resized = `${cut}${p.size[1]}×${p.size[0]}`;
  return [resized, p.mean.length ? '(x − mean)/std' : 'scaled'];
}

/** The crop's outline, with what is left out shaded. @param {Stage} stage @param {Box} box @returns {Mark[]} */
function cropMarks({ scene }, box) {
  const { crop } = scene.trace;
  const [sx, sy] = [box.w / scene.image.width, box.h / scene.image.height];
  const cut = { x: box.x + crop.x * sx, y: box.y + crop.y * sy, w: crop.width * sx, h: crop.height * sy };
  const whole = cut.w > box.w - 1 && cut.h > box.h - 1;
  const edge = rect(whole ? box : cut, { stroke: 'ink', width: whole ? 0.9 : 1.6, alpha: whole ? 0.6 : 0.9 });
  if (whole) return [edge];
  const [x1, y1] = [box.x + box.w, box.y + box.h];
  const around = /** @type {[number, number, number, number][]} */ ([
    [box.x, box.y, box.w, cut.y - box.y], [box.x, cut.y + cut.h, box.w, y1 - cut.y - cut.h],
    [box.x, cut.y, cut.x - box.x, cut.h], [cut.x + cut.w, cut.y, x1 - cut.x - cut.w, cut.h],
  ]);
  return [
    ...around.filter(([, , w, h]) => w > 0.5 && h > 0.5).map(([x, y, w, h]) => shape([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], { fill: 'paper', fillAlpha: 0.62 })),
    rect(box, { stroke: 'ink', width: 0.8, alpha: 0.35 }), edge,
  ];
}
