/** A few cells of a long row, large enough to be read: the product that is being added and those beside it. Pure. */

import { attention, line } from '../../scene/marks.js';
import { tileMarks } from './tiles.js';
import { label, inCells } from './words.js';

/** @import { Box, Label, Mark, Scale } from '../../stage.d.ts' */
/** @typedef {{ values: number[], range: number, scale: Scale, name: string }} Line one of the rows, and its name */

/** Cells on either side of the one at work; px of a cell, from the rows to it and from it on. */
const BESIDE = 4;
const CELL = { w: 76, h: 25, gap: 3 };
const AIR = { above: 20, below: 30 };

/** The room that a loupe over so many rows takes, px. @param {number} rows */
export const loupeHeight = (rows) => rows * (CELL.h + CELL.gap) + AIR.above + AIR.below;

/**
 * @param {Line[]} rows the last one is of the products: of these only those that are added are there
 * @param {{ now: number, done: number, row: Box, label: number }} at now: the cell at work. row: the last of the long rows
 * @returns {{ marks: Mark[], labels: Label[] }}
 */
export function loupe(rows, { now, done, row, label: room }) {
  const count = rows[0].values.length, most = Math.max(1, Math.min(2 * BESIDE + 1, Math.floor(row.w / CELL.w), count));
  const first = Math.max(0, Math.min(count - most, now - Math.floor(most / 2))), pitch = row.w / count, wide = most * CELL.w;
  const x = Math.max(row.x, Math.min(row.x + row.w - wide, row.x + (now + 0.5) * pitch - wide / 2)), y = row.y + row.h + AIR.above;
  const at = (/** @type {number} */ k) => ({ x, y: y + k * (CELL.h + CELL.gap), w: wide, h: CELL.h });
  const own = { x: x + (now - first) * CELL.w, w: CELL.w }, end = at(rows.length - 1).y + CELL.h;
  const parts = rows.map(({ values, range, scale, name }, k) => {
    const shown = values.slice(first, first + most), last = k === rows.length - 1, print = inCells(values);
    const there = (/** @type {number} */ n) => !last || first + n < done;
    return {
      marks: tileMarks({ box: at(k), rows: 1, columns: most, values: shown.map((value, n) => (there(n) ? value : 0)), range, scale }),
      labels: [
        ...(room ? [label(`loupe ${k}`, x - 10, at(k).y + CELL.h / 2, 'e', 'row', name, ...(print.unit ? [`each${print.unit}`] : []))] : []),
        ...shown.flatMap((value, n) => (there(n) ? [{ ...label(`loupe ${k} ${n}`, x + (n + 0.5) * CELL.w, at(k).y + CELL.h / 2, 'o', 'cell', last ? print.signed(value) : print.plain(value)), ink: scale.ink(value, range) }] : [])),
      ],
    };
  });
  return {
    marks: [
      line([[row.x + first * pitch, row.y + row.h], [x, y]], { width: 0.9, alpha: 0.4 }), line([[row.x + (first + most) * pitch, row.y + row.h], [x + wide, y]], { width: 0.9, alpha: 0.4 }),
      ...parts.flatMap((part) => part.marks), ...attention([[own.x, y - 2], [own.x + own.w, y - 2], [own.x + own.w, end + 2], [own.x, end + 2]], 2.4),
    ],
    labels: [...parts.flatMap((part) => part.labels), label('loupe place', own.x + own.w / 2, end + 6, 'n', 'channel', `input ${now}`)],
  };
}
