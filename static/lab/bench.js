/** The bench in the lens: what if this number were another, is its gradient right, what would a training step do. */
import { Problem } from '../api/client.js';
import { nodeOf } from '../state/select.js';
import { changes, fill, h } from '../ui/h.js';
import { themeOf } from '../ui/theme.js';
import { labelled, showBatch } from './batch.js';
import { showCheck } from './check.js';
import { parts, switched, withLearning } from './edits.js';
import { createLearn } from './learn.js';
import { createNumber } from './number.js';
import { targetOf } from './target.js';
import { createWays } from './ways.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('./target.js').Target} Target */

const PICTURE = 64; // px of the small pictures' files
const WAIT = { check: 'Measuring …', learn: 'Learning …', batch: 'All pictures …' };

/**
 * @param {Context} context
 */
export function createBench(context) {
  const { store, actions, resources } = context, number = createNumber(context), learn = createLearn(context), ways = createWays(context);
  const map = h('p', { class: 'map' }), tools = h('p', { class: 'tools' }), panel = h('div', { class: 'panel' });
  const root = h('section', { class: 'bench', 'aria-label': 'What if' }, number.root, map, tools, panel);
  const [numberChanged, mapChanged, panelChanged] = [changes(), changes(), changes()];
  let patience = new AbortController(), asked = 0;
  learn.onChange(() => (asked += 1, update(store.get(), context.scene())));

  const check = tool('check gradient', 'C', 'check'), learning = tool('learn', 'S', 'learn'), batch = tool('batch', 'N', 'batch');
  fill(tools, check, learning, batch);

  /** @param {string} name @param {string} key @param {'check' | 'learn' | 'batch'} bench */
  function tool(name, key, bench) {
    return h('button', { class: 'key', on: { click: () => actions.setBench(store.get().bench === bench ? '' : bench) } }, name, h('kbd', null, key));
  }

  /** @param {State} state @param {Scene | null} scene */
  function update(state, scene) {
    const target = scene && targetOf(state, scene);
    root.hidden = !target;
    if (!scene || !target) return;
    if (numberChanged(target.given && target.address, scene.trace)) showNumber(state, target);
    if (mapChanged(target.maker?.node, target.maker?.channel, state.edit)) fill(map, ...mapSwitch(state, scene, target), ...ways.buttons);
    ways.update(state);
    check.setAttribute('aria-expanded', String(state.bench === 'check'));
    learning.setAttribute('aria-expanded', String(state.bench === 'learn'));
    batch.setAttribute('aria-expanded', String(state.bench === 'batch'));
    if (panelChanged(state.bench, target.address, state.objective, scene.trace, themeOf(state.theme), asked)) showPanel(state, scene, target);
  }

  /** @param {State} state @param {Target} target */
  async function showNumber({ network, image }, { address, given }) {
    if (!given) return number.show(null);
    const found = await resources.number(network, image, address).catch(() => null);
    const now = context.scene();
    if (now && targetOf(store.get(), now)?.address === address) number.show(found);
    return undefined;
  }

  /** @param {State} state @param {Scene} scene @param {Target} target */
  function mapSwitch({ edit }, scene, { maker }) {
    if (!maker) return [];
    const off = parts(edit).off.some(({ node, channel }) => node === maker.node && channel === maker.channel);
    const what = `${(nodeOf(scene, maker.node)?.shape.length ?? 1) > 1 ? 'map' : 'unit'} ${maker.channel} of ${maker.node}`;
    return [h('button', { class: 'key', 'aria-pressed': String(off), title: `Its filter and its bias become zero`, on: { click: () => actions.setEdit(switched(store.get().edit, maker)) } },
      off ? `switch ${what} on again` : `switch ${what} off`, h('kbd', null, 'X'))];
  }

  /** @param {State} state @param {Scene} scene @param {Target} target */
  async function showPanel(state, scene, target) {
    patience.abort();
    patience = new AbortController();
    const { signal } = patience, { labels } = scene.network;
    panel.setAttribute('aria-busy', String(state.bench !== ''));
    if (panel.dataset.of !== state.bench) fill(panel, state.bench && h('p', { class: 'prose' }, WAIT[state.bench]));
    panel.dataset.of = state.bench;
    try {
      if (state.bench === 'check' && state.objective) {
        const found = await resources.check(state.network, state.image, target.address, state.objective, signal);
        showCheck(panel, found, labels, target.learnt ? 'w' : 'x');
      } else if (state.bench === 'learn' && state.objective) {
        const found = await resources.steps(state.network, state.image, learn.now(), target.learnt ? target.address : '', withLearning(state.edit, null), signal);
        learn.show(panel, found, labels, themeOf(state.theme));
      } else if (state.bench === 'batch') await together(state, scene, target, signal);
    } catch (error) {
      if (signal.aborted) return;
      fill(panel, h('p', { class: 'wrong', role: 'alert' }, error instanceof Problem ? error.view.detail : String(error)));
      delete panel.dataset.of;
    }
    panel.setAttribute('aria-busy', 'false');
  }

  /** @param {State} state @param {Scene} scene @param {Target} target @param {AbortSignal} signal */
  async function together({ network, image, theme }, { network: { labels } }, { address, learnt }, signal) {
    const some = labelled(await resources.images(), labels, image, await resources.limit('batch')), titles = new Map(some.map(({ id, title }) => [id, title]));
    if (!some.length) return fill(panel, h('p', { class: 'prose' }, 'No picture here has a label that this network knows.'));
    const found = await resources.batch(network, some.map(({ id }) => id), `loss:${some.map(({ label }) => label).join(',')}`, learnt ? address : '', signal);
    const open = (/** @type {string} */ id, /** @type {number} */ label) => (actions.openImage(id), actions.chooseClass(label));
    return showBatch(panel, found, { labels, titles, shown: image, picture: (id) => resources.pictureUrl(id, PICTURE), open, theme: themeOf(theme) });
  }

  return {
    root, update,
    /** What has the focus here keeps it while the lens is filled anew. */
    keep() {
      const focused = root.contains(document.activeElement) ? document.activeElement : null;
      return () => focused instanceof HTMLElement && focused.isConnected && focused.focus({ preventScroll: true });
    },
  };
}
