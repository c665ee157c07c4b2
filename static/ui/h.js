/** Elements from plain data. Text is always text: nothing here can turn a name into markup. */

/** @typedef {string | number | Node | null | undefined | false} Child */
/** @typedef {Record<string, any>} Props `class`, `on: {click}`, `style: {width}`, `data: {key}`, properties and aria- */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export const h = (tag, props, ...children) => filled(document.createElement(tag), props, children);

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[K]}
 */
export const svg = (tag, props, ...children) =>
  filled(/** @type {any} */ (document.createElementNS(SVG, tag)), props, children);

/**
 * An element takes new children in place of its old ones.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export const fill = (element, ...children) => element.replaceChildren(.../** @type {Node[]} */ (nodes(children)));

/** @param {(Child | Child[])[]} children */
const nodes = (children) =>
  children.flat().filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));

/**
 * @template {Element & ElementCSSInlineStyle} E
 * @param {E} element
 * @param {Props | null | undefined} props
 * @param {(Child | Child[])[]} children
 * @returns {E}
 */
function filled(element, props, children) {
  const { on = {}, style = {}, data = {}, ...rest } = props ?? {};
  for (const [name, listen] of Object.entries(on)) element.addEventListener(name, listen);
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, String(value));
  for (const [name, value] of Object.entries(data)) element.setAttribute(`data-${name}`, String(value));
  for (const [name, value] of Object.entries(rest)) set(element, name, value);
  element.append(.../** @type {Node[]} */ (nodes(children)));
  return element;
}

/** @type {(element: Element, name: string, value: any) => void} */
function set(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * The element that the page's template has under this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function place(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}: templates/index.html and main.js disagree.`);
  return found;
}

/**
 * Whether any of the values differs from the last time: parts redraw only then.
 * @returns {(...values: unknown[]) => boolean}
 */
export function changes() {
  /** @type {unknown[]} */
  let last = [];
  return (...values) => {
    const changed = values.length !== last.length || values.some((value, i) => !Object.is(value, last[i]));
    last = values;
    return changed;
  };
}

/**
 * A function that runs once after what happens now, however often it is called.
 * @param {() => void} run
 */
export function onceSoon(run) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      run();
    });
  };
}
