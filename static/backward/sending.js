/** What one output gives, product by product: its gradient times each local gradient, and the cell that this lands on. Pure. */
import { added, spotAt } from '../anim/windows.js';
import { cellAt, valueAt } from '../model/tensor.js';
import { isBackward } from '../state/objective.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').GivingView} GivingView */
/**
 * k: which of the volumes that were read; cell: of it, outside of it in the padding; after: dL/dx there with this and all
 * that came before, null where it was not sent along.
 * @typedef {{ k: number, source: string, cell: number[], local: number, sent: number, after: number | null, padding: boolean }} Send
 */

/** What the selected number gives, where the way back is read so and its numbers are here; null elsewhere. @param {State} state @param {Scene | null} scene @returns {GivingView | null} */
export function sendingOf(state, scene) {
  const giving = givingIn(state, scene);
  return giving && giving.at.join() === state.at?.join() && giving.objective === scene?.objective?.name ? giving : null;
}

/** The same of any number of its layer. @param {State} state @param {Scene | null} scene */
function givingIn(state, scene) {
  const giving = scene?.giving;
  if (!giving || !isBackward(state) || state.reading !== 'scatter' || state.view !== 'window' || state.weight) return null;
  return giving.node === state.node ? giving : null;
}

/** How many products the selected number gives; until they are here, as many as the one before it in its layer; null in the other reading. @param {State} state @param {Scene | null} scene */
export function givesMany(state, scene) {
  const giving = givingIn(state, scene);
  return giving && sendCount(giving);
}

/** How many products it gives. @param {GivingView} giving */
export const sendCount = ({ sources, tensors }) => Math.max(1, sources.reduce((sum, _, k) => sum + (tensors.get(`sent x${k}`)?.data.length ?? 0), 0));

/** How many of them are given where the clock stands; null where all are. @param {State} state @param {Scene} scene @param {GivingView} giving */
export function sentOf(state, scene, giving) {
  if (state.grain !== 'term') return null;
  const spot = spotAt(scene.network, state.t, state.reading), count = sendCount(giving);
  if (!spot || spot.pass !== 'backward' || spot.node.name !== giving.node || spot.cell.join() !== giving.at.join()) return null;
  return added(spot.share, count);
}

/** All of them, volume by volume, each in reading order. @param {GivingView} giving @param {Scene['network']} network @returns {Send[]} */
export function sends({ sources, tensors }, network) {
  return sources.flatMap(({ name, cells, channels }, k) => {
    const local = tensors.get(`local x${k}`)?.data ?? [], sent = tensors.get(`sent x${k}`)?.data ?? [], after = tensors.get(`so_far x${k}`);
    const shape = network.nodes.find((node) => node.name === name)?.shape ?? [];
    return Array.from(sent, (value, n) => {
      const cell = cellAt(cells.map(({ length }) => length), n).map((place, axis) => cells[axis][place]), padding = cell.some((place, axis) => place < 0 || place >= shape[axis]), kept = channels ? channels.indexOf(cell[0]) : cell[0];
      const there = !after || padding || kept < 0 ? null : valueAt(after, channels ? [kept, ...cell.slice(1)] : cell);
      return { k, source: name, cell, local: local[n] ?? NaN, sent: value, after: there, padding };
    });
  });
}
