/** Which network: a native list of those that are here, and a person's own. */
import { totals } from '../card/words.js';
import { times } from '../state/select.js';
import { suiting } from '../state/suit.js';
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
export function mountNetworks(root, { resources, actions, store, scene }) {
  const select = h('select', { 'aria-label': 'Network', title: 'Another network', on: { change: () => choose(select.value) } });
  const open = h('button', {
    class: 'open', title: 'Your own network: an ONNX file, with a text file of names for its classes if you have one. Or drop them anywhere.',
    on: { click: () => place('own-network').click() },
  }, 'Open…');
  const feed = h('button', { class: 'feed', 'data-opens': 'preprocess', title: 'How pixels become the numbers that this network reads' }, 'Input…');
  /** @type {Choice[] | null} */
  let listed = null;
  /** Those that were shown once and are not listed: a person's own. @type {Choice[]} */
  let own = [];
  const moved = changes(), filled = changes();

  /** Pictures that were looked at, the last one last. @type {string[]} */
  let seen = [];

  /** Another network, with the present picture if it may know it. @param {string} id */
  async function choose(id) {
    const { image } = store.get();
    const [network, images] = await Promise.all([resources.network(id), resources.images()]).catch(() => []); // the scene asks as well, and says what is wrong
    if (select.value === id) actions.openNetwork(id, network && images && store.get().image === image ? suiting(network, images, image, seen) : undefined);
  }

  /** @param {string} chosen @param {NetworkView} shown */
  function offer(chosen, shown) {
    const choices = offered([...(listed ?? []), ...own], chosen, shown);
    own = listed ? choices.filter(({ id, title }) => title !== OPENING && listed?.every((one) => one.id !== id)) : own;
    if (filled(JSON.stringify(choices))) fill(select, choices.map(({ id, title }) => h('option', { value: id }, title)));
    select.value = baseOf(chosen);
  }

  /** A network on its way is called by its title as soon as that is known. @param {string} id */
  async function name(id) {
    const { title } = await resources.network(id).catch(() => ({ title: '' })); // the scene asks as well, and says what is wrong
    if (!title || listed?.some((one) => one.id === baseOf(id))) return;
    own = [...own.filter((one) => one.id !== baseOf(id)), { id: baseOf(id), title }];
    const shown = scene();
    if (shown) offer(store.get().network, shown.network);
  }

  return {
    update(state, now) {
      if (!now) return;
      seen = [...seen.filter((id) => id !== now.image.id), now.image.id];
      if (!moved(state.network, now.network, listed)) return;
      if (!root.contains(select)) fill(root, select, open, feed);
      offer(state.network, now.network);
      select.title = `Another network. This one: ${summary(now.network)}; ${totals(now.network)}.`;
      select.setAttribute('aria-busy', String(now.network.id !== state.network));
      if (now.network.id !== state.network && !own.some(({ id }) => id === baseOf(state.network))) name(state.network);
      if (listed) return;
      listed = [];
      resources.networks().then((all) => {
        listed = all;
        offer(store.get().network, now.network);
      }, () => {}); // then the list has the shown one alone
    },
  };
}

/** The name of a network from a file, before its title is known. */
const UPLOAD = /^[a-z2-7]{26}$/, OPENING = 'Opening …';

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
  const more = [{ id: baseOf(shown.id), title: shown.title }, { id: baseOf(chosen), title: UPLOAD.test(baseOf(chosen)) ? OPENING : chosen }];
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
