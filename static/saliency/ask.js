/** The key that asks why: saliency, then gradient × input, then neither; forward it turns the pass back first. */

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').State} State */

/** @type {State['why'][]} */
const WAYS = ['', 'saliency', 'product'];

/** @param {Pick<Context, 'store' | 'actions'>} context */
export function askWhy({ store, actions }) {
  const { why, objective, show, view } = store.get(), back = objective !== '' && show !== 'value';
  if (view === 'window') actions.show('overview');
  if (!objective) actions.turn();
  else if (!back) actions.setShow('gradient');
  actions.setWhy(back && view !== 'window' ? WAYS[(WAYS.indexOf(why) + 1) % WAYS.length] : 'saliency');
}
