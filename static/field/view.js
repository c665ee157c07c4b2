/** The field view: the selected number, and what it has seen as a cone through every volume back to the picture. Pure. */

import { isCell, placeOf, valueAt } from '../model/tensor.js';
import { attention, line, rect, shape } from '../scene/marks.js';
import { blockOn } from '../scene/matrix.js';
import { pose } from '../scene/pose.js';
import { extentOf, mapQuad } from '../scene/slices.js';
import { photoBox } from '../scene/tail.js';
import { LONG, single } from '../lens/digits.js';
import { formOf } from '../views/form.js';
import { blockOf, fieldOf } from './field.js';

/** @import { Box, Frame, Label, Mark, Point, Pose, Stage, View } from '../stage.d.ts' */
/** @import { Ranges } from './field.js' */
/** @typedef {{ node: string, names: string[], block: [number, number, number, number] | null, ranges: Ranges }} Stop one volume of the row; names: of those that are one with it */

/** How volumes are seen, and the share of a place across that one takes. */
const SEEN = { ax: 0.42, ay: 0.14, share: 0.72 };
/** Volumes that have room in a row, for a width of so many px each. */
const PLACE = 92;
/** Shares of the stage: the photograph across, the tallest volume. */
const SHARES = { photo: 0.2, tall: 0.46 };
/** px over the row for the sizes. */
const ABOVE = 40;
const DIM = 0.6;
/** px across of a letter of a name. */
const LETTER = 6.2;

/** In place of a view while the field is asked for and a number is selected. @param {View} view @returns {View} */
export const withField = (view) => (stage) => {
  const { state, graph } = stage, node = graph.byName.get(state.node ?? '');
  return state.field && node && state.at && isCell(node.shape, state.at) ? fieldView(stage, node.name, state.at) : view(stage);
};

/** @param {Stage} stage @param {string} name @param {number[]} at @returns {Frame} */
function fieldView(stage, name, at) {
  const { graph, width, scene } = stage, form = formOf(width, stage.margin);
  const small = form.name === 'phone', height = small ? 460 : stage.height, top = form.head.overview + ABOVE + (small ? ABOVE * 2 : 0);
  const field = fieldOf(graph, name, at);
  const room = { x: form.margin, y: top, w: width - 2 * form.margin, h: (height - top) * 0.8 };
  const photo = photoBox({ x: room.x, y: room.y, w: room.w * SHARES.photo, h: room.h }, scene.image.width, scene.image.height);
  const stops = thinned(stopsOf(stage, field, name), Math.max(3, Math.floor((room.w - photo.w) / PLACE)));
  const poses = placed(stage, stops, { ...room, x: photo.x + photo.w, w: room.w - photo.w - 20 }, name, at);
  const middle = room.y + room.h / 2;
  photo.y = middle - photo.h / 2;
  const outlines = new Map(stops.map((stop) => [stop.node, outlineOf(stage, stop, poses)]));
  const seen = photoOutline(stage, field, photo), first = outlines.get(scene.network.input);
  return {
    key: `field ${form.name}`, height, scrolls: small, poses, photo, bars: null, lit: new Set(), under: [],
    over: [
      ...stops.flatMap((stop) => shade(stage, stop, poses)),
      ...(seen ? outside(photo, seen) : []),
      ...(seen && first ? cone(seen, first) : []),
      ...edges(stage, stops).flatMap(([from, to]) => cone(/** @type {Point[]} */ (outlines.get(from)), /** @type {Point[]} */ (outlines.get(to)))),
      ...[...outlines.values()].flatMap((points) => attention(points, 1.8)), ...(seen ? attention(seen, 2.2) : []),
    ],
    labels: [...stops.flatMap((stop) => labelsOf(stage, stop, poses, name, (room.w - photo.w) / stops.length)), ...photoLabels(stage, photo), ...value(stage, name, at, poses)],
    targets: [],
  };
}

/** The volumes that were seen, those that only pass numbers on in the same place joined with what they read. @param {Stage} stage @param {Map<string, Ranges>} field @param {string} name @returns {Stop[]} */
function stopsOf({ graph }, field, name) {
  /** @type {Stop[]} */
  const stops = [];
  for (const node of graph.nodes) {
    const ranges = field.get(node.name), volume = graph.volumes.get(node.name);
    if (!ranges || !volume || (volume.vector && node.name !== name)) continue;
    const block = blockOf(ranges), before = stops.find((stop) => stop.node === node.inputs[0]);
    const same = before && node.inputs.length === 1 && (graph.readers.get(before.node)?.length ?? 0) === 1 && String(before.block) === String(block) && String(graph.byName.get(before.node)?.shape) === String(node.shape);
    if (before && same) Object.assign(before, { node: node.name, names: [...before.names, node.name], ranges });
    else stops.push({ node: node.name, names: [node.name], block, ranges });
  }
  return stops;
}

/** As many as have room: the first, the last and some between. @param {Stop[]} stops @param {number} most */
const thinned = (stops, most) =>
  stops.length <= most ? stops : Array.from({ length: most }, (_, k) => stops[Math.round((k * (stops.length - 1)) / (most - 1))]);

/** One row, all of about the same height, so that what is seen of each can be compared. @param {Stage} stage @param {Stop[]} stops @param {Box} room @param {string} name @param {number[]} at @returns {Map<string, Pose>} */
function placed({ graph, look }, stops, room, name, at) {
  const place = room.w / stops.length, side = Math.min(room.h * SHARES.tall * 1.6, (place * SEEN.share) / SEEN.ax);
  return new Map(stops.map(({ node }, k) => {
    const volume = /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(node));
    const front = node === name ? placeOf(graph.byName.get(node)?.shape ?? [], at)[0] : look.front(node), x = room.x + (k + 0.5) * place - (place * SEEN.share) / 4;
    if (volume.vector) return [node, pose({ x: x + place * 0.25, y: room.y + room.h / 2 - side / 2, w: 16, h: side })];
    const longest = Math.max(volume.rows, volume.columns), [w, h] = [(side * volume.columns) / longest, (side * volume.rows) / longest];
    const deep = Math.min(place * 0.12, volume.channels * 2);
    return [node, pose({ x, y: room.y + room.h / 2 - (h + SEEN.ay * w) / 2, w, h, ax: SEEN.ax, ay: SEEN.ay, dx: deep / volume.channels, dy: (-0.25 * deep) / volume.channels, front })];
  }));
}

/** @param {Stage} stage @param {string} node @param {Map<string, Pose>} poses */
function face({ graph }, node, poses) {
  const volume = /** @type {import('../stage.d.ts').Volume} */ (graph.volumes.get(node)), p = /** @type {Pose} */ (poses.get(node));
  return { volume, m: mapQuad(volume, p, Math.round(p.front)).m, extent: extentOf(volume, p) };
}

/** @param {Stage} stage @param {Stop} stop @param {Map<string, Pose>} poses @returns {Point[]} */
function outlineOf(stage, { node, block, ranges }, poses) {
  const { volume, m } = face(stage, node, poses);
  const [first] = ranges[0] ?? [0];
  return blockOn(m, volume.rows, volume.columns, block ?? [first % volume.rows, (first % volume.rows) + 1, Math.floor(first / volume.rows), Math.floor(first / volume.rows) + 1]);
}

/** What was not seen steps back. @param {Stage} stage @param {Stop} stop @param {Map<string, Pose>} poses @returns {Mark[]} */
function shade(stage, { node, block }, poses) {
  if (!block) return [];
  const { volume: { rows, columns }, m } = face(stage, node, poses), [r0, r1, c0, c1] = block;
  const strips = /** @type {[number, number, number, number][]} */ ([[0, r0, 0, columns], [r1, rows, 0, columns], [r0, r1, 0, c0], [r0, r1, c1, columns]]);
  return strips.filter(([a, b, c, d]) => b > a && d > c).map((strip) => shape(blockOn(m, rows, columns, strip), { fill: 'paper', fillAlpha: DIM }));
}

/** From every volume to those that read it, past what is not drawn. @param {Stage} stage @param {Stop[]} stops @returns {[string, string][]} */
function edges({ graph }, stops) {
  const home = new Map(stops.flatMap((stop) => stop.names.map((name) => [name, stop.node])));
  const sources = (/** @type {string} */ name, seen = new Set()) => {
    /** @type {string[]} */
    const found = [];
    for (const input of graph.byName.get(name)?.inputs ?? []) {
      if (seen.has(input)) continue;
      seen.add(input);
      const stop = home.get(input);
      found.push(...(stop ? [stop] : sources(input, seen)));
    }
    return found;
  };
  return stops.flatMap((stop) => [...new Set(sources(stop.names[0]))].filter((from) => from !== stop.node).map((from) => /** @type {[string, string]} */ ([from, stop.node])));
}

/** The four sides between two outlines. @param {Point[]} from @param {Point[]} to @returns {Mark[]} */
const cone = (from, to) => [
  ...[0, 1, 2, 3].map((k) => shape([from[k], from[(k + 1) % 4], to[(k + 1) % 4], to[k]], { fill: 'ink', fillAlpha: 0.045 })),
  ...[0, 1, 2, 3].map((k) => line([from[k], to[k]], { width: 0.9, alpha: k === 3 ? 0.25 : 0.55 })),
];

/** What was seen of the picture itself. @param {Stage} stage @param {Map<string, Ranges>} field @param {Box} photo @returns {Point[] | null} */
export function photoOutline({ scene, graph }, field, photo) {
  const block = blockOf(field.get(scene.network.input) ?? []), volume = graph.volumes.get(scene.network.input);
  if (!block || !volume) return null;
  const { trace: { crop }, image } = scene, [r0, r1, c0, c1] = block;
  const x = (/** @type {number} */ c) => photo.x + ((crop.x + (c * crop.width) / volume.columns) / image.width) * photo.w;
  const y = (/** @type {number} */ r) => photo.y + ((crop.y + (r * crop.height) / volume.rows) / image.height) * photo.h;
  return [[x(c0), y(r0)], [x(c1), y(r0)], [x(c1), y(r1)], [x(c0), y(r1)]];
}

/** @param {Box} photo @param {Point[]} seen @returns {Mark[]} */
function outside({ x, y, w, h }, [[x0, y0], , [x1, y1]]) {
  const strips = [[x, y, w, y0 - y], [x, y1, w, y + h - y1], [x, y0, x0 - x, y1 - y0], [x1, y0, x + w - x1, y1 - y0]];
  return strips.filter(([, , a, b]) => a > 0.5 && b > 0.5).map(([a, b, c, d]) => rect({ x: a, y: b, w: c, h: d }, { fill: 'paper', fillAlpha: DIM }));
}

/** How much of it was seen over each volume, its name under it. @param {Stage} stage @param {Stop} stop @param {Map<string, Pose>} poses @param {string} name @param {number} place px across that it has @returns {Label[]} */
function labelsOf(stage, { node, names, block }, poses, name, place) {
  const { extent, volume } = face(stage, node, poses), x = extent.x + extent.w / 2;
  const size = block ? `${block[1] - block[0]}×${block[3] - block[2]}` : '1';
  const all = names.length > 2 ? `${names[0]} … ${names[names.length - 1]}` : names.join(', ');
  const said = all.length * LETTER > place ? names[names.length - 1].split('.')[0] : all;
  return [
    { key: `seen ${node}`, x, y: extent.y - 10, anchor: 's', look: node === name ? 'result' : 'heading', lines: [{ text: size, look: 'name' }] },
    { key: `named ${node}`, x, y: extent.y + extent.h + 8, anchor: 'n', look: 'shape', node, lines: [{ text: said, look: 'name' }, { text: volume.vector ? `${volume.cells}` : `${volume.rows}×${volume.columns}` }] },
  ];
}

/** @param {Stage} stage @param {Box} photo @returns {Label[]} */
const photoLabels = ({ scene: { image } }, photo) => [
  { key: 'photo', x: photo.x + photo.w / 2, y: photo.y + photo.h + 8, anchor: 'n', look: 'shape', lines: [{ text: image.kind === 'photo' ? 'the photograph' : 'the picture', look: 'name' }, { text: `${image.width}×${image.height}` }] },
];

/** @param {Stage} stage @param {string} name @param {number[]} at @param {Map<string, Pose>} poses @returns {Label[]} */
function value(stage, name, at, poses) {
  const { extent } = face(stage, name, poses), e = stage.scene.explanation, tensor = stage.scene.activations.get(name);
  const exact = e?.node === name && e.at.join() === at.join() ? e.value : tensor ? valueAt(tensor, at) : null;
  return exact === null ? [] : [{ key: 'value', x: extent.x + extent.w, y: extent.y - 36, anchor: 'se', look: 'result', lines: [{ text: single(exact, LONG), look: 'value' }, { text: `${name}@${at.join(',')}`, look: 'place' }] }];
}
