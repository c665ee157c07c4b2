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

/** @param {string} source */
export const line = (source) =>
  h('pre', { 'aria-label': 'The same in NumPy' }, pieces(broken(source)).map(({ text, live }) => (live ? h('u', null, text) : text)));
