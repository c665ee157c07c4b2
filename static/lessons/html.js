/** Words of the lessons, with their formulas, as elements. */

import { built, FORMULA, parse } from '../ui/markup.js';

const OWN_PAGES = /^[/#](?!\/)/;
export const SUBJECT = {
  name: "lesson's text",
  elements: new Set([...FORMULA, 'p', 'ul', 'li', 'strong', 'em', 'code', 'a', 'div', 'span']),
  allows: (/** @type {string} */ name, /** @type {string} */ value) => name === 'class' || (name === 'href' && OWN_PAGES.test(value)),
};

/**
 * Puts the words into an element, in place of what it holds.
 * @param {Element} root
 * @param {string} html
 */
export const setHtml = (root, html) => root.replaceChildren(...built(parse(html, SUBJECT)));
