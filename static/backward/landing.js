/**
 * What one output gives back to every volume that it read, for any kind of layer that is no convolution and no row of
 * weights: its gradient, times the local one, into its window there; on the map, what has come so far, from this output
 * and all before it. A relu is a gate, a max pool a switch, an add copies, a concat splits. In the engine's numbers. Pure.
 */

import { attention, image, rect, shape } from '../scene/marks.js';
import { blockOn, corners } from '../scene/matrix.js';
import { mapQuad } from '../scene/slices.js';
import { mapOf, placeOf } from '../model/tensor.js';
import { acrossOf, cellOutline, peak, plate, reachOver } from '../pictures/parts/plate.js';
import { sizeOf, tileMarks } from '../pictures/parts/tiles.js';
import { CAPTION, WEDGE, caption, indexed, label, inCells, printer } from '../pictures/parts/words.js';
import { LONG, factor, single, thousands } from '../lens/digits.js';
import { saysOf } from './words.js';

/** @import { GivingView, NodeView } from '../types.d.ts' */
/** @import { Box, Label, Mark, PictureFrame, Point, Pose, Scale, Stage, Volume } from '../stage.d.ts' */
/** @typedef {{ stage: Stage, giving: GivingView, node: NodeView, box: Box, sent?: number | null }} Told */
/**
 * A volume that was read, where it stands. channel: of its map in front; cells: those of the window that the tiles show,
 * in reading order; rows, columns: of the tiles; before: products that are given before its first.
 * @typedef {{ k: number, node: NodeView, volume: Volume, pose: Pose, channel: number, window: Point[] | null, local: number[], sent: number[], rows: number, columns: number, top: number, before: number }} Read
 */

/** Shares of the box across: the volumes that were read, the tiles, the giver. */
const SHARES = { read: 0.3, tiles: 0.36, gives: 0.24 };
/** More volumes than this are not drawn; px above a volume for its words; between the tiles; the largest cell, the least with a number, and a digit. */
const MOST = 3, WORDS = 46, BETWEEN = 58, CELL = 74, WRITTEN = 36, LETTER = 7;
/** A narrow box has room for what is sent alone. */
const NARROW = 480;

/** Whether what it gives can be drawn: all that it read, and the giver, have a place on the stage. @param {Told} told */
export const lands = ({ stage: { graph }, giving, node }) => graph.volumes.has(node.name) && giving.sources.length > 0 && giving.sources.every(({ name }) => graph.volumes.has(name));

/** @param {Told} told @returns {PictureFrame} */
export function landing(told) {
  const { stage, giving, node, box } = told, to = /** @type {Volume} */ (stage.graph.volumes.get(node.name)), narrow = box.w < NARROW;
  const some = giving.sources.slice(0, MOST), tall = Math.min(box.h - 60, box.w * 0.4), each = box.h / some.length;
  const gave = plate(to, { x: box.x + box.w * (1 - SHARES.gives), y: box.y, w: box.w * SHARES.gives, h: tall }, placeOf(node.shape, giving.at)[0]);
  const all = some.map((_, k) => readBy(told, k, { x: box.x, y: box.y + k * each, w: box.w * SHARES.read, h: Math.min(some.length > 1 ? each - WORDS : tall, box.w * SHARES.read + 40) }));
  const outline = cellOutline(node, to, gave, giving.at), { look } = stage;
  const parts = all.map((read) => tiles(told, read, { x: box.x + box.w * (SHARES.read + 0.04), w: box.w * SHARES.tiles, y: read.pose.y, h: read.pose.h }, [outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2]));
  return {
    poses: new Map([...all.map((read) => /** @type {[string, Pose]} */ ([read.node.name, read.pose])), [node.name, gave]]), under: [],
    over: [
      ...all.flatMap((read) => soFar(told, read)), ...parts.flatMap(({ marks }) => marks),
      shape(outline, { fill: look.scale.css(giving.given, look.range(node.name)) }), ...attention(outline), ...all.flatMap(({ window }) => (window ? attention(window) : [])),
    ],
    labels: [
      ...all.map((read, n) => caption(`from ${n}`, read.node, `${read.volume.vector || narrow ? '' : `channel ${read.channel}, `}so far`, acrossOf(read.volume, read.pose).x0, Math.max(read.top, peak(read.volume, read.pose)) - CAPTION)),
      caption('to', node, to.vector || narrow ? 'gives' : `gives, channel ${placeOf(node.shape, giving.at)[0]}`, acrossOf(to, gave).x0, peak(to, gave) - CAPTION),
      ...parts.flatMap(({ labels }) => labels),
      label('result', gave.x + gave.w / 2, gave.y + gave.h + 12, 'n', 'result', { text: single(giving.given, LONG), look: 'value' }, { text: `∂${indexed(node.name, giving.at)}`, look: 'place' }),
      ...(narrow ? [] : [label('count', gave.x + gave.w / 2, gave.y + gave.h + 66, 'n', 'caption small', `${thousands(giving.index + 1)} of ${thousands(giving.count)} outputs have given`)]),
    ],
    targets: [],
    spans: [...all.slice(0, 1).map(({ node: { name }, volume, pose }) => ({ node: name, ...acrossOf(volume, pose), y: peak(volume, pose) - WEDGE })), { node: node.name, ...acrossOf(to, gave), y: peak(to, gave) - WEDGE }],
  };
}

/** The k-th volume that was read: the map of it that gets most, its own channel before others. @param {Told} told @param {number} k @param {Box} room @returns {Read} */
function readBy({ stage, giving }, k, room) {
  const { name, cells, channels } = giving.sources[k], node = /** @type {NodeView} */ (stage.graph.byName.get(name)), volume = /** @type {Volume} */ (stage.graph.volumes.get(name));
  const maps = node.shape.length === 3, own = giving.at[0], channel = !maps ? 0 : channels?.includes(own) ? own : channels?.[0] ?? 0;
  const [local, sent] = ['local', 'sent'].map((what) => Array.from(giving.tensors.get(`${what} x${k}`)?.data ?? []));
  const pose = plate(volume, room, channel), others = giving.sources.slice(0, k).reduce((sum, _, n) => sum + (giving.tensors.get(`sent x${n}`)?.data.length ?? 0), 0), rest = { k, node, volume, pose, channel, top: room.y, before: others };
  if (local.length === 0 || channels?.length === 0) return { ...rest, window: null, local, sent, rows: 0, columns: 0 };
  const [deep, high, wide] = maps ? cells.map((axis) => axis.length) : [1, cells[0].length, 1];
  const column = deep > 1 && high * wide === 1; // a window through the channels alone
  const start = maps && !column ? cells[0].indexOf(channel) * high * wide : 0, part = (/** @type {number[]} */ of) => of.slice(start, column ? deep : start + high * wide);
  return { ...rest, before: others + start, local: part(local), sent: part(sent), rows: column ? 1 : high, columns: column ? deep : wide, window: outlined(node, volume, pose, channel, maps ? cells.slice(1) : cells) };
}

/** The window on the map in front, without its padding; of a row, its numbers from the first to the last. @param {NodeView} node @param {Volume} volume @param {Pose} pose @param {number} channel @param {number[][]} cells @returns {Point[] | null} */
function outlined(node, volume, pose, channel, cells) {
  const { m } = mapQuad(volume, pose, channel), inside = cells.map((axis, a) => axis.filter((i) => i >= 0 && i < node.shape[node.shape.length - cells.length + a]));
  if (inside.some((axis) => axis.length === 0)) return null;
  const [first, last] = [inside.map((axis) => axis[0]), inside.map((axis) => axis[axis.length - 1])];
  if (cells.length === 1) return first[0] === last[0] ? cellOutline(node, volume, pose, first) : corners(m);
  return blockOn(m, volume.rows, volume.columns, [first[0], last[0] + 1, first[1], last[1] + 1]);
}

/** The gradient as far as it has come, on the map in front. @param {Told} told @param {Read} read @returns {Mark[]} */
function soFar({ stage, giving }, { k, node, volume, pose, channel }) {
  const tensor = giving.tensors.get(`so_far x${k}`), { channels } = giving.sources[k], { scale } = stage.look, range = stage.look.range(node.name), place = channels ? channels.indexOf(channel) : 0;
  if (!tensor || place < 0 || tensor.data.length === 0) return [];
  const key = `so far ${[stage.scene.network.id, stage.scene.image.id, stage.scene.edit, giving.objective, giving.node, giving.index, k, channel, range, scale.name, stage.look.theme].join(' ')}`, { m } = mapQuad(volume, pose, channel);
  return [image({ key, pixels: () => ({ width: volume.columns, height: volume.rows, data: scale.paint(mapOf(tensor, place), range) }) }, m), shape(corners(m), { stroke: 'ink', width: 0.9, alpha: 0.55 })];
}

/** Between the giver and the volume: the local gradient, and what is sent. @param {Told} told @param {Read} read @param {{ x: number, y: number, w: number, h: number }} room @param {Point} from @returns {{ marks: Mark[], labels: Label[] }} */
function tiles({ stage, giving, node, box, sent: added }, read, room, from) {
  const { k, rows, columns, local, sent, window, pose } = read, narrow = box.w < NARROW, { look } = stage;
  const middle = room.y + room.h / 2, says = saysOf(node, giving, k, read.channel, window !== null);
  if (!window) return { marks: [], labels: [label(`says ${k}`, room.x + room.w / 2, middle, 'o', 'caption small', says)] };
  const cell = Math.min(CELL, (narrow ? room.w : (room.w - BETWEEN) / 2) / columns, Math.max(40, room.h - 70) / rows), [w, h] = [cell * columns, cell * rows];
  const y = middle - h / 2, into = { x: narrow ? room.x + (room.w - w) / 2 : room.x + (room.w / 2 - BETWEEN / 2 - w) / 2, y, w, h }, by = { x: room.x + room.w / 2 + BETWEEN / 2 + (room.w / 2 - BETWEEN / 2 - w) / 2, y, w, h };
  const before = read.before, last = added === null || added === undefined ? Infinity : added - 1 - before, now = last >= 0 && last < sent.length ? last : null;
  const range = sizeOf(sent), size = sizeOf(local), few = [3, 2].map((digits) => printer(sent, digits)).find((print) => sent.every((value) => print.signed(value).length * LETTER <= cell)) ?? printer(sent, 2), edge = narrow ? into : by;
  return {
    marks: [
      ...tileMarks({ box: into, rows, columns, values: sent.map((value, n) => (n <= last ? value : 0)), range, scale: look.scale }), ...(narrow ? [] : tileMarks({ box: by, rows, columns, values: local, range: size, scale: look.weight })),
      reachOver(from, [edge.x + w + 8, middle], 1.5), reachOver([into.x - 6, middle], [(window[1][0] + window[2][0]) / 2 + 5, (window[1][1] + window[2][1]) / 2], 1.7),
      ...(now === null ? [] : (narrow ? [into] : [into, by]).map((b) => rect({ x: b.x + (now % columns) * cell, y: b.y + Math.floor(now / columns) * cell, w: cell, h: cell }, { stroke: 'ink', width: 2.6 }))),
    ],
    labels: [
      label(`sent ${k}`, into.x + w / 2, y - 8, 's', 'direction', narrow ? 'gets' : `${rows * columns > 1 ? 'they get' : 'it gets'}${few.unit && `, in${few.unit.replace(' ×', '')}`}`),
      ...(narrow ? [] : [label(`local ${k}`, by.x + w / 2, y - 8, 's', 'direction', '× local'), label(`is ${k}`, (into.x + w + by.x) / 2, middle, 'o', 'direction', '=')]),
      ...written(`sent ${k}`, into, sent.slice(0, Math.max(0, last + 1)), columns, cell, look.scale, range, (value) => (value === 0 ? '0' : few.signed(value))), ...(narrow ? [] : written(`local ${k}`, by, local, columns, cell, look.weight, size, short(local))),
      ...(narrow ? [] : [label(`says ${k}`, room.x + room.w / 2, Math.min(y + h + 12, pose.y + pose.h + 22), 'n', 'caption small', says)]),
    ],
  };
}

/** The numbers of a tile, where its cells have room. @param {string} key @param {Box} box @param {number[]} values @param {number} columns @param {number} cell @param {Scale} scale @param {number} range @param {(value: number) => string} print @returns {Label[]} */
function written(key, box, values, columns, cell, scale, range, print) {
  if (cell < WRITTEN || values.some((value) => print(value).length * LETTER > cell)) return [];
  return values.map((value, n) => ({ ...label(`${key} ${n}`, box.x + ((n % columns) + 0.5) * cell, box.y + (Math.floor(n / columns) + 0.5) * cell, 'o', cell < 60 ? 'cell near' : 'cell', print(value)), ink: scale.ink(value, range) }));
}

/** Local gradients in few digits: a whole number is one. @param {number[]} local */
function short(local) {
  const print = inCells(local);
  return (/** @type {number} */ value) => (Number.isInteger(value) ? factor(value) : print.plain(value));
}
