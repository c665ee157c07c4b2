/**
 * Words and formulas of the lessons, built element by element from a list of what they may hold, as lens/mathml.js does
 * for formulas alone: the browser never parses markup, so a page under Trusted Types can show them.
 */

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const WORDS = new Set(['p', 'ul', 'li', 'strong', 'em', 'code', 'a', 'div']);
const ATTRIBUTES = new Set(['class', 'href', 'display', 'width', 'stretchy', 'mathvariant', 'fence', 'separator', 'form', 'lspace', 'rspace',
  'linethickness', 'columnalign', 'displaystyle', 'scriptlevel', 'movablelimits', 'accent', 'minsize', 'maxsize']);
const TOKEN = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
/** @type {Record<string, string>} */
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** @param {string} text */
const unescaped = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|(\w+));/gi, (all, hex, name) => (hex ? String.fromCodePoint(parseInt(hex, 16)) : ENTITIES[name] ?? all));

/** @param {string} tag @returns {Element} */
function element(tag) {
  if (WORDS.has(tag)) return document.createElement(tag);
  if (tag.startsWith('m')) return document.createElementNS(MATHML, tag);
  throw new Error(`<${tag}> is no part of a lesson's words.`);
}

/** @param {string} text @returns {[string, string][]} addresses only of our own pages */
const attributes = (text) =>
  [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => /** @type {[string, string]} */ ([name, unescaped(value)]))
    .filter(([name, value]) => ATTRIBUTES.has(name) && (name !== 'href' || /^[/#](?!\/)/.test(value)));

/**
 * Puts the words into an element, in place of what it holds.
 * @param {Element} root
 * @param {string} html
 */
export function setHtml(root, html) {
  const made = document.createDocumentFragment();
  /** @type {(Element | DocumentFragment)[]} */
  const open = [made];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < html.length) {
    const found = TOKEN.exec(html);
    if (!found) throw new Error(`Words that are not well formed: ${html.slice(0, 60)}`);
    const [, closing, tag, given, empty, words] = found;
    if (words !== undefined) open[open.length - 1].append(unescaped(words));
    else if (closing) open.pop();
    else {
      const child = element(tag);
      for (const [name, value] of attributes(given)) child.setAttribute(name, value);
      open[open.length - 1].append(child);
      if (!empty) open.push(child);
    }
  }
  root.replaceChildren(made);
}
