/** Frames of one picture in one file: what they share is written once, the rest says in which of them it stands. */

/** Shown by what opens the file; the others are there to be read, or by another number in this line. */
const SHOWN = 3;

/**
 * SVGs of the same size as one: `<g data-t="1 2">…</g>` around a line that not all of them have, frames counted from 1.
 * @param {string[]} svgs @returns {string}
 */
export function merged(svgs) {
  const frames = svgs.map((svg) => svg.trimEnd().split('\n')), [head, ground] = frames[0], end = '</svg>';
  /** @type {{ line: string, at: number[] }[]} */
  let all = [];
  frames.forEach((lines, k) => (all = together(all, lines.slice(2, -1), k + 1)));
  const body = all.map(({ line, at }) => (at.length === frames.length ? line : `<g data-t="${at.join(' ')}">${line}</g>`));
  return [head, `<style>[data-t]:not([data-t~="${SHOWN}"]) { display: none }</style>`, ground, ...body, end, ''].join('\n');
}

/** Lines joined to those of the frames before, in an order that is each frame's own: the longest common part stays. @param {{ line: string, at: number[] }[]} all @param {string[]} lines @param {number} frame */
function together(all, lines, frame) {
  const long = Array.from({ length: all.length + 1 }, () => new Uint16Array(lines.length + 1));
  for (let i = all.length - 1; i >= 0; i--) for (let j = lines.length - 1; j >= 0; j--) long[i][j] = all[i].line === lines[j] ? long[i + 1][j + 1] + 1 : Math.max(long[i + 1][j], long[i][j + 1]);
  const made = [];
  for (let i = 0, j = 0; i < all.length || j < lines.length;) {
    if (i < all.length && j < lines.length && all[i].line === lines[j]) made.push({ line: lines[j++], at: [...all[i++].at, frame] });
    else if (j >= lines.length || (i < all.length && long[i + 1][j] >= long[i][j + 1])) made.push(all[i++]);
    else made.push({ line: lines[j++], at: [frame] });
  }
  return made;
}

const TOLD = 8, WIDE = 180;

/** What of a file is another: lines that are gone, and lines that are new; empty where nothing is. @param {string} before @param {string} now */
export function differing(before, now) {
  const [had, has] = [new Set(before.split('\n')), new Set(now.split('\n'))];
  const only = (/** @type {Set<string>} */ one, /** @type {Set<string>} */ other, /** @type {string} */ sign) => {
    const lines = [...one].filter((line) => !other.has(line));
    return [...lines.slice(0, TOLD).map((line) => `${sign} ${line.slice(0, WIDE)}`), ...(lines.length > TOLD ? [`${sign} and ${lines.length - TOLD} more`] : [])];
  };
  const told = [...only(had, has, '-'), ...only(has, had, '+')];
  return told.length === 0 && before !== now ? ['the same lines in another order'] : told;
}
