/** When the card is shown. */

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Context} Context */

/** Whether the card is what the state shows: a layer, no number. @param {State} state */
export const isCard = ({ node, at, weight, field, view }) => node !== null && at === null && weight === null && !field && view !== 'window';

/** The number from which the card was opened: it is selected again when the card goes. @type {{ node: string, at: number[] } | null} */
let from = null;

/** The card of the selected layer, else of the first that learns; away where it is open. @param {Pick<Context, 'store' | 'actions' | 'scene'>} context */
export function openCard({ store, actions, scene }) {
  const state = store.get(), node = state.node ?? scene()?.network.nodes.find(({ params }) => params.length)?.name;
  if (isCard(state) && from && from.node === node) actions.select(from.node, from.at);
  else if (isCard(state)) actions.unselect();
  else if (node) {
    from = state.node && state.at ? { node: state.node, at: state.at } : null;
    actions.select(node, null);
  }
}
