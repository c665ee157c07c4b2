/**
 * A dense layer: all inputs in a row, a row of weights under them, their products, and the running sum that ends in the
 * output's cell. Where the row re-reads maps, the maps stand over their part of it. Pure.
 */

import { attention, curve, image, line, rect, shape } from '../../scene/marks.js';
import { ofBox } from '../../scene/matrix.js';
import { cellOutline, plate } from './plate.js';
import { cellsOf, sizeOf, tileMarks, tileTargets } from './tiles.js';
import { loupe, loupeHeight } from './loupe.js';
import { measures } from './stack_sum.js';
import { waterfall } from './waterfall.js';
import { valueText } from '../../lens/digits.js';
import { CAPTION, WEDGE, caption, drawn, indexed, label, printer, shapeText } from './words.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput, Pose, Stage, Target } from '../../stage.d.ts' */

/** The output's strip has so much room across, px. */
const STRIP = 40;
/** Steps with a number: the heaviest, in a band of their own under the sum, as far apart as their numbers are wide (px). */
const TOLD = { most: 5, apart: 66, band: 44 };
/** A map over its part of the row is at most and at least so large, px. */
const MAP = { most: 54, least: 20 };
/** Cells of a row so wide (px) can be read as they are. */
const LARGE = 60;
/** A row's height and the air below it, px. */
const ROW = { large: { h: 30, gap: 16 }, small: { h: 18, gap: 9 } };

/** Lower than this (px) there is no room for maps while products are looked at one by one. */
const LOW = 440;
const NO_MAPS = { marks: [], labels: [], targets: [], height: 0 };

/** @param {PictureInput} input @returns {PictureFrame} */
export function rowSum(input) {
  const { stage, explanation: e, node, source, box, added } = input;
  const m = measures(box);
  const [x, w] = e.operands;
  const count = x.values.length;
  const to = stage.graph.volumes.get(node.name);
  if (!to) return { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };
  const right = m.label ? 150 : 74;
  const { h, gap } = m.capped ? ROW.small : ROW.large;
  const row = { x: box.x + m.label, y: 0, w: box.w - m.label - right - m.gap / 2, h };
  const maps = added !== null && box.h < LOW ? NO_MAPS : mapsOver(input, { ...row, y: box.y });
  const y0 = box.y + maps.height;
  const at = (/** @type {number} */ k) => ({ ...row, y: y0 + k * (h + gap) });
  const products = e.products ?? [];
  const all = drawn(e.steps), steps = all.slice(0, added ?? all.length);
  const pitch = row.w / count;
  const places = steps.map((_, index) => ({ x: row.x + pitch * (index + 0.5) + (index >= count ? 14 : 0), index }));
  const out = plate(to, { x: box.x + box.w - right + (m.capped ? (right - STRIP) / 2 : 60), y: box.y, w: STRIP, h: box.h - 66 }, 0);
  const band = box.y + box.h - TOLD.band;
  const close = added !== null && m.label > 0 && pitch < LARGE ? loupe([
    { values: x.values, range: stage.look.range(source.name), scale: stage.look.scale, name: source.name }, { values: w.values, range: sizeOf(w.values), scale: stage.look.weight, name: '× weight' },
    { values: products, range: sizeOf(products), scale: stage.look.scale, name: '= product' },
  ], { now: Math.min(added, count) - 1, done: added, row: at(2), label: m.label }) : { marks: [], labels: [] };
  const fall = waterfall({ steps, scaled: all, places, y0: at(3).y - 6 + (close.marks.length ? loupeHeight(3) : 0), y1: band, bar: Math.max(0.8, pitch * 0.86), end: out.x - 30, scale: stage.look.scale, print: null });
  const outline = cellOutline(node, to, out, e.at);
  const told = m.capped ? { marks: [], labels: [] } : heaviest(steps, places, fall.yOf, count, band);
  const total = steps[steps.length - 1].total, whole = steps.length === all.length;
  const read = { rows: 1, columns: count, scale: stage.look.scale };
  const end = m.capped ? at(2).y + h / 2 : fall.yOf(whole ? e.value : total);
  const tip = [outline[0][0] - 6, (outline[0][1] + outline[3][1]) / 2];
  return {
    poses: new Map([[node.name, out]]),
    under: [],
    over: [
      ...maps.marks,
      ...tileMarks({ ...read, box: at(0), values: x.values, range: stage.look.range(source.name) }),
      ...tileMarks({ ...read, box: at(1), values: w.values, range: sizeOf(w.values), scale: stage.look.weight }),
      ...tileMarks({ ...read, box: at(2), values: products, range: sizeOf(products) }),
      ...toCome([at(0), at(1), at(2)], count, added), ...close.marks,
      ...(m.capped ? [] : [...fall.marks, ...told.marks]),
      curve([[out.x - 30, end], [out.x - 14, end], [tip[0] - 26, tip[1]], [tip[0], tip[1]]], { width: 1.5, alpha: 0.9, head: true }),
      ...attention(outline),
    ],
    labels: [
      caption('from', source, shapeText(source), row.x - 2, box.y - CAPTION),
      caption('to', node, shapeText(node), out.x + out.w / 2, box.y - CAPTION, 's'),
      ...maps.labels,
      ...(m.label
        ? ['input', `× row ${e.at[0]}`, '= products'].map((text, k) => label(`row ${k}`, row.x - 14, at(k).y + h / 2, 'e', 'row', text))
        : []),
      ...(m.label ? [label('row sums', row.x - 14, (at(3).y + (close.marks.length ? loupeHeight(3) : 0) + box.y + box.h) / 2, 'e', 'row', 'running', 'sum')] : []),
      ...told.labels, ...close.labels,
      ...(m.capped ? [] : cellNames(stage, node.name, out, e.at[0])),
      label('result', out.x + out.w / 2, box.y + box.h - 46, 'n', 'result', { text: valueText(e, whole ? e.value : total), look: 'value' }, { text: whole ? indexed(node.name, e.at) : 'so far', look: 'place' }),
    ],
    targets: [...maps.targets, ...tileTargets(at(0), source.name, cellsOf(x, source.shape), count)],
    spans: [
      { node: source.name, x0: row.x, x1: row.x + row.w, y: box.y - WEDGE },
      { node: node.name, x0: out.x - 30, x1: out.x + out.w + 30, y: box.y - WEDGE },
    ],
  };
}

/** The maps that the row re-reads, each over its part. @param {PictureInput} input @param {Box} row @returns {{ marks: Mark[], labels: Label[], targets: Target[], height: number }} */
function mapsOver({ stage, source }, row) {
  const before = stage.graph.byName.get(source.inputs[0] ?? '');
  const volume = before && stage.graph.volumes.get(before.name);
  const part = volume ? row.w / volume.channels : 0;
  if (!before || !volume || volume.vector || source.windows[0]?.axes || part < MAP.least + 6) return { marks: [], labels: [], targets: [], height: 0 };
  const side = Math.min(MAP.most, part - 8);
  const [w, h] = [(side * volume.columns) / Math.max(volume.rows, volume.columns), (side * volume.rows) / Math.max(volume.rows, volume.columns)];
  const all = Array.from({ length: volume.channels }, (_, c) => {
    const [x0, x1] = [row.x + c * part, row.x + (c + 1) * part];
    const box = { x: (x0 + x1 - w) / 2, y: row.y + 16, w, h };
    return {
      marks: [
        image(stage.look.picture(before.name, 'map', c), ofBox(box)), rect(box, { stroke: 'ink', width: 0.9, alpha: 0.55 }),
        shape([[box.x, box.y + h], [box.x + w, box.y + h], [x1 - 1, row.y + h + 40], [x0 + 1, row.y + h + 40]], { fill: 'wedge' }),
        line([[x0, row.y + h + 38], [x0, row.y + h + 42]], { width: 0.8, alpha: 0.5 }),
      ],
      label: label(`map ${c}`, (x0 + x1) / 2, row.y + 13, 's', 'channel', String(c)),
      target: { node: before.name, m: ofBox(box), cell: (/** @type {number} */ u, /** @type {number} */ v) => [c, Math.floor(v * volume.rows), Math.floor(u * volume.columns)] },
    };
  });
  return { marks: all.flatMap((a) => a.marks), labels: all.map((a) => a.label), targets: all.map((a) => a.target), height: h + 42 };
}

/** Numbers of the heaviest steps, each with a line from its bar. @param {import('../../types.d.ts').Step[]} steps @param {{ x: number, index: number }[]} places @param {(total: number) => number} yOf @param {number} count @param {number} y of the band @returns {{ marks: Mark[], labels: Label[] }} */
function heaviest(steps, places, yOf, count, y) {
  const print = printer(steps.map((s) => s.value));
  /** @type {number[]} */
  const told = [];
  for (const index of steps.map((_, k) => k).sort((a, b) => Math.abs(steps[b].value) - Math.abs(steps[a].value))) {
    if (told.length < TOLD.most && told.every((k) => Math.abs(places[k].x - places[index].x) > TOLD.apart)) told.push(index);
  }
  const low = (/** @type {number} */ k) => Math.max(yOf(k > 0 ? steps[k - 1].total : 0), yOf(steps[k].total));
  return {
    marks: told.map((k) => line([[places[k].x, low(k) + 2], [places[k].x, y + 8]], { width: 0.8, alpha: 0.4, dash: [2, 3] })),
    labels: told.map((k) => label(`told ${k}`, places[k].x, y + 9, 'n', 'number', print.signed(steps[k].value), { text: k < count ? steps[k].label : `+ ${steps[k].label}`, look: 'of' })),
  };
}

/** The terms that are not added yet are not seen, the one at work is in ink. @param {Box[]} rows input, weights, products @param {number} count @param {number | null} added @returns {Mark[]} */
function toCome([x, w, products], count, added) {
  if (added === null) return [];
  const pitch = x.w / count, done = Math.min(added, count), end = products.x + done * pitch;
  const now = (/** @type {Box} */ row) => rect({ x: row.x + (done - 1) * pitch, y: row.y - 2, w: Math.max(3, pitch), h: row.h + 4 }, { stroke: 'ink', width: 2 });
  return [rect({ x: end, y: products.y, w: Math.max(0, products.x + products.w - end), h: products.h }, { fill: 'sheet', stroke: 'ink', width: 0.6 }), ...(added <= count ? [x, w, products].map(now) : [])];
}

/** The classes beside the logits. @param {Stage} stage @param {string} node @param {Pose} out @param {number} chosen @returns {Label[]} */
function cellNames({ scene }, node, out, chosen) {
  const { labels, logits, output } = scene.network;
  const cells = scene.activations.get(node)?.shape[0] ?? 0;
  if ((node !== logits && node !== output) || labels.length !== cells || cells > 24) return [];
  return labels.map((text, k) => label(`class ${k}`, out.x + out.w + 6, out.y + (out.h * (k + 0.5)) / cells, 'w', k === chosen ? 'caption small chosen' : 'caption small', text));
}
