/**
 * The layers as a list, for the keyboard and for readers of the screen: each opens in the window view. Of many, those
 * that learn; every other one is found by its name.
 */
import { openFind } from '../graph/find.js';
import { telling, times } from '../state/select.js';
import { thousands } from '../lens/digits.js';
import { toQuery } from '../state/url.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').NodeView} NodeView */
/** @typedef {import('../types.d.ts').Scene} Scene */

/** More layers than this are not all listed. */
const MANY = 150;

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @returns {Part}
 */
export function mountLayers(root, context) {
  const { actions, store } = context;
  /** @type {Map<string, HTMLAnchorElement>} */
  let links = new Map();
  const moved = changes(), chosen = changes();

  /** @param {Scene} scene @param {NodeView} node */
  function item(scene, node) {
    const at = telling(scene, node);
    const open = (/** @type {Event} */ event) => {
      event.preventDefault();
      actions.select(node.name, at);
      actions.show('window');
    };
    const link = h('a', {
      href: toQuery({ ...store.get(), view: 'window', node: node.name, at }),
      on: { click: open },
    }, h('b', null, node.name), ` ${node.summary}, ${times(node.shape)}`,
    node.parameters > 0 && `, ${thousands(node.parameters)} parameters`);
    links.set(node.name, link);
    return h('li', null, link);
  }

  return {
    update(state, scene) {
      if (!scene) return;
      if (moved(scene.network, scene.trace)) {
        links = new Map();
        const { nodes } = scene.network;
        const listed = nodes.length > MANY ? nodes.filter((node) => node.parameters > 0 && node.kind !== 'batch_norm') : nodes;
        const rest = listed.length < nodes.length && h('li', null, h('button', { on: { click: () => openFind(context) } }, `Find any of all ${nodes.length} layers (/)`));
        fill(root, h('ol', null, listed.map((node) => item(scene, node)), rest));
      }
      if (!chosen(scene.trace, state.node)) return;
      for (const [name, link] of links) link.toggleAttribute('aria-current', name === state.node);
    },
  };
}
