/** A matrix as coloured cells with their numbers; cells can be chosen, or typed into. */
import { h, svg } from '../../ui/h.js';
import { digits, heading, inkOn, plain, scaleOf } from './say.js';

/** @typedef {import('../types.d.ts').Grid} Grid */
/** @typedef {import('../types.d.ts').Hands} Hands */
/** @typedef {import('../../stage.d.ts').Scale} Scale */
/** @typedef {{ w: number, h: number, x: number, y: number }} Size */

const EDGE = 4; // px of hatch that tells a gradient from a value without hue

/** Where the keyboard stands in each grid that can be chosen from. @type {Map<string, [number, number]>} */
const cursors = new Map();

/** @param {Grid} item @param {Hands} hands */
export function grid(item, hands) {
  return [...heading(item.title, item.note), item.edit ? typed(item, hands) : drawn(item, hands)];
}

/** @param {Grid} item @returns {Size} */
function sizeOf({ values, decimals, small, rows, columns }) {
  const count = values[0]?.length ?? 0;
  const longest = Math.max(2, ...values.flat().map((v) => digits(v, decimals).length));
  const h = small ? 17 : count > 9 ? 27 : count > 5 ? 31 : 36;
  const w = small ? 17 : Math.max(h, longest * 8.2 + 8);
  return { w, h, x: rows.length ? Math.max(...rows.map((r) => plain(r).length)) * 7.5 + 10 : EDGE + 2, y: columns.length ? 20 : 2 };
}

/** @param {Grid} item @param {Hands} hands */
function drawn(item, hands) {
  const { values, role, name, title, pick, marks, rows, columns } = item;
  const size = sizeOf(item);
  const [count, across] = [values.length, values[0]?.length ?? 0];
  const [width, height] = [size.x + across * size.w + EDGE + 2, size.y + count * size.h + 4];
  const root = svg('svg', {
    viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', class: `grid ${role}`, 'data-grid': name, 'aria-label': spoken(item),
  });
  const scale = scaleOf(role);
  values.forEach((row, r) => row.forEach((value, c) => root.append(cell(item, size, scale, value, r, c))));
  root.append(...rows.map((text, r) => svg('text', { class: 'axis', x: size.x - 7, y: size.y + (r + 0.5) * size.h, 'text-anchor': 'end' }, plain(text))));
  root.append(...columns.map((text, c) => svg('text', { class: 'axis', x: size.x + (c + 0.5) * size.w, y: size.y - 9, 'text-anchor': 'middle' }, plain(text))));
  if (role === 'gradient') root.append(...[size.x - EDGE - 1, size.x + across * size.w + 1].map((x) =>
    svg('path', { class: 'hatch', d: hatch(x, size.y, EDGE, count * size.h) })));
  for (const { look, cells } of marks) if (look !== 'dim' && look !== 'blank') root.append(...outline(look, cells, size));
  if (pick || (name && name === hands.asked)) choosable(root, item, size, hands, plain(title));
  return root;
}

/** @param {Grid} item @param {Size} size @param {Scale} scale @param {number} value @param {number} r @param {number} c */
function cell({ role, span, decimals, small, marks }, size, scale, value, r, c) {
  const has = (/** @type {string} */ look) => marks.some((m) => m.look === look && m.cells.some(([a, b]) => a === r && b === c));
  const padding = has('padding'), blank = has('blank'), plainly = role === 'plain' || blank;
  const text = small || blank ? null : svg('text', { x: size.x + (c + 0.5) * size.w, y: size.y + (r + 0.5) * size.h, 'text-anchor': 'middle' }, digits(value, decimals));
  const rect = svg('rect', { x: size.x + c * size.w, y: size.y + r * size.h, width: size.w, height: size.h });
  if (!padding && !plainly) {
    rect.setAttribute('fill', scale.css(value, span));
    text?.setAttribute('fill', inkOn(scale.css(value, span)));
  }
  const classes = ['cell', padding && 'padding', plainly && 'plain', has('dim') && 'dim', has('never') && 'never'].filter(Boolean).join(' ');
  if (small) {
    rect.setAttribute('class', classes);
    rect.setAttribute('data-cell', `${r},${c}`);
    return rect;
  }
  return svg('g', { class: classes, 'data-cell': `${r},${c}` }, rect, text,
    has('never') ? svg('path', { class: 'cross', d: hatch(size.x + c * size.w, size.y + r * size.h, size.w, size.h) }) : null);
}

/** Diagonal lines over a rectangle. @param {number} x @param {number} y @param {number} w @param {number} h */
function hatch(x, y, w, h) {
  const lines = [];
  for (let d = 4; d < w + h; d += 6) {
    const [x0, y0] = [x + Math.max(0, d - h), y + Math.min(h, d)];
    const [x1, y1] = [x + Math.min(w, d), y + Math.max(0, d - w)];
    lines.push(`M${x0} ${y0}L${x1} ${y1}`);
  }
  return lines.join('');
}

/** The outline around the cells' block, ink on a halo. @param {string} look @param {[number, number][]} cells @param {Size} size @returns {SVGElement[]} */
function outline(look, cells, size) {
  if (look === 'padding' || look === 'never' || !cells.length) return [];
  if (look === 'window' && spread(cells)) return cells.flatMap((one) => outline('pick', [one], size));
  const [rs, cs] = [cells.map(([r]) => r), cells.map(([, c]) => c)];
  const [r0, r1, c0, c1] = [Math.min(...rs), Math.max(...rs) + 1, Math.min(...cs), Math.max(...cs) + 1];
  const box = { x: size.x + c0 * size.w, y: size.y + r0 * size.h, width: (c1 - c0) * size.w, height: (r1 - r0) * size.h };
  return [svg('rect', { ...box, class: 'halo' }), svg('rect', { ...box, class: `mark ${look}` })];
}

/** Whether the cells leave gaps, as a dilated window's do. @param {[number, number][]} cells */
function spread(cells) {
  const [rs, cs] = [cells.map(([r]) => r), cells.map(([, c]) => c)];
  return cells.length < (Math.max(...rs) - Math.min(...rs) + 1) * (Math.max(...cs) - Math.min(...cs) + 1);
}

/** @param {Grid} item */
function spoken({ title, values, decimals, small, marks }) {
  const shape = `${values.length} by ${values[0]?.length ?? 0}`;
  if (small || values.flat().length > 50) return `${plain(title)}, ${shape} numbers`;
  const blank = new Set(marks.filter((m) => m.look === 'blank').flatMap((m) => m.cells.map(String)));
  const said = (/** @type {number} */ v, /** @type {number} */ r, /** @type {number} */ c) => (blank.has(String([r, c])) ? 'not yet' : digits(v, decimals));
  return `${plain(title)}, ${shape}: ${values.map((row, r) => row.map((v, c) => said(v, r, c)).join(' ')).join('; ')}`;
}

/** @param {SVGSVGElement} root @param {Grid} item @param {Size} size @param {Hands} hands @param {string} title */
function choosable(root, { name, pick, first, values, decimals }, size, hands, title) {
  const [count, across] = [values.length, values[0].length];
  const ring = svg('rect', { class: 'cursor', width: size.w - 4, height: size.h - 4 });
  const stand = (/** @type {[number, number]} */ [r, c]) => {
    cursors.set(name, [r, c]);
    ring.setAttribute('x', String(size.x + c * size.w + 2));
    ring.setAttribute('y', String(size.y + r * size.h + 2));
    root.setAttribute('aria-label', `${title}, row ${r}, column ${c}: ${digits(values[r][c], decimals)}. Enter chooses it.`);
  };
  const choose = (/** @type {[number, number]} */ at) => {
    if (!hands.picked?.(name, at) && pick) hands.set({ [pick]: first < 0 ? at : first + at[0] * across + at[1] });
  };
  const [r, c] = cursors.get(name) ?? [0, 0];
  stand([Math.min(r, count - 1), Math.min(c, across - 1)]);
  root.append(ring);
  root.classList.add('choosable');
  root.setAttribute('tabindex', '0');
  root.setAttribute('role', 'application');
  root.setAttribute('data-key', `grid ${name}`);
  root.addEventListener('click', (event) => {
    const at = /** @type {Element} */ (event.target).closest('[data-cell]')?.getAttribute('data-cell');
    if (!at) return;
    const place = /** @type {[number, number]} */ (at.split(',').map(Number));
    stand(place);
    choose(place);
  });
  root.addEventListener('keydown', (event) => {
    const [dr, dc] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
    const [row, column] = cursors.get(name) ?? [0, 0];
    if (event.key === 'Enter' || event.key === ' ') choose([row, column]);
    else if (dr || dc) stand([Math.max(0, Math.min(count - 1, row + dr)), Math.max(0, Math.min(across - 1, column + dc))]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** The whole array of a control with one of its matrices changed. @param {number[][]} numbers @param {number[]} slot @param {any} whole @returns {any} */
function placed(numbers, [first, ...rest], whole) {
  if (first === undefined) return numbers;
  return whole.map((/** @type {any} */ part, /** @type {number} */ k) => (k === first ? placed(numbers, rest, part) : part));
}

/** Numbers that can be typed. @param {Grid} item @param {Hands} hands */
function typed(item, hands) {
  const { values, role, span, edit, slot, also, title, marks, decimals } = item;
  const scale = scaleOf(role);
  const seen = marks.filter((m) => m.look === 'window' || m.look === 'pick').flatMap((m) => m.cells.map(String));
  const change = () => {
    const numbers = inputs.map((row) => row.map((input) => (input.value.trim() ? Number(input.value.replace('−', '-').replace(',', '.')) : NaN)));
    if (numbers.flat().every(Number.isFinite)) hands.set({ ...also, [edit]: placed(numbers, slot, also[edit]) });
  };
  const inputs = values.map((row, r) => row.map((value, c) => {
    const input = h('input', {
      type: 'text', inputmode: 'text', autocomplete: 'off', value: String(value).replace('-', '−'), size: 4, 'aria-label': `${plain(title)}, row ${r}, column ${c}`,
      'data-key': `cell ${edit} ${r} ${c}`, class: seen.includes(String([r, c])) ? 'seen' : null, title: digits(value, decimals), on: { change },
    });
    input.style.setProperty('background', scale.css(value, span));
    input.style.setProperty('color', inkOn(scale.css(value, span)));
    return input;
  }));
  return h('table', { class: `typed ${role}` }, h('tbody', null, inputs.map((row) => h('tr', null, row.map((input) => h('td', null, input))))));
}
