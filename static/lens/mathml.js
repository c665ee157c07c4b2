/**
 * Formulas from the server, built element by element from a list of what a formula may hold. No markup is ever parsed
 * by the browser, so that a page under Trusted Types can show them, and nothing but a formula can come in.
 */

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const ELEMENTS = new Set(['math', 'mrow', 'mi', 'mo', 'mn', 'mtext', 'mspace', 'msub', 'msup', 'msubsup', 'mfrac', 'msqrt', 'mroot',
  'munder', 'mover', 'munderover', 'mtable', 'mtr', 'mtd', 'mstyle', 'mpadded', 'mphantom']);
const ATTRIBUTES = new Set(['display', 'width', 'stretchy', 'mathvariant', 'fence', 'separator', 'form', 'lspace', 'rspace',
  'linethickness', 'columnalign', 'displaystyle', 'scriptlevel', 'movablelimits', 'accent', 'minsize', 'maxsize']);
/** @type {Record<string, string>} */
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const TOKEN = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;

/**
 * @typedef {{ tag: string, attributes: [string, string][], children: (Tree | string)[] }} Tree
 */

/**
 * @param {string} source
 * @returns {Tree}
 */
export function parseMathml(source) {
  /** @type {Tree} */
  const root = { tag: '', attributes: [], children: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const from = TOKEN.lastIndex, found = TOKEN.exec(source);
    if (!found) throw new Error(`The formula is not well formed at character ${from}.`);
    const [, closing, tag, attributes, empty, words] = found, parent = open[open.length - 1];
    if (words !== undefined) parent.children.push(unescaped(words));
    else if (closing) shut(open, tag);
    else {
      const element = { tag: known(tag), attributes: allowed(attributes), children: [] };
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [math] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || typeof math === 'string' || math.tag !== 'math') {
    throw new Error('The formula is not one <math> element.');
  }
  return math;
}

/** @param {Tree[]} open @param {string} tag */
function shut(open, tag) {
  if (open.pop()?.tag !== tag || !open.length) throw new Error(`The formula closes <${tag}> where it is not open.`);
}

/** @param {string} tag */
function known(tag) {
  if (!ELEMENTS.has(tag)) throw new Error(`<${tag}> is no part of a formula.`);
  return tag;
}

/** @param {string} text @returns {[string, string][]} */
const allowed = (text) =>
  [...text.matchAll(/([\w:-]+)="([^"]*)"/g)]
    .filter(([, name]) => ATTRIBUTES.has(name)).map(([, name, value]) => [name, unescaped(value)]);

/** @param {string} text */
const unescaped = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) =>
    hex || decimal ? String.fromCodePoint(parseInt(hex ?? decimal, hex ? 16 : 10)) : ENTITIES[name] ?? all);

/**
 * @param {Tree} tree
 * @returns {MathMLElement}
 */
function built({ tag, attributes, children }) {
  const element = /** @type {MathMLElement} */ (document.createElementNS(MATHML, tag));
  for (const [name, value] of attributes) element.setAttribute(name, value);
  element.append(...children.map((child) => (typeof child === 'string' ? child : built(child))));
  return element;
}

/**
 * The formula as an element, after `adapt`; a formula that makes no sense is no reason to show no numbers.
 * @param {string} source
 * @param {(tree: Tree) => Tree} [adapt]
 * @returns {MathMLElement | null}
 */
export function formula(source, adapt = (tree) => tree) {
  try {
    return built(adapt(parseMathml(source)));
  } catch (error) {
    console.error(error);
    return null;
  }
}
