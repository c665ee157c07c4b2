/** Several pictures at once: the mean of their losses, and what each of them adds to the gradient of a number. */
import { gradientScale } from '../color/scales.js';
import { column, single, styleFor, text } from '../lens/digits.js';
import { fill, h } from '../ui/h.js';
import { readable } from './edits.js';
import { reach } from './plot.js';

/** @typedef {import('../types.d.ts').BatchView} BatchView */
/** @typedef {import('../types.d.ts').ImageView} ImageView */

const MANY = 16; // pictures, where the server takes as many
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
 * @param {{ labels: string[], titles: Map<string, string>, shown: string, picture: (id: string) => string, open: (id: string) => void, theme: 'light' | 'dark' }} page
 */
export function showBatch(root, batch, page) {
  const { examples, count, value, gradient, address } = batch, scale = gradientScale(page.theme);
  const shares = column(examples.map(({ share }) => share), gradient, DIGITS), most = reach(examples.map(({ share }) => share));
  const style = styleFor(reach(examples.map(({ loss }) => loss)), LOSS);
  const bar = (/** @type {number} */ share) => h('i', { style: {
    width: `${((Math.abs(share) / most) * 50).toFixed(2)}%`, [share < 0 ? 'right' : 'left']: '50%', background: scale.css(share < 0 ? -TINT : TINT, 1) } });
  fill(root,
    h('h3', null, `Over a batch of ${count}`),
    h('p', { class: 'verdict' }, 'L is the mean: ', h('b', { data: { loss: value } }, single(value, DIGITS)), ` = 1/${count} · Σ Lₙ.`,
      address && ' Each picture adds 1/', address && String(count), address && ' of its own gradient.'),
    h('table', { class: 'sum batch' },
      h('caption', { class: 'spoken' }, `What each of ${count} pictures adds`),
      h('thead', null, h('tr', null, h('th', null, 'picture'), h('th', null, 'p'), h('th', null, 'Lₙ'), address && h('th', { colspan: 2 }, `adds to ∂L/∂w`))),
      h('tbody', null, examples.map(({ image, label, probability, loss, share }, k) => h('tr', { class: image === page.shown ? 'on' : '', data: { example: image, share } },
        h('th', { scope: 'row' }, h('button', { title: `Look at ${page.titles.get(image) ?? image}`, on: { click: () => page.open(image) } },
          h('img', { src: page.picture(image), alt: '', width: 18, height: 18 }), page.labels[label] ?? `class ${label}`)),
        h('td', { class: 'v' }, probability.toFixed(3)), h('td', { class: 'v' }, text(loss, style)),
        address && h('td', { class: 'b' }, bar(share)), address && h('td', { class: 'v' }, shares.parts[k])))),
      h('tfoot', null, h('tr', null, h('th', { scope: 'row' }, address ? 'mean, and sum' : 'mean'), h('td', { class: 'v' }), h('td', { class: 'v', title: 'the mean' }, text(value, style)), address && h('td', { class: 'b' }),
        address && h('td', { class: 'v', data: { total: gradient } }, shares.total)))),
    h('p', { class: 'foot' }, address ? `∂L/∂w of ${readable(address)} is the sum of the last column${shares.rest === null ? '' : `, ${shares.rest} in digits not shown`}.` : 'Click a weight in the lens to see what each picture adds to its gradient.'));
}
