/** The card of a layer that is selected without a number of it: what it is, how large, how its numbers lie, its filters. */
import { activationScale } from '../color/scales.js';
import { PALETTE } from '../color/palette.js';
import { differing } from '../lab/differing.js';
import { nodeOf, rangeOf, telling } from '../state/select.js';
import { thousands } from '../lens/digits.js';
import { changes, fill, h } from '../ui/h.js';
import { themeOf } from '../ui/theme.js';
import { histogramOf, paramPart } from './filters.js';
import { learntButton } from './learnt.js';
import { isCard } from './open.js';
import { badges, facts, lowered, percent, spread, totals } from './words.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */

/** Parameters of more numbers are not sent. */
const MOST = 6e6;
const TALL = 92; // css px of the histogram

/**
 * @param {Element} main where it stands, beside the lens
 * @param {Context} context
 * @returns {Part}
 */
export function mountCard(main, context) {
  const { store, actions, resources, scene } = context;
  const root = h('section', { id: 'card', class: 'side', 'aria-label': 'The layer', hidden: true });
  main.append(root);
  const moved = changes();
  /** What is on its way: a later one takes its place. */
  let latest = 0;

  /** @param {State} state @param {Scene} now @param {NodeView} node */
  function show(state, now, node) {
    const theme = themeOf(state.theme), { ink, ink3: soft, rule } = PALETTE[theme], style = getComputedStyle(root);
    const width = Math.max(200, root.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    const look = { scale: activationScale(theme), ink, soft, rule, width };
    const params = h('div', { class: 'params' });
    fill(root, ...about(state, now, node, look), params, h('p', { class: 'foot' }, h('b', null, 'The whole network: '), `${totals(now.network)}. `, learntButton(now.network)));
    root.scrollTop = 0;
    if (node.params.length) fetchParams(now, node, look, params);
  }

  /** @param {State} state @param {Scene} now @param {NodeView} node @param {import('./filters.js').Look} look */
  function about(state, now, node, look) {
    const stats = now.trace.nodes.find(({ name }) => name === node.name), flow = now.trace.flows.find(({ name }) => name === node.name);
    const layers = now.network.nodes.filter(({ inputs }) => inputs.length), place = layers.indexOf(node);
    return [
      h('header', null,
        h('button', { class: 'close', 'aria-label': 'Close the card', title: 'Close (Esc)', on: { click: actions.unselect } }, '×'),
        h('p', { class: 'kick' }, node.summary === node.kind ? node.kind : `${node.summary}, ${node.kind}`, place >= 0 && ` · layer ${place + 1} of ${layers.length}`),
        h('h2', null, node.name),
        node.equation && h('p', { class: 'equation' }, lowered(node.equation).map(({ text, low }) => h(low ? 'sub' : 'span', null, text)))),
      h('ul', { class: 'badges' }, badges(flow, node, stats).map(({ short, why }) => h('li', null, h('b', null, short), h('span', null, ` ${why}`)))),
      h('dl', { class: 'facts' }, facts(node, now.network).flatMap(({ term, said, also, title }) => [h('dt', { title }, term), h('dd', null, h('b', null, said), also && h('small', null, ` ${also}`))])),
      stats && h('h3', null, 'its numbers, for this picture'),
      stats && histogramOf(stats, node.name, { ...look, range: rangeOf(differing(state, now) ?? now, state.range, node) || 1 }, TALL),
      stats && h('dl', { class: 'stats' }, figures(stats).map(([term, said]) => h('div', null, h('dt', null, term), h('dd', null, said)))),
      h('p', { class: 'ways' }, constantsOf(now, node).map((name) => h('button', { class: 'quiet', on: { click: () => actions.select(name, null) } }, `constant ${name}, which it reads`)), h('button', { class: 'quiet', on: { click: () => actions.select(node.name, telling(now, node)) } }, 'open a number of it')),
    ];
  }

  /** @param {Scene} now @param {NodeView} node @param {import('./filters.js').Look} look @param {HTMLElement} place */
  async function fetchParams(now, node, look, place) {
    const mine = ++latest, { id } = now.network, { image } = now.trace;
    const drawn = node.params.reduce((sum, { count }) => sum + count, 0) <= MOST;
    fill(place, h('p', { class: 'said' }, 'Its filters are on their way …'));
    const got = await Promise.all([resources.filtersSummary(id, image, node.name), drawn ? resources.filters(id, node.name, image, now.edit) : null]).catch(() => null);
    if (mine !== latest) return;
    if (!got) return fill(place, h('p', { class: 'said' }, 'Its filters could not be had. Choose the layer again to ask once more.'));
    const [{ params }, tensors] = got, source = nodeOf(now, node.inputs[0]), flat = source?.kind === 'flatten' ? nodeOf(now, source.inputs[0])?.shape : undefined;
    const open = (/** @type {string} */ param, /** @type {number[]} */ at) => actions.selectWeight({ node: node.name, param, at });
    fill(place, ...params.flatMap((stats) => {
      const shape = node.params.find(({ name }) => name === stats.name)?.shape;
      return shape ? paramPart({ node: node.name, stats, shape, volume: flat, tensor: tensors?.get(stats.name) ?? null }, look, open) : [];
    }));
  }

  addEventListener('resize', () => root.hidden || update(store.get(), scene(), true));

  /** @param {State} state @param {Scene | null} now @param {boolean} [anyway] */
  function update(state, now, anyway = false) {
    const node = now && nodeOf(now, state.node);
    root.hidden = !(node && isCard(state));
    if (root.hidden || !now || !node) {
      moved();
      return;
    }
    if (moved(now.trace, now.network, node.name, state.range, themeOf(state.theme), state.colours, now.edit) || anyway) show(state, now, node);
  }
  return { update };
}

/** The constants that a layer reads, which have no place on the stage. @param {Scene} now @param {NodeView} node */
const constantsOf = (now, node) => node.inputs.filter((name) => nodeOf(now, name)?.kind === 'constant');

/** @param {import('../types.d.ts').NodeStats} stats @returns {[string, string][]} */
function figures(stats) {
  const { range, mean } = spread(stats);
  return [['range', range], ['mean ± deviation', mean], ['exact zeros', percent(stats.zeros)], ...(stats.not_finite ? /** @type {[string, string][]} */ ([['not finite', thousands(stats.not_finite)]]) : [])];
}
