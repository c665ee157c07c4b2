/** Several pictures at once: the mean of their losses, and what each of them adds to the gradient of a number. */
import { gradientScale } from '../color/scales.js';
import { chance, column, single, styleFor, text } from '../lens/digits.js';
import { fill, h } from '../ui/h.js';
import { readable } from './edits.js';
import { reach } from './plot.js';

/** @typedef {import('../types.d.ts').BatchView} BatchView */
/** @typedef {import('../types.d.ts').ImageView} ImageView */

const MANY = 64; // pictures, where the server takes as many
const DIGITS = 5;
const LOSS = 4; // digits of the largest loss
const TINT = 0.62; // how far along the scale the colour of a bar is

/**
 * The pictures whose label the network knows, with its number there; the one that is shown is among them.
 * @param {ImageView[]} images @param {string[]} labels of the classes @param {string} shown
 * @param {number} limit pictures that the server takes at once
 * @returns {{ id: string, title: string, label: number }[]}
 */
export function labelled(images, labels, shown, limit) {
  const known = images.flatMap(({ id, title, label }) => (label !== null && labels.includes(label) ? [{ id, title, label: labels.indexOf(label) }] : []));
  const most = Math.min(MANY, limit), first = known.slice(0, most), own = known.find(({ id }) => id === shown);
  return own && !first.includes(own) ? [...first.slice(0, most - 1), own] : first;
}

/**
 * @param {HTMLElement} root @param {BatchView} batch
 * @param {{ labels: string[], titles: Map<string, string>, shown: string, picture: (id: string) => string, open: (id: string, label: number) => void, theme: 'light' | 'dark' }} page
 */
export function showBatch(root, batch, page) {
  const { examples, count, value, gradient, address } = batch, scale = gradientScale(page.theme);
  const shares = column(examples.map(({ share }) => share), gradient, DIGITS), most = reach(examples.map(({ share }) => share));
  const style = styleFor(reach(examples.map(({ loss }) => loss)), LOSS);
  const bar = (/** @type {number} */ share) => h('i', { style: {
    width: `${((Math.abs(share) / most) * 50).toFixed(2)}%`, [share < 0 ? 'right' : 'left']: '50%', background: scale.css(share < 0 ? -TINT : TINT, 1) } });
  const names = namesOf(examples, page);
  fill(root,
    h('h3', null, `Over a batch of ${count}`),
    h('p', { class: 'verdict' }, `L = 1/${count} · Σ Lₙ = `, h('b', { data: { loss: value } }, single(value, DIGITS)), `, the mean of the ${count} losses.`,
      address && ` Each picture adds 1/${count} of its own gradient.`),
    stepper(examples, page),
    h('table', { class: 'sum batch' },
      h('caption', { class: 'spoken' }, `What each of ${count} pictures adds`),
      h('thead', null, h('tr', null, h('th', null, 'picture'), h('th', { title: 'the probability of its own label' }, 'p of it'), h('th', { title: 'its loss, −log p' }, '−log p'), address && h('th', { colspan: 2 }, `1/${count} · ∂Lₙ/∂w`))),
      h('tbody', null, examples.map(({ image, label, probability, loss, share }, k) => h('tr', { class: image === page.shown ? 'on' : '', data: { example: image, share } },
        h('th', { scope: 'row' }, h('button', { title: `Look at ${page.titles.get(image) ?? image}`, on: { click: () => page.open(image, label) } },
          h('img', { src: page.picture(image), alt: '', width: 18, height: 18 }), names[k])),
        h('td', { class: 'v' }, chance(probability)), h('td', { class: 'v' }, text(loss, style)),
        address && h('td', { class: 'b' }, bar(share)), address && h('td', { class: 'v' }, shares.parts[k])))),
      h('tfoot', null, h('tr', null, h('th', { scope: 'row' }, address ? 'mean L; sum' : 'mean L'), h('td', { class: 'v' }), h('td', { class: 'v', title: 'the mean' }, text(value, style)), address && h('td', { class: 'b' }),
        address && h('td', { class: 'v', data: { total: gradient } }, shares.total)))),
    h('p', { class: 'foot' }, address ? `∂L/∂w at ${readable(address)} is the sum of the last column: the sum over examples in dW${shares.rest === null ? '' : `, ${shares.rest} in digits not shown`}.` : 'Click a weight in the lens to see what each picture adds to its gradient.'));
}

/** Each picture by its label; where several have the same, with what tells them apart. @param {BatchView['examples']} examples @param {{ labels: string[], titles: Map<string, string> }} page */
export function namesOf(examples, { labels, titles }) {
  const of = examples.map(({ label }) => labels[label] ?? `class ${label}`);
  return of.map((name, k) => (of.filter((other) => other === name).length > 1 ? `${name}, ${kindOf(titles.get(examples[k].image) ?? '')}` : name));
}

/** `photograph` of `Cat, a photograph`; else the title. @param {string} title */
const kindOf = (title) => (/, (?:an? )?(.+)$/.exec(title)?.[1] ?? title).toLowerCase();

/** From example to example, each with its own label. @param {BatchView['examples']} examples @param {{ shown: string, open: (id: string, label: number) => void }} page */
function stepper(examples, { shown, open }) {
  const at = examples.findIndex(({ image }) => image === shown), count = examples.length;
  const to = (/** @type {number} */ k) => open(examples[(k + count) % count].image, examples[(k + count) % count].label);
  const way = (/** @type {string} */ text, /** @type {string} */ name, /** @type {number} */ by) => h('button', { class: 'key', title: name, 'aria-label': name, on: { click: () => to(at + by) } }, text);
  return h('p', { class: 'examples' }, way('‹', 'The example before', -1), h('span', null, `example ${at + 1} of ${count}`), way('›', 'The next example', 1));
}
