/** The sandbox's run as files: numbers and moving pictures from the server, the figure as SVG from the screen. */
import { PALETTE } from '../color/palette.js';
import { activationScale } from '../color/scales.js';
import { fill, h, svg } from '../ui/h.js';
import { theme } from './theme.js';

/** @typedef {{ values: () => Record<string, any> }} Subject */

const COLOURS = 65; // of the scale's 511: enough for a picture of small numbers
const DRAWN = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-size', 'font-weight', 'font-family', 'dominant-baseline'];

/** The colours of the screen, for the server to draw with. */
function colours() {
  const { paper, sheet, ink } = PALETTE[theme()];
  const scale = activationScale(theme());
  const at = (/** @type {number} */ k) => hex(scale.css((2 * k) / (COLOURS - 1) - 1, 1));
  return { scale: Array.from({ length: COLOURS }, (_, k) => at(k)), paper, sheet, ink };
}

/** `rgb(1,2,3)` as `#010203`. @param {string} css */
const hex = (css) => `#${(css.match(/\d+/g) ?? []).map((byte) => Number(byte).toString(16).padStart(2, '0')).join('')}`;

/** The figure on the screen as one SVG: every drawing at its place, with the colours it has. */
function figureSvg() {
  const rows = /** @type {HTMLElement} */ (document.querySelector('section[data-now] .rows'));
  const frame = rows.getBoundingClientRect();
  const parts = [...rows.querySelectorAll('svg')].map((source) => {
    const box = source.getBoundingClientRect();
    const copy = /** @type {SVGElement} */ (source.cloneNode(true));
    const from = [source, ...source.querySelectorAll('*')], to = [copy, ...copy.querySelectorAll('*')];
    from.forEach((element, k) => {
      const style = getComputedStyle(element);
      for (const name of DRAWN) to[k].setAttribute(name, style.getPropertyValue(name));
    });
    copy.setAttribute('x', String(box.x - frame.x));
    copy.setAttribute('y', String(box.y - frame.y));
    copy.setAttribute('width', String(box.width));
    copy.setAttribute('height', String(box.height));
    return new XMLSerializer().serializeToString(copy);
  });
  parts.push(...written(rows, frame));
  const background = `<rect width="100%" height="100%" fill="${PALETTE[theme()].sheet}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${frame.width}" height="${frame.height}">${background}${parts.join('')}</svg>`;
}

/** The words and numbers beside the drawings, formulas left out: SVG has no MathML. @param {HTMLElement} rows @param {DOMRect} frame */
function written(rows, frame) {
  const texts = document.createTreeWalker(rows, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const found = [];
  while (texts.nextNode()) {
    const { currentNode: node } = texts, { parentElement: parent } = node;
    if (!node.textContent?.trim() || !parent || parent.closest('svg, math, .links')) continue;
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(parent);
    const text = svg('text', { x: box.x - frame.x, y: box.y - frame.y + box.height / 2, 'dominant-baseline': 'central', fill: style.color,
      'font-size': box.height / 1.3, 'font-weight': style.fontWeight, 'font-family': style.fontFamily });
    text.textContent = node.textContent;
    found.push(new XMLSerializer().serializeToString(text));
  }
  return found;
}

/** @param {string} text @param {string} type @param {string} name */
function save(text, type, name) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/**
 * @param {HTMLElement} root
 * @param {Subject} subject
 */
export function mountExports(root, subject) {
  const query = () => `values=${encodeURIComponent(JSON.stringify(subject.values()))}`;
  const file = (/** @type {string} */ ending, /** @type {() => string} */ more) => {
    const link = h('a', { href: '#', download: `convolution.${ending}`, on: { click: () => link.setAttribute('href', `/api/sandbox/run.${ending}?${query()}${more()}`) } }, ending.toUpperCase());
    return link;
  };
  fill(root, 'Save the run: ',
    h('button', { class: 'option', on: { click: () => save(figureSvg(), 'image/svg+xml', 'convolution.svg') } }, 'SVG'), ' ',
    file('csv', () => ''), ' ', file('json', () => ''), ' ', file('gif', () => `&colours=${encodeURIComponent(JSON.stringify(colours()))}`));
}
