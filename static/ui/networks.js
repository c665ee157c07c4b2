/** Which network: a native list of those that are here, a person's own, and what the shown one consists of. */
import { times } from '../state/select.js';
import { changes, fill, h, place } from './h.js';

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
  const open = h('button', {
    class: 'open', title: 'Your own network: an ONNX file, with a text file of names for its classes if you have one. Or drop them anywhere.',
    on: { click: () => place('own-network').click() },
  }, 'Open…');
  const feed = h('button', { class: 'feed', 'data-opens': 'preprocess', title: 'How pixels become the numbers that this network reads' }, 'Input…');
  const what = h('span', { class: 'what' });
  /** @type {Choice[] | null} */
  let listed = null;
  /** Those that were shown once and are not listed: a person's own. @type {Choice[]} */
  let own = [];
  const moved = changes(), filled = changes();

  /** @param {string} chosen @param {NetworkView} shown */
  function offer(chosen, shown) {
    const choices = offered([...(listed ?? []), ...own], chosen, shown);
    own = listed ? choices.filter(({ id }) => listed?.every((one) => one.id !== id)) : own;
    if (filled(JSON.stringify(choices))) fill(select, choices.map(({ id, title }) => h('option', { value: id }, title)));
    select.value = baseOf(chosen);
  }

  return {
    update(state, scene) {
      if (!scene || !moved(state.network, scene.network, listed)) return;
      if (!root.contains(select)) fill(root, select, open, feed, what);
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

/** A network's name without what its address says about its input. @param {string} id `example-cnn~imagenet` */
export const baseOf = (id) => id.split('~')[0];

/**
 * The networks to choose from: the listed ones, and the one on the screen where it is not among them.
 * @param {Choice[]} listed
 * @param {string} chosen
 * @param {NetworkView} shown
 * @returns {Choice[]}
 */
export function offered(listed, chosen, shown) {
  const titled = listed.map(({ id, title }) => ({ id, title: id === baseOf(shown.id) ? shown.title : title }));
  const more = [{ id: baseOf(shown.id), title: shown.title }, { id: baseOf(chosen), title: chosen }];
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
