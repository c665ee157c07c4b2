/** Labels and class bars as HTML over the canvas: text that can be read, selected, spoken and clicked. */

import { TOLD_FROM } from '../scene/bars.js';
import { apply } from '../scene/matrix.js';

/** @import { Bars, Label, Matrix } from '../stage.d.ts' */

const FADE_OUT = 220;
/** px between a number and the edge of the stage. */
const EDGE = 10;
/** Only so near the edge (px) is it measured, for that takes a layout. */
const NEAR_EDGE = 130;
/** The names of the classes get from a third to a little over half of the bars' width; px a letter. */
const NAME = { least: 0.33, most: 0.58, letter: 8 };
/** What has a ✓ behind its name, and the letters that it takes. */
const TICKED = /truth|label/, TICK = 2;

/** A layer of words goes where the camera goes as one: while one drags the ground none of them is laid out anew. @param {HTMLElement} layer */
function carrying(layer) {
  let said = '';
  return (/** @type {Matrix} */ [a, b, c, d, e, f]) => {
    const moved = e || f ? `translate(${e.toFixed(1)}px, ${f.toFixed(1)}px)` : '';
    if (moved !== said) layer.style.transform = said = moved;
    return /** @type {Matrix} */ ([a, b, c, d, 0, 0]);
  };
}

/** @param {string} tag @param {string} className */
function element(tag, className) {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

/**
 * @param {HTMLElement} root @param {(node: string) => void} choose a label of a node was clicked
 */
export function mountLabels(root, choose) {
  const layer = element('div', 'labels');
  root.append(layer);
  /** @type {Map<string, { made: HTMLElement, said: string, spot: string, label: Label | null }>} */
  const shown = new Map();
  const carry = carrying(layer);
  let wide = 0;
  new ResizeObserver(([{ contentRect }]) => (wide = contentRect.width)).observe(layer);

  layer.addEventListener('click', (event) => {
    const label = event.target instanceof Element ? event.target.closest('[data-node]') : null;
    if (label instanceof HTMLElement && label.dataset.node) choose(label.dataset.node);
  });

  /** @param {Label} label */
  function write(label) {
    const known = shown.get(label.key) ?? { made: element('div', ''), said: '', spot: '', label: null };
    if (known.label !== label) {
      const said = JSON.stringify([label.look, label.anchor, label.lines, label.width, label.node, label.ink]);
      if (said !== known.said) fill(known.made, label);
      Object.assign(known, { said, label });
    }
    shown.set(label.key, known);
    return known;
  }

  return {
    /** @param {Label[]} labels @param {Matrix} camera */
    show(labels, camera) {
      const keep = new Set(labels.map((label) => label.key));
      for (const [key, { made }] of shown) {
        if (keep.has(key)) continue;
        made.remove();
        shown.delete(key);
      }
      const zoomed = carry(camera);
      for (const label of labels) {
        const known = write(label), { made } = known;
        const [left, top] = apply(zoomed, label.x, label.y), x = left + camera[4];
        const held = label.look.startsWith('result') && (x < NEAR_EDGE || x > wide - NEAR_EDGE);
        const spot = `${left.toFixed(1)} ${top.toFixed(1)}`;
        if (held || spot !== known.spot) {
          made.style.left = `${left.toFixed(1)}px`;
          made.style.top = `${top.toFixed(1)}px`;
        }
        known.spot = held ? '' : spot;
        if (!made.parentNode) layer.append(made);
        if (held) hold(made, x, label.anchor, wide, camera[4]);
      }
    },
    /** The words on the stage leave, those that come next arrive late. @param {number} ms */
    turn(ms) {
      const leaving = /** @type {HTMLElement} */ (layer.cloneNode(true));
      leaving.setAttribute('aria-hidden', 'true');
      leaving.classList.add('leaving');
      root.append(leaving);
      leaving.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE_OUT, fill: 'forwards' }).finished.then(
        () => leaving.remove(),
        () => leaving.remove(),
      );
      layer.animate([{ opacity: 0 }, { opacity: 0, offset: 0.62 }, { opacity: 1 }], { duration: ms });
    },
  };
}

/** Half of the width of what was measured, by how it looks and how long it is: to measure is to lay out. @type {Map<string, number>} */
const halves = new Map();

/** A number that stands at the edge is moved in, to be read whole. @param {HTMLElement} made @param {number} x @param {Label['anchor']} anchor @param {number} wide of the stage @param {number} from where its layer begins */
function hold(made, x, anchor, wide, from) {
  const said = `${made.className} ${[...made.children].map((line) => line.textContent?.length)}`; // figures are all as wide
  const half = halves.get(said) ?? made.offsetWidth / 2;
  if (half) halves.set(said, half);
  if (half && 'nso'.includes(anchor)) made.style.left = `${Math.max(half + EDGE, Math.min(wide - half - EDGE, x)) - from}px`;
}

/** @param {HTMLElement} made @param {Label} label */
function fill(made, { look, anchor, lines, width, node, ink }) {
  made.className = `label ${look} at-${anchor}`;
  made.style.maxWidth = width ? `${Math.round(width)}px` : '';
  made.style.color = ink ?? '';
  if (node) made.dataset.node = node;
  if (look.includes('preprocess')) Object.assign(made, { tabIndex: 0, role: 'button' });
  const same = made.children.length === lines.length && lines.every(({ look: own }, k) => made.children[k].className === (own ?? ''));
  if (same) lines.forEach(({ text }, k) => (made.children[k].textContent = text));
  else made.replaceChildren(
    ...lines.map(({ text, look: own }) => {
      const span = element('span', own ?? '');
      span.textContent = text;
      return span;
    }),
  );
}

/**
 * Class bars travel from view to view; each is a button.
 * @param {HTMLElement} root @param {(node: string, index: number) => void} choose
 */
export function mountBars(root, choose) {
  const list = element('ol', 'bars');
  root.append(list);
  /** @type {{ row: HTMLElement, name: HTMLElement, said: HTMLElement, bar: HTMLElement, number: HTMLElement }[]} */
  const rows = [];
  let node = '';
  /** @type {number[]} */
  let indices = [];
  const carry = carrying(list);
  /** What the rows say now, and at which zoom. @type {{ bars: Bars | null, zoom: number }} */
  let last = { bars: null, zoom: 0 };

  /** @param {number} k */
  function row(k) {
    const made = element('li', 'bar');
    const button = element('button', '');
    const [name, said, track, bar, number] = [element('span', 'name'), element('span', 'said'), element('span', 'track'), element('i', ''), element('span', 'number')];
    track.append(bar);
    button.append(name, said, track, number);
    button.addEventListener('click', () => node && choose(node, indices[k]));
    made.append(button);
    list.append(made);
    return { row: made, name, said, bar, number };
  }

  return {
    /** @param {Bars | null} bars @param {Matrix} camera */
    show(bars, camera) {
      list.classList.toggle('gone', !bars);
      if (!bars) return;
      const zoomed = carry(camera);
      if (bars === last.bars && camera[0] === last.zoom) return;
      last = { bars, zoom: camera[0] };
      const { range } = bars, w = bars.w * Math.min(1, camera[0]); // from afar the numbers stay within what is drawn
      list.classList.toggle('slopes', range !== null);
      list.classList.toggle('told', w >= TOLD_FROM);
      list.setAttribute('aria-label', range === null ? 'Probability of each class' : 'Gradient of the loss by each logit; a class is a button that chooses the label');
      node = bars.node ?? '';
      indices = bars.rows.map(({ index }) => index);
      const longest = Math.max(...bars.rows.map(({ label, look }) => label.length + (TICKED.test(look) ? TICK : 0)));
      list.style.setProperty('--name', `${Math.round(w * Math.max(NAME.least, Math.min(NAME.most, (longest * NAME.letter) / w)))}px`);
      while (rows.length < bars.rows.length) rows.push(row(rows.length));
      while (rows.length > bars.rows.length) rows.pop()?.row.remove();
      bars.rows.forEach((bar, k) => {
        const [x, y] = apply(zoomed, bars.x, bar.y);
        const { row: made, name, said, bar: length, number } = rows[k];
        made.className = `bar ${bar.look}${bars.pending ? ' pending' : ''}`;
        made.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translateY(-50%)`;
        made.style.width = `${w}px`;
        name.textContent = bar.label;
        number.textContent = bars.pending ? '·' : bar.text;
        said.textContent = bar.said;
        length.style.background = bar.ink ?? '';
        Object.assign(length.style, bars.pending ? { width: '0%', marginLeft: '0' } : lengthOf(bar.value, range));
      });
    },
  };
}

/** From the left to 1, or from the middle to either side. @param {number} value @param {number | null} range */
export function lengthOf(value, range) {
  if (value === 0) return { width: '0', marginLeft: '0' }; // nothing is drawn of exactly nothing
  if (range === null) return { width: `${Math.max(0.8, value * 100)}%`, marginLeft: '0' };
  const half = 50 * Math.min(1, Math.abs(value) / range);
  return { width: `${Math.max(0.8, half)}%`, marginLeft: `${value < 0 ? 50 - half : 50}%` };
}
