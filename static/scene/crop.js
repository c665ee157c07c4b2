/** What is cut out of a picture before the network sees it. Pure. */

import { rect } from './marks.js';

/** @import { Scene } from '../types.d.ts' */
/** @import { Box, Mark } from '../stage.d.ts' */

/** The crop's outline, with what is left out shaded. @param {Scene} scene @param {Box} box of the whole picture @returns {Mark[]} */
export function cropMarks({ trace, image }, box) {
  const { crop } = trace;
  const [sx, sy] = [box.w / image.width, box.h / image.height];
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
    ...around.filter(([, , w, h]) => w > 0.5 && h > 0.5).map(([x, y, w, h]) => rect({ x, y, w, h }, { fill: 'paper', fillAlpha: 0.62 })),
    rect(box, { stroke: 'ink', width: 0.8, alpha: 0.35 }), edge,
  ];
}
