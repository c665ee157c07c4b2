/** When the card is shown. */

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Context} Context */

/** Whether the card is what the state shows: a layer, no number. @param {State} state */
export const isCard = ({ node, at, weight, field, view }) => node !== null && at === null && weight === null && !field && view !== 'window';

/** The card of the selected layer, else of the first that learns; away where it is open. @param {Context} context */
export function openCard({ store, actions, scene }) {
  const state = store.get(), node = state.node ?? scene()?.network.nodes.find(({ params }) => params.length)?.name;
  if (isCard(state)) actions.unselect();
  else if (node) actions.select(node, null);
}
