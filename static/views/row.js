/** A small network, such as a lesson draws: its few layers in one row near one another, vectors as squares. Pure. */

import { barClasses } from '../scene/bars.js';
import { funnel } from '../scene/funnel.js';
import { ranksOf } from '../scene/lines.js';
import { extentOf } from '../scene/slices.js';
import { tailOf, tailWidth } from '../scene/tail.js';
import { endingAtRight, endingWidth, flowColumns } from './ending.js';
import { PHOTO_ROOM } from './form.js';

/** @import { Stage } from '../stage.d.ts' */
/** @import { Form } from './form.js' */
/** @import { Placed } from './overview.js' */

/** At most so many ranks of maps before the vectors; with more, the flow fills the width. */
const RANKS = 4;
/** The row is at most so long (px), so that it stands beside the lens. */
const LONGEST = 880;
/** A map's side at most; px a rank of maps; a vector's cell at most, and how many cells are still squares. */
const MAP = 132, RANK = 190, CELL = 36, SQUARES = 16;
/** px between two vectors at most. */
const GAP = 72;

/** Whether the network is so short that at both ends of a wide stage it would stand too far apart. @param {Stage} stage @param {Form} form */
export function isRow(stage, form) {
  const { scene, graph } = stage;
  const ranks = ranksOf(flowColumns(stage, graph.columns)).length;
  return /wide|middle/.test(form.name) && ranks > 0 && ranks <= RANKS && tailOf(scene.network, graph).strips.length > 0;
}

/** From the left: the picture, its maps, its vectors, the classes. @param {Stage} stage @param {Form} form @returns {Placed} */
export function inARow(stage, form) {
  const { graph, width, height } = stage;
  const top = form.head.overview;
  const columns = flowColumns(stage, graph.columns);
  const long = Math.min(LONGEST, width - form.margin);
  const own = rowForm(stage, form, long);
  const room = { x: form.margin, y: top, w: Math.min(RANK * ranksOf(columns).length, long - endingWidth(stage, own)), h: height - top - form.foot };
  const { poses, lines } = funnel(graph, columns, room, { ...form.funnel, most: MAP, head: PHOTO_ROOM });
  const end = Math.max(...[...poses].map(([name, p]) => {
    const box = extentOf(/** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(name)), p);
    return box.x + box.w;
  }));
  const axis = lines.length === 1 ? lines[0].axis : room.y + room.h / 2;
  const at = { ...stage, width: end + own.bars.gap + endingWidth(stage, own) };
  const ending = endingAtRight(at, own, axis, room.h - 2 * form.funnel.below);
  return { poses: new Map([...poses, ...ending.poses]), lines, axis, bars: ending.bars, height };
}

/** The form with cells that are squares where vectors are short, and as much air between them as there is. @param {Stage} stage @param {Form} form @param {number} long @returns {Form} */
function rowForm({ scene, graph }, form, long) {
  const { strips } = tailOf(scene.network, graph);
  const most = Math.max(...strips.map((node) => graph.volumes.get(node.name)?.cells ?? 1));
  const cell = most <= SQUARES ? Math.min(CELL, (4 * CELL * 2) / most) : undefined;
  const pitch = barClasses(scene).length <= SQUARES / 2 ? cell ?? form.bars.pitch : form.bars.pitch;
  const narrow = { ...form, bars: { ...form.bars, pitch, gap: 0, cell } };
  const maps = RANK * ranksOf(flowColumns(/** @type {Stage} */ ({ scene, graph }), graph.columns)).length;
  const free = long - maps - tailWidth(scene.network, graph, 0, cell) - (barClasses(scene).length ? form.bars.w : 0);
  return { ...narrow, bars: { ...narrow.bars, gap: Math.max(form.bars.gap, Math.min(GAP, free / strips.length)) } };
}
