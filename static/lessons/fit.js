/** A figure takes the room that there is: larger for the back of a room, a little smaller to stay on one screen. */

const MOST = 2.1, LEAST = 0.8, NARROW = 900; // times; css px
const AROUND = 190; // css px above and below a figure: header, footer, caption, margins

/** Rows are measured unwrapped; they stay so where that fits. @param {HTMLElement} rows */
export function fit(rows) {
  rows.style.setProperty('zoom', '1');
  rows.classList.remove('fitted');
  rows.classList.add('fitted');
  const style = getComputedStyle(rows);
  const [across, down] = [parseFloat(style.paddingLeft) * 2, parseFloat(style.paddingTop) * 2 + 2];
  const gap = parseFloat(style.rowGap) || 0;
  const lines = [...rows.children].map((row) => row.getBoundingClientRect().height);
  const high = lines.reduce((sum, line) => sum + line, gap * (lines.length - 1)) + down;
  const wide = Math.max(1, ...[...rows.children].map(used)) + across;
  const phone = innerWidth <= NARROW;
  const room = { w: rows.clientWidth, h: phone ? Infinity : Math.max(340, innerHeight - AROUND) };
  const zoom = Math.max(LEAST, Math.min(phone ? 1 : MOST, (room.w / wide) * 0.985, room.h / high));
  rows.style.setProperty('zoom', zoom.toFixed(3));
  rows.classList.toggle('fitted', wide * zoom <= room.w);
  for (const formula of rows.querySelectorAll('.formula')) reachable(formula);
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
