/** A large network on the stage: folded where it repeats, laid out from left to right, larger than the screen where it is open. Pure. */

import { endingAtRight, endingLabels, endingWidth, barLines, flowColumns } from '../views/ending.js';
import { photoParts } from '../views/photo.js';
import { frontsOf, selectionMarks } from '../scene/attention.js';
import { down, flowMarks } from '../scene/flow.js';
import { extentOf } from '../scene/slices.js';
import { tailOf } from '../scene/tail.js';
import { edgeTiles } from './edges.js';
import { cardTile, frameTile, handles } from './frames.js';
import { stepLabels } from './labels.js';
import { cardsOf, CARDS, EDGE, poseOf } from './measure.js';
import { planOf } from './plan.js';

/** @import { Box, Frame, Point, Pose, Stage } from '../stage.d.ts' */
/** @import { Form } from '../views/form.js' */
/** @import { Measures } from './measure.js' */
/** @import { Plan } from './plan.js' */
/** @import { Tile } from './edges.js' */

/** @type {Record<Form['name'], Measures>} */
const MEASURES = {
  wide: { look: { ax: 0.53, ay: 0.2, rise: 0.21, depth: 0.11 }, gap: 18, between: 28, above: 24, below: 62, least: 70 },
  middle: { look: { ax: 0.53, ay: 0.2, rise: 0.21, depth: 0.1 }, gap: 16, between: 26, above: 22, below: 58, least: 70 },
  narrow: { look: { ax: 0.5, ay: 0.2, rise: 0.21, depth: 0.09 }, gap: 16, between: 26, above: 22, below: 56, least: 72 },
  phone: { look: { ax: 0.5, ay: 0.2, rise: 0.21, depth: 0.09 }, gap: 16, between: 26, above: 22, below: 56, least: 72 },
};
/** px above the input, beside the photograph's own side, for its caption and its arrow. */
const PHOTO_ROOM = 62;
/** px from the flow to what stands at its end. */
const TO_END = 22;
/** The classes' bars and the gaps between strips are narrower than in a funnel, px. */
const BARS = { w: 196, gap: 16 };
/** The photograph has a caption where its column is so wide, px. */
const CAPTION = 100;
const FOOT = 16;

/** @param {Stage} stage @param {Form} wide @returns {Frame} */
export function largeView(stage, wide) {
  const form = { ...wide, bars: { ...wide.bars, w: Math.min(wide.bars.w, BARS.w), gap: Math.min(wide.bars.gap, BARS.gap) } };
  const { graph, look, state, width, height } = stage;
  const columns = flowColumns(stage, graph.columns);
  const end = endingWidth(stage, form);
  const top = form.head.overview;
  const room = { x: form.margin, y: top, w: width - end - form.margin - TO_END, h: height - top - FOOT };
  const plan = planOf(graph, columns, state.open, room, MEASURES[form.name], PHOTO_ROOM);
  const flow = flowPoses(plan, form);
  const right = form.margin + plan.made.box.w + TO_END + end;
  const ending = endingAtRight({ ...stage, width: Math.max(right, 1) }, form, plan.axis, room.h - 2 * form.funnel.below);
  const front = frontsOf(graph, look.front, state.node, state.at);
  const poses = new Map([...flow, ...ending.poses].map(([name, pose]) => [name, { ...pose, front: front(name) }]));
  const extents = new Map([...poses].map(([name, pose]) => [name, extentOf(/** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(name)), pose)]));
  const photo = photoParts(stage, { ...form, name: 'middle' }, poses); // it stands on the ground, on a phone too
  const groups = handles(plan, form.margin);
  return {
    key: `large ${form.name}`, height, scrolls: false, poses, photo: photo.box, bars: ending.bars,
    under: [...photo.marks, ...barLines(stage, poses, ending.bars)],
    tiles: tilesOf(stage, plan, form, poses, extents),
    over: state.node ? selectionMarks(graph, poses, state.node, state.at, state.camera.zoom) : [],
    labels: [...plan.seen.items.flatMap((item, k) => stepLabels(item, plan.sizes[k], form.margin + plan.made.boxes[k].x, plan.axis + plan.made.axes[k])), ...photo.labels.filter(({ key }) => key !== 'photo' || plan.sizes[0].w >= CAPTION), ...endingLabels(stage, form, poses, ending.bars)],
    targets: [], lit: new Set(state.node ? [state.node] : []), extents, groups,
    world: worldOf(plan, Math.max(width, right), height),
  };
}

/** @param {Plan} plan @param {Form} form @returns {Map<string, Pose>} */
const flowPoses = ({ sizes, made, axis }, form) =>
  new Map(sizes.flatMap(({ parts }, k) => parts.map((part) => [part.node.name, poseOf(part, form.margin + made.boxes[k].x, axis + made.axes[k], MEASURES[form.name].look)])));

/** All that there is to see, at least the screen. @param {Plan} plan @param {number} w @param {number} height @returns {Box} */
function worldOf({ made, axis }, w, height) {
  const top = Math.min(0, axis + made.box.y - FOOT);
  return { x: 0, y: top, w, h: Math.max(height, axis + made.box.y + made.box.h + FOOT) - top };
}

/** A route from volume to volume, or to the card of a group: boxes are wider where a name is. @param {Point[]} points @param {Plan} plan @param {[number, number]} edge @returns {Point[]} */
function toVolumes(points, { seen, sizes, made }, [from, to]) {
  const out = sizes[from].parts[sizes[from].parts.length - 1];
  const into = sizes[to].parts[0];
  const room = (/** @type {number} */ k) => (seen.items[k].column ? 0 : EDGE);
  const start = made.boxes[from].x + out.x + out.s.width + room(from) + (seen.items[from].column ? 0 : cardsOf(seen.items[from]) * CARDS.away);
  const end = made.boxes[to].x + into.x - room(to);
  return [[start, points[0][1]], ...points.slice(1, -1), [end, points[points.length - 1][1]]];
}

/** Frames of open groups, cards of folded ones, edges, and lines within a step. @param {Stage} stage @param {Plan} plan @param {Form} form @param {Map<string, Pose>} poses @param {Map<string, Box>} extents @returns {Tile[]} */
function tilesOf(stage, plan, form, poses, extents) {
  const { graph } = stage;
  const back = stage.back !== null;
  const { made, seen, axis } = plan;
  const edges = made.routes.flatMap((points, k) => edgeTiles(toVolumes(points, plan, seen.edges[k]).map(([x, y]) => [x + form.margin, y + axis]), back));
  const within = seen.items.flatMap(({ column }) => (column ? column.nodes.slice(1).map((node, k) => [column.nodes[k].name, node.name]) : [])).flatMap(([a, b]) => {
    const [p, q, from, to] = [poses.get(a), poses.get(b), extents.get(a), extents.get(b)];
    return p && q && from && to ? [{ box: { x: from.x, y: from.y, w: from.w, h: to.y + to.h - from.y }, marks: [down(p, from, q, to, back)] }] : [];
  });
  const strips = flowMarks({ ...graph, nodes: tailOf(stage.scene.network, graph).strips }, poses, () => axis, back);
  const last = strips.length ? [{ box: { x: form.margin + made.box.w - 200, y: -1e5, w: 1e5, h: 2e5 }, marks: strips }] : [];
  const frames = seen.open.map((group) => frameTile(group, plan, form.margin));
  const cards = seen.items.flatMap((item) => (item.column ? [] : [cardTile(item, /** @type {Box} */ (extents.get(item.out.name)))]));
  return [...frames, ...edges, ...last, ...cards, ...within];
}
