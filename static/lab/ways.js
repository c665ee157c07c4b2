/** What else can be done with the selected number, for who has no keys: what it has seen, and to keep it. */
import { h } from '../ui/h.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').State} State */

/** @param {Pick<Context, 'actions' | 'store'>} context */
export function createWays({ actions, store }) {
  const field = h('button', { class: 'key', title: 'All that this number has seen, back to the picture (F)', on: { click: () => actions.setField(true) } }, 'field');
  const pin = h('button', { class: 'key', on: { click: keep } }, 'pin');

  function keep() {
    const { node, at } = store.get();
    if (node && at) actions.pin(node, at);
  }

  return {
    buttons: [field, pin],
    /** @param {State} state */
    update({ node, at, pins }) {
      const pinned = pins.some((one) => one.node === node && one.at.join() === at?.join());
      field.hidden = pin.hidden = !(node && at);
      pin.setAttribute('aria-pressed', String(pinned));
      pin.title = pinned ? 'Let this number go (.)' : 'Keep this number; two pins are compared (.)';
    },
  };
}
