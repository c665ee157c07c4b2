/** Breaking the flow into lines: between blocks where it can be, so that the longest line is as short as possible. Pure. */

/** @import { Column } from '../stage.d.ts' */

/** Columns of one rank stand at the same place of the flow. @param {Column[]} columns @returns {Column[][]} */
export function ranksOf(columns) {
  /** @type {Map<number, Column[]>} */
  const ranks = new Map();
  for (const column of columns) ranks.set(column.rank, [...(ranks.get(column.rank) ?? []), column]);
  return [...ranks].sort((a, b) => a[0] - b[0]).map(([, found]) => found);
}

/** Ranks that belong together: a block with what comes before the first one. @param {Column[][]} ranks @returns {Column[][][]} */
function unitsOf(ranks) {
  /** @type {Column[][][]} */
  const units = [];
  let block = -1;
  for (const rank of ranks) {
    const here = Math.max(...rank.map((column) => column.block));
    if (units.length === 0 || (here >= 0 && block >= 0 && here !== block)) units.push([]);
    units[units.length - 1].push(rank);
    block = here >= 0 ? here : block;
  }
  return units;
}

/**
 * The ranks in `count` lines.
 * @param {Column[][]} ranks @param {number} count @param {(rank: Column[]) => number} widthOf
 * @returns {Column[][][]}
 */
export function breakLines(ranks, count, widthOf) {
  const units = unitsOf(ranks);
  const pieces = units.length >= count ? units : ranks.map((rank) => [rank]);
  const widths = pieces.map((piece) => piece.reduce((sum, rank) => sum + widthOf(rank), 0));
  const cuts = shortest(widths, Math.min(count, pieces.length));
  return cuts.map((from, k) => pieces.slice(from, cuts[k + 1]).flat());
}

/** Where each of `count` runs starts, the widest run as narrow as it can be. @param {number[]} widths @param {number} count @returns {number[]} */
function shortest(widths, count) {
  const before = [0];
  for (const width of widths) before.push(before[before.length - 1] + width);
  /** @type {{ widest: number, starts: number[] }[]} best ways to break the first k pieces */
  let best = widths.map((_, k) => ({ widest: before[k + 1], starts: [0] }));
  for (let lines = 2; lines <= count; lines++) {
    best = widths.map((_, k) => {
      let found = { widest: Infinity, starts: [0] };
      for (let from = lines - 1; from <= k; from++) {
        const widest = Math.max(best[from - 1].widest, before[k + 1] - before[from]);
        if (widest < found.widest) found = { widest, starts: [...best[from - 1].starts, from] };
      }
      return found;
    });
  }
  return best[widths.length - 1].starts;
}
