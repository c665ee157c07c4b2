/** A layer's formula with the layer's own numbers in it: s = 1 and d = 1 vanish, p = 1 is said. Pure. */

/** @typedef {import('./mathml.js').Tree} Tree */
/** @typedef {Record<string, number>} Letters what stride (s), dilation (d) and padding (p) are, where they are one number */

/**
 * @param {Record<string, unknown>} config of a layer with a window
 * @returns {Letters}
 */
export function lettersOf({ stride, dilation, padding }) {
  /** @type {Letters} */
  const letters = {};
  for (const [letter, value] of Object.entries({ s: stride, d: dilation, p: padding })) {
    if (Array.isArray(value) && value.length && value.every((n) => n === value[0])) letters[letter] = Number(value[0]);
  }
  return letters;
}

/**
 * @param {Tree} tree
 * @param {Letters} letters
 * @returns {Tree}
 */
export function specialised(tree, letters) {
  /** @type {Tree['children']} */
  const children = [];
  for (const child of tree.children) {
    const word = typeof child !== 'string' && child.tag === 'mi' ? String(child.children[0]) : '';
    if (Object.hasOwn(letters, word)) children.push(...said(children, word, letters[word]));
    else children.push(typeof child === 'string' ? child : specialised(child, letters));
  }
  return { ...tree, children };
}

/**
 * A factor of 1 is left out; so is what is taken away, with its sign, when it is 0.
 * @param {Tree['children']} before
 * @param {string} letter
 * @param {number} value
 * @returns {Tree[]}
 */
function said(before, letter, value) {
  if (letter !== 'p') return value === 1 ? [] : [{ tag: 'mn', attributes: [], children: [String(value)] }];
  if (value === 0) before.pop();
  return value === 0 ? [] : [{ tag: 'mn', attributes: [], children: [String(value)] }];
}
