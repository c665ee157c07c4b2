/** The photograph, what is cut out of it, and what is done to it before the first layer: shown, never silent. Pure. */

import { cropMarks } from '../scene/crop.js';
import { arithmetic } from '../preprocess/words.js';
import { line } from '../scene/marks.js';
import { extentOf } from '../scene/slices.js';
import { photoBox } from '../scene/tail.js';

/** @import { Box, Label, Mark, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */

/** px between the photograph and the input: room for an arrow and two short lines beside it. */
const ARROW = 40;
/** The two lines need an input so wide, px; else they stand above the name of the photograph. */
const ROOM = 88, ABOVE = 30;
/** Where there is so much room (px) at the left of the input, the photograph stands there. */
const BEFORE = 84;
/** The words beside the photograph open the panel that says all of it (preprocess/panel.js). */
const PREPROCESS = 'caption small preprocess';

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
  if (form.name === 'phone' || form.name === 'narrow') {
    const [top, h] = form.name === 'phone' ? [12, 72] : [50, 54];
    const box = photoBox({ x: width - form.margin - 72, y: top, w: 72, h }, scene.image.width, scene.image.height);
    return { box, marks: cropMarks(stage.scene, box), labels: [] };
  }
  if (input.x - stage.margin > BEFORE) return before(stage, input);
  const side = Math.max(56, input.w);
  const box = photoBox({ x: input.x, y: input.y - ARROW - side, w: side, h: side }, scene.image.width, scene.image.height);
  const x = box.x + Math.min(box.w, input.w) * 0.22;
  const label = (/** @type {string} */ key, /** @type {number} */ lx, /** @type {number} */ ly, /** @type {string[]} */ lines, /** @type {Label['anchor']} */ anchor) =>
    /** @type {Label} */ ({ key, x: lx, y: ly, anchor, look: key === 'photo' ? 'caption' : PREPROCESS, lines: lines.map((text, k) => ({ text, look: k ? 'change' : '' })) });
  return {
    box,
    marks: [line([[x, box.y + box.h + 5], [x, input.y + pose.w * pose.ay * 0.22 - 1]], { width: 1.1, alpha: 0.6, head: true }), ...cropMarks(stage.scene, box)],
    labels: [
      label('photo', box.x, box.y - 6, [input.w < ROOM ? 'picture' : stage.scene.image.kind === 'photo' ? 'the photograph' : 'the picture'], 'sw'),
      input.w >= ROOM * form.type ** 2 ? label('preprocessing', x + 9, box.y + box.h + 5, preprocessing(stage), 'nw') : label('preprocessing', box.x, box.y - ABOVE, preprocessing(stage), 'sw'),
    ],
  };
}

/** For a flow of many lines: the photograph stands at the left of the input. @param {Stage} stage @param {Box} input */
function before(stage, input) {
  const { image } = stage.scene;
  const middle = input.y + input.h / 2;
  const fit = photoBox({ x: stage.margin, y: middle - BEFORE / 2, w: BEFORE, h: BEFORE }, image.width, image.height);
  const box = { ...fit, y: middle - fit.h / 2 };
  const lines = preprocessing(stage).map((text, k) => ({ text, look: k ? 'change' : '' }));
  return {
    box,
    marks: [line([[box.x + box.w + 4, middle], [input.x - 4, middle]], { width: 1.1, alpha: 0.6, head: true }), ...cropMarks(stage.scene, box)],
    labels: [
      /** @type {Label} */ ({ key: 'photo', x: box.x, y: box.y - 6, anchor: 'sw', look: 'caption', lines: [{ text: image.kind === 'photo' ? 'the photograph' : 'the picture' }] }),
      /** @type {Label} */ ({ key: 'preprocessing', x: box.x, y: box.y + box.h + 5, anchor: 'nw', look: PREPROCESS, lines }),
    ],
  };
}

/** What is done to the picture, as short as it can be said. @param {Stage} stage @returns {string[]} */
export function preprocessing({ scene }) {
  const { network, trace, image } = scene;
  const p = network.preprocessing;
  if (!p) return ['as it is'];
  const { crop } = trace;
  const cut = crop.width < image.width - 1 || crop.height < image.height - 1 ? 'crop, ' : '';
  const resized = `${cut}${p.size[1]}×${p.size[0]}`;
  return [resized, `${arithmetic(p)}${p.guessed ? ', a guess' : ''}`];
}
