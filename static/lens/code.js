/** The NumPy line, with the indices that name this very number marked. Pure until `line`. */
import { h } from '../ui/h.js';

const WIDE = 46; // characters that fit the lens

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
 * Broken where a person would break it: after the first call's parenthesis, then before a product or a sum.
 * @param {string} source
 */
export function broken(source) {
  if (source.length <= WIDE) return source;
  const [first, ...rest] = source.replace(/^([^(]*\()/, '$1\n').split('\n');
  const lines = [first];
  for (const part of rest.join('').split(/(?= [*/+] )/)) {
    const last = lines[lines.length - 1];
    if (lines.length > 1 && last.length + part.length <= WIDE) lines[lines.length - 1] += part;
    else lines.push(`    ${part.trimStart()}`);
  }
  return lines.join('\n');
}

/** @param {string} source */
export const line = (source) =>
  h('pre', { 'aria-label': 'The same in NumPy' }, pieces(broken(source)).map(({ text, live }) => (live ? h('u', null, text) : text)));
