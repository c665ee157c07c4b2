/** Which network: a native list of those that are here, and what the shown one consists of. */
import { times } from '../state/select.js';
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */
/** @typedef {{ id: string, title: string }} Choice */

/**
 * @param {HTMLElement} root
 * @param {Context} context
 * @returns {Part}
 */
export function mountNetworks(root, { resources, actions }) {
  const select = h('select', { 'aria-label': 'Network', title: 'Another network, the same picture', on: { change: () => actions.openNetwork(select.value) } });
  const what = h('span', { class: 'what' });
  /** @type {Choice[] | null} */
  let listed = null;
  const moved = changes(), filled = changes();

  /** @param {string} chosen @param {NetworkView} shown */
  function offer(chosen, shown) {
    const choices = offered(listed ?? [], chosen, shown);
    if (filled(JSON.stringify(choices))) fill(select, choices.map(({ id, title }) => h('option', { value: id }, title)));
    select.value = chosen;
  }

  return {
    update(state, scene) {
      if (!scene || !moved(state.network, scene.network, listed)) return;
      if (!root.contains(select)) fill(root, select, what);
      offer(state.network, scene.network);
      what.textContent = summary(scene.network);
      select.setAttribute('aria-busy', String(scene.network.id !== state.network));
      if (listed) return;
      listed = [];
      resources.networks().then((all) => {
        listed = all;
        offer(select.value, scene.network);
      }, () => {}); // then the list has the shown one alone
    },
  };
}

/**
 * The networks to choose from: the listed ones, and the one on the screen where it is not among them.
 * @param {Choice[]} listed
 * @param {string} chosen
 * @param {NetworkView} shown
 * @returns {Choice[]}
 */
export function offered(listed, chosen, shown) {
  const titled = listed.map(({ id, title }) => ({ id, title: id === shown.id ? shown.title : title }));
  const more = [{ id: shown.id, title: shown.title }, { id: chosen, title: chosen }];
  return more.reduce((all, one) => (all.some(({ id }) => id === one.id) ? all : [...all, one]), titled);
}

/**
 * `6 × conv 3×3, 3 × max-pool 2×2, 1 × linear`: the layers that give a network its shape, counted.
 * @param {NetworkView} network
 */
export function summary(network) {
  /** @type {Map<string, number>} */
  const kinds = new Map();
  for (const node of network.nodes) {
    if (node.params.length || /pool/.test(node.kind)) kinds.set(node.summary, (kinds.get(node.summary) ?? 0) + 1);
  }
  const parts = [...kinds].slice(0, 4).map(([kind, count]) => `${count} × ${kind}`);
  return parts.join(', ') || times(network.nodes[0].shape);
}
