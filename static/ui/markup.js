/**
 * Words and formulas from the server as plain data, and the data as elements. The browser never parses markup, so a page
 * under Trusted Types can show them, and nothing comes in that the subject's own list does not name.
 */

const MATHML = 'http://www.w3.org/1998/Math/MathML';
/** The elements of a formula. */
export const FORMULA = ['math', 'mrow', 'mi', 'mo', 'mn', 'mtext', 'mspace', 'msub', 'msup', 'msubsup', 'mfrac', 'msqrt', 'mroot',
  'munder', 'mover', 'munderover', 'mtable', 'mtr', 'mtd', 'mstyle', 'mpadded', 'mphantom'];
const ATTRIBUTES = new Set(['display', 'width', 'stretchy', 'mathvariant', 'fence', 'separator', 'form', 'lspace', 'rspace',
  'linethickness', 'columnalign', 'displaystyle', 'scriptlevel', 'movablelimits', 'accent', 'minsize', 'maxsize']);
/** @type {Record<string, string>} */
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const TOKEN = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;

/** @typedef {{ tag: string, attributes: [string, string][], children: (Tree | string)[] }} Tree */
/**
 * name: what it is called in messages. elements: all that it may hold. allows: attributes beside those of formulas.
 * @typedef {{ name: string, elements: Set<string>, allows?: (name: string, value: string) => boolean }} Subject
 */

/**
 * @param {string} source
 * @param {Subject} subject
 * @returns {Tree['children']}
 */
export function parse(source, subject) {
  /** @type {Tree} */
  const root = { tag: '', attributes: [], children: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const from = TOKEN.lastIndex, found = TOKEN.exec(source);
    if (!found) throw new Error(`The ${subject.name} is not well formed at character ${from}.`);
    const [, closing, tag, given, empty, words] = found, parent = open[open.length - 1];
    if (words !== undefined) parent.children.push(unescaped(words));
    else if (closing) shut(open, tag, subject);
    else {
      if (!subject.elements.has(tag)) throw new Error(`<${tag}> is no part of a ${subject.name}.`);
      const element = { tag, attributes: attributes(given, subject), children: [] };
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length > 1) throw new Error(`The ${subject.name} ends with <${open[open.length - 1].tag}> open.`);
  return root.children;
}

/** @param {Tree[]} open @param {string} tag @param {Subject} subject */
function shut(open, tag, subject) {
  if (open.pop()?.tag !== tag || !open.length) throw new Error(`The ${subject.name} closes <${tag}> where it is not open.`);
}

/** @param {string} text @param {Subject} subject @returns {[string, string][]} */
const attributes = (text, { allows }) =>
  [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => /** @type {[string, string]} */ ([name, unescaped(value)]))
    .filter(([name, value]) => ATTRIBUTES.has(name) || allows?.(name, value));

/** @param {string} text */
const unescaped = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) =>
    hex || decimal ? String.fromCodePoint(parseInt(hex ?? decimal, hex ? 16 : 10)) : ENTITIES[name] ?? all);

/**
 * @param {Tree['children']} children
 * @returns {(Element | string)[]}
 */
export const built = (children) => children.map((child) => (typeof child === 'string' ? child : element(child)));

/** @param {Tree} tree @returns {Element} */
function element({ tag, attributes: given, children }) {
  const made = FORMULA.includes(tag) ? document.createElementNS(MATHML, tag) : document.createElement(tag);
  for (const [name, value] of given) made.setAttribute(name, value);
  made.append(...built(children));
  return made;
}
