/**
 * A figure takes the room that there is: larger for the back of a room, a little smaller to stay on one screen. When
 * presented it stands beside the words or under them, where it can be larger.
 */

const READ = { most: 2.1, least: 0.8, around: 190 }; // times; css px above and below a figure: header, footer, caption, margins
const PRESENTED = { most: 3.4, least: 0.7, around: 160 };
const PHONE = { most: 1, least: 0.8, around: -Infinity };
const NARROW = 900; // css px
const GAP = 24; // css px between words and the figure under them
const WORTH = 1.08; // times larger, for which the figure leaves its place beside the words

/** Rows are measured unwrapped; they stay so where that fits. @param {HTMLElement} rows */
export function fit(rows) {
  const beat = rows.closest('.beat'), way = innerWidth <= NARROW ? PHONE : document.body.hasAttribute('data-present') ? PRESENTED : READ;
  rows.style.setProperty('zoom', '1');
  rows.classList.add('fitted');
  beat?.classList.remove('under');
  let found = measured(rows, way, 0);
  if (beat && way === PRESENTED) {
    beat.classList.add('under');
    const words = beat.querySelector('.words')?.clientHeight ?? 0;
    const under = measured(rows, way, words + GAP);
    if (under.zoom > found.zoom * WORTH) found = under;
    else beat.classList.remove('under');
  }
  rows.style.setProperty('zoom', found.zoom.toFixed(3));
  rows.style.setProperty('--enlarged', found.zoom.toFixed(3)); // a link onward is no part of the figure: it keeps its size
  rows.classList.toggle('fitted', found.whole);
  for (const formula of rows.querySelectorAll('.formula')) reachable(formula);
}

/** How much a figure can be enlarged where it stands, and whether no row has to wrap. @param {HTMLElement} rows @param {typeof READ} way @param {number} above css px of words */
function measured(rows, { most, least, around }, above) {
  const style = getComputedStyle(rows);
  const [across, down] = [parseFloat(style.paddingLeft) * 2, parseFloat(style.paddingTop) * 2 + 2];
  const gap = parseFloat(style.rowGap) || 0;
  const lines = [...rows.children].map((row) => row.getBoundingClientRect().height);
  const high = lines.reduce((sum, line) => sum + line, gap * (lines.length - 1)) + down;
  const wide = Math.max(1, ...[...rows.children].filter((row) => row.querySelector('.item:not(.links)')).map(used)) + across;
  const room = { w: rows.clientWidth, h: Math.max(340, innerHeight - around) - above };
  const zoom = Math.max(least, Math.min(most, (room.w / wide) * 0.985, room.h / high));
  return { zoom, whole: wide * zoom <= room.w };
}

/** A formula that is wider than its place can be scrolled with the keyboard. @param {Element} formula */
function reachable(formula) {
  if (formula.scrollWidth > formula.clientWidth + 1) formula.setAttribute('tabindex', '0');
  else formula.removeAttribute('tabindex');
}

/** How wide a row is: what its parts take, gaps counted. @param {Element} row */
function used(row) {
  const boxes = [...row.children].map((child) => child.getBoundingClientRect());
  return boxes.length ? Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left)) : 0;
}
