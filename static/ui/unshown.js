/** What of a person's network is not shown, and what was changed when its file was read: on the stage, never silent. */
import { changes, fill, h } from './h.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */

const MOST = 3; // nodes that are named

/**
 * @param {HTMLElement} stage
 * @returns {Part}
 */
export function mountUnshown(stage) {
  const card = h('aside', { class: 'unshown', hidden: true, 'aria-label': 'What is not shown of this network' });
  const moved = changes();
  stage.append(card);
  return {
    update(_, scene) {
      const network = scene?.network;
      if (!network || !moved(network, colour(scene.trace).join())) return;
      const { ends, notes } = told(network), fit = colour(scene.trace);
      card.hidden = !ends.length && !notes.length && !fit.length;
      const close = h('button', { class: 'close', 'aria-label': 'Close', title: 'Close', on: { click: () => (card.hidden = true) } }, '×');
      fill(card, close, ends.length > 0 && h('b', null, 'The network ends early here'), ends.map((line) => h('p', null, line)),
        notes.length > 0 && h('b', null, 'When its file was read'), notes.map((line) => h('p', null, line)),
        fit.length > 0 && h('b', null, 'For the picture to fit the network'), fit.map((line) => h('p', null, line)));
    },
  };
}

/** What was made of colour, where the picture and the network do not agree on it. @param {import('../types.d.ts').TraceView} trace */
const colour = ({ notes }) => notes.filter((note) => /grey/.test(note));

/**
 * The sentences: what ends the network, and what was changed.
 * @param {Pick<NetworkView, 'unsupported' | 'waiting' | 'notes'>} network
 */
export function told({ unsupported, waiting = [], notes }) {
  const ends = unsupported.slice(0, MOST).map(({ node, operator, why, nearest }) =>
    `Node “${node}” (${operator}): ${why}${nearest ? ` The nearest that is read is ${nearest}.` : ''}`);
  const more = unsupported.length - MOST;
  if (more > 0) ends.push(`And ${more} more.`);
  if (waiting.length) ends.push(`${listed(waiting)} wait${waiting.length === 1 ? 's' : ''} for ${unsupported.length > 1 ? 'them' : 'it'}.`);
  if (ends.length) ends.push('All that does not wait for it is drawn and computed.');
  return { ends, notes };
}

/** @param {{ node: string, operator: string }[]} nodes */
function listed(nodes) {
  const named = nodes.slice(0, MOST).map(({ node, operator }) => (node === operator ? node : `${node} (${operator})`)), more = nodes.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ').replace(/, ([^,]*)$/, ' and $1');
}
