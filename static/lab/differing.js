/** What the edits change in place of values: a scene whose activations and colours are new − old. Pure. */

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').State} State */

/** @type {WeakMap<Scene, Scene>} */
const known = new WeakMap();

/** Whether differences are shown: not on the way back, nor in the picture of one window, which is arithmetic. @param {State} state @param {Scene} scene */
export const isDifference = ({ difference, view, objective, show }, { change }) =>
  Boolean(difference && change?.tensors) && view !== 'window' && (objective === '' || show === 'value');

/** @template {Scene | null} S @param {State} state @param {S} scene @returns {S} */
export function differing(state, scene) {
  if (!scene || !isDifference(state, scene)) return scene;
  const { change } = scene, found = known.get(scene);
  if (found) return /** @type {S} */ (found);
  if (!change?.tensors) return scene;
  const made = { ...scene, activations: change.tensors, edit: `${scene.edit} difference`, trace: { ...scene.trace, ranges: change.ranges }, difference: true };
  known.set(scene, made);
  return /** @type {S} */ (made);
}
