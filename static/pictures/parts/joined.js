/**
 * A concatenation: all of its inputs, one behind the other along the channels. The one that the number comes from is lit,
 * and a strip says where each of them begins. Pure.
 */

import { attention, line, rect } from '../../scene/marks.js';
import { placeOf } from '../../model/tensor.js';
import { acrossOf, cellOutline, peak, plate, reachOver } from './plate.js';
import { valueText } from '../../lens/digits.js';
import { CAPTION, WEDGE, caption, indexed, label, shapeText } from './words.js';

/** @import { Box, Mark, PictureFrame, PictureInput, Pose, Volume } from '../../stage.d.ts' */
/** @import { NodeView } from '../../types.d.ts' */
/** @typedef {{ node: NodeView, volume: Volume, pose: Pose, from: number, to: number, lit: boolean, y: number }} Part one input, and the channels that it becomes */

/** More inputs than this are not drawn. */
const MOST = 4;
/** Shares of the box across; px of the strip across, under a caption and between inputs. */
const SHARE = 0.3;
const STRIP = 34;
const BETWEEN = 44;
/** What is not read steps back. */
const DIM = 0.35;

/** Whether its inputs lie one behind the other along the first axis. @param {PictureInput} input */
export function isJoined({ node, stage: { graph } }) {
  const all = node.inputs.map((name) => graph.byName.get(name)?.shape ?? []);
  return node.kind === 'concat' && all.length > 1 && all.reduce((sum, [n]) => sum + n, 0) === node.shape[0] && all.every((shape) => shape.slice(1).join() === node.shape.slice(1).join());
}

/** @param {PictureInput} input @returns {PictureFrame} */
export function joined(input) {
  const { stage, explanation: e, node, box } = input, to = stage.graph.volumes.get(node.name);
  if (!to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const [channel] = e.at, parts = partsOf(input), lit = parts.find((part) => part.lit) ?? parts[0];
  const tall = Math.min(box.h - 60, box.w * 0.4), made = plate(to, { x: box.x + box.w * (1 - SHARE), y: box.y, w: box.w * SHARE, h: tall }, placeOf(node.shape, e.at)[0]);
  const strip = { x: box.x + box.w / 2 - STRIP / 2, y: box.y + 6, w: STRIP, h: Math.min(box.h - 70, tall + 40) };
  const at = (/** @type {number} */ n) => strip.y + (n / node.shape[0]) * strip.h, pitch = strip.h / node.shape[0];
  const cell = e.operands[0].cells.map(([i]) => i), seen = cellOutline(lit.node, lit.volume, lit.pose, cell), outline = cellOutline(node, to, made, e.at);
  const mine = { x: strip.x - 3, y: at(channel), w: strip.w + 6, h: Math.max(3, pitch) }, middle = mine.y + mine.h / 2;
  return {
    poses: new Map([...parts.map((part) => /** @type {[string, Pose]} */ ([part.node.name, part.pose])), [node.name, made]]), under: [],
    over: [
      ...parts.flatMap(({ from, to: end, lit: on }) => [rect({ x: strip.x, y: at(from), w: strip.w, h: at(end) - at(from) }, { fill: on ? 'wedge' : 'sheet', fillAlpha: on ? 2 : 1, stroke: 'ink', width: on ? 1.6 : 0.8, alpha: on ? 1 : 0.5 })]),
      ...(pitch >= 5 ? Array.from({ length: node.shape[0] - 1 }, (_, n) => line([[strip.x, at(n + 1)], [strip.x + strip.w, at(n + 1)]], { width: 0.5, alpha: 0.3 })) : []),
      ...links(parts, strip, at), rect(mine, { fill: stage.look.scale.css(e.value, stage.look.range(node.name)), stroke: 'ink', width: 2 }),
      reachOver(seen[1], [mine.x - 3, middle]), reachOver([mine.x + mine.w + 4, middle], [outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2]), ...attention(seen), ...attention(outline),
    ],
    labels: [
      ...parts.map((part, k) => caption(`from ${k}`, part.node, `${shapeText(part.node)}${part.lit && node.shape.length > 1 && box.w >= 480 ? `, channel ${channel - part.from}` : ''}`, acrossOf(part.volume, part.pose).x0, part.y - 12)),
      caption('to', node, node.shape.length > 1 ? `channel ${channel}` : shapeText(node), acrossOf(to, made).x0, peak(to, made) - CAPTION),
      ...parts.map(({ from, to: end, lit: on }, k) => label(`range ${k}`, strip.x + strip.w + 8, (at(from) + at(end)) / 2, 'w', on ? 'caption small chosen' : 'caption small', `${from} – ${end - 1}`)).filter((_, k) => Math.abs((at(parts[k].from) + at(parts[k].to)) / 2 - middle) > 16),
      ...(box.w < 480 ? [] : [label('place', strip.x + strip.w / 2, strip.y + strip.h + 8, 'n', 'number', lit.from ? `${lit.from} + ${channel - lit.from} = ${channel}` : String(channel))]),
      ...(node.inputs.length > parts.length ? [label('more', box.x, box.y + box.h - 12, 'sw', 'caption small', `and ${node.inputs.length - parts.length} more inputs`)] : []),
      label('result', made.x + made.w / 2, made.y + made.h + 12, 'n', 'result', { text: valueText(e), look: 'value' }, { text: `${indexed(node.name, e.at)} = ${indexed(lit.node.name, cell)}`, look: 'place' }),
    ],
    targets: [],
    spans: [{ node: lit.node.name, x0: box.x, x1: box.x + box.w * SHARE, y: box.y - WEDGE }, { node: node.name, ...acrossOf(to, made), y: peak(to, made) - WEDGE }],
  };
}

/** The inputs, as many as there is room for, the one that is read among them. @param {PictureInput} input @returns {Part[]} */
function partsOf({ stage: { graph }, explanation: e, node, box }) {
  let from = 0;
  const all = node.inputs.flatMap((name) => {
    const one = graph.byName.get(name), volume = graph.volumes.get(name), begin = from;
    from += one?.shape[0] ?? 0;
    return one && volume ? [{ node: one, volume, from: begin, to: from, lit: e.at[0] >= begin && e.at[0] < from }] : [];
  });
  const read = Math.max(0, all.findIndex(({ lit }) => lit)), first = Math.max(0, Math.min(all.length - MOST, read - 1)), shown = all.slice(first, first + MOST);
  const each = (box.h - 20) / shown.length;
  return shown.map((part, k) => {
    const y = box.y + k * each, cell = e.operands[0].cells.map(([i]) => i);
    const pose = plate(part.volume, { x: box.x, y, w: box.w * SHARE, h: Math.min(each - BETWEEN, box.w * SHARE) }, part.lit ? placeOf(part.node.shape, cell)[0] : 0);
    return { ...part, y, pose: { ...pose, alpha: part.lit ? 1 : DIM } };
  });
}

/** From each input to its part of the strip. @param {Part[]} parts @param {Box} strip @param {(n: number) => number} at @returns {Mark[]} */
const links = (parts, strip, at) => parts.flatMap(({ volume, pose, from, to, lit }) => {
  const { x1 } = acrossOf(volume, pose), top = peak(volume, pose);
  return [line([[x1 + 4, top], [strip.x - 2, at(from)]], { width: 0.8, alpha: lit ? 0.45 : 0.18 }), line([[x1 + 4, pose.y + pose.h], [strip.x - 2, at(to)]], { width: 0.8, alpha: lit ? 0.45 : 0.18 })];
});
