/** The NumPy line, with the indices that name this very number marked. Pure until `line`. */
import { h } from '../ui/h.js';

const WIDE = 41; // characters that fit the lens

/**
 * The line in pieces; `live` are the numbers inside brackets.
 * @param {string} source
 * @returns {{ text: string, live: boolean }[]}
 */
export function pieces(source) {
  let depth = 0;
  return source.split(/(\d+|[[\]])/).filter(Boolean).map((text) => {
    if (text === '[') depth += 1;
    if (text === ']') depth -= 1;
    return { text, live: depth > 0 && /^\d+$/.test(text) };
  });
}

/**
 * Broken where a person would break it: after the first call's parenthesis, and before an operator, never in an index.
 * @param {string} source
 */
export function broken(source) {
  const lines = [''];
  for (const part of breakable(source)) {
    const last = lines[lines.length - 1];
    if (last === '' || last.length + part.length <= WIDE) lines[lines.length - 1] += part;
    else lines.push(`    ${part.trimStart()}`);
  }
  return lines.join('\n');
}

/** @param {string} source @returns {string[]} */
function breakable(source) {
  const parts = [''];
  let depth = 0, called = false;
  for (const word of source.split(/(?=[ [\]])|(?<=[(\]])/)) {
    const operator = depth === 0 && /^ [-+*/]/.test(word);
    if (operator || (called && parts.length === 1)) parts.push('');
    depth += word.startsWith('[') ? 1 : word.startsWith(']') ? -1 : 0;
    called = word.endsWith('(');
    parts[parts.length - 1] += word;
  }
  return parts;
}

/** What of the line is at work: the products, or what is added after them. @type {Record<'products' | 'extra', RegExp>} */
const PARTS = { products: /[\w.∂]+\[[^\]]*\]\s*\*\s*[\w.∂]+\[[^\]]*\]/, extra: /\+\s*\w+\[[^\]]*\]\s*$/ };

/**
 * The line in three: before what is at work, that, and after it.
 * @param {string} source
 * @param {'products' | 'extra' | null} part
 * @returns {[string, string, string]}
 */
export function atWork(source, part) {
  const found = part && PARTS[part].exec(source);
  return found ? [source.slice(0, found.index), found[0], source.slice(found.index + found[0].length)] : [source, '', ''];
}

/** @param {string} source @param {'products' | 'extra' | null} [part] @param {string | null} [live] the term that is added now */
export function line(source, part = null, live = null) {
  const marked = (/** @type {string} */ text) => pieces(text).map((piece) => (piece.live ? h('u', null, piece.text) : piece.text));
  const [before, now, after] = atWork(broken(source), part);
  return h('pre', { 'aria-label': 'The same in NumPy' }, marked(before), now && h('mark', null, marked(now)), marked(after),
    live && h('span', { class: 'live' }, '\nnow ', h('mark', null, marked(live))));
}
