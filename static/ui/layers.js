/** The layers as a list, for the keyboard and for readers of the screen: each opens in the window view. */
import { telling, thousands, times } from '../state/select.js';
import { toQuery } from '../state/url.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').NodeView} NodeView */
/** @typedef {import('../types.d.ts').Scene} Scene */

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @returns {Part}
 */
export function mountLayers(root, { actions, store }) {
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
        fill(root, h('ol', null, scene.network.nodes.map((node) => item(scene, node))));
      }
      if (!chosen(scene.trace, state.node)) return;
      for (const [name, link] of links) link.toggleAttribute('aria-current', name === state.node);
    },
  };
}
