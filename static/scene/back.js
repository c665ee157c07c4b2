/**
 * The pass back as the stage shows it: what gradients (or values times gradients) look like, and how far they have come.
 * Pure.
 */

import { layerCount, passEnd, returned } from '../anim/timeline.js';
import { gradientScale } from '../color/scales.js';
import { faceOf } from '../graph/faces.js';
import { chance } from '../lens/digits.js';
import { facePicture, painted } from './look.js';

/** @import { Scene, ShowMode, State, Tensor } from '../types.d.ts' */
/** @import { Back, Graph, Look, Scale } from '../stage.d.ts' */

/** What the volumes show: values until there are gradients to show. @param {State} state @param {Scene} scene @returns {ShowMode} */
export const showOf = ({ show }, { gradients, objective }) => (show === 'value' || !gradients || !objective ? 'value' : objective.of);

/** Where the pass ends for what is shown: at the loss, or back at the input. @param {State} state @param {Scene} scene */
export const endOf = (state, scene) => passEnd(scene.network.nodes.filter((node) => node.inputs.length > 0).length, showOf(state, scene) !== 'value');

/** The objective's value as it is written, empty where there is none. @param {Scene} scene */
export const lossOf = ({ objective }) => (objective ? chance(objective.value) : '');

/** The class that a loss is taken for; null for what is no loss. @param {string} objective */
export const labelOf = (objective) => (/^loss:\d+$/.test(objective) ? Number(objective.slice(5)) : null);

/**
 * The pass back at the state's time; null while the pass goes forward, and where values are shown.
 * @param {State} state @param {Scene} scene @param {Graph} graph @param {Look} look @param {'light' | 'dark'} theme
 * @returns {Back | null}
 */
export function backOf(state, scene, graph, look, theme) {
  const { gradients, objective } = scene;
  const show = showOf(state, scene);
  if (show === 'value' || !gradients || !objective || state.t <= layerCount(graph)) return null;
  const key = [show, objective.name, scene.network.id, scene.trace.image, scene.edit, state.range, theme, gradientScale(theme).name].join(' ');
  const looks = known.get(gradients) ?? new Map();
  known.set(gradients, looks);
  if (!looks.has(key)) looks.set(key, backLook(gradients, scene.backFaces, look, gradientScale(theme), key, (name) => rangeIn(objective.ranges, state.range, name, graph) || 1));
  return { gradients, show, objective: objective.name, share: (node) => returned(graph, node, state.t), look: looks.get(key) };
}

/** Looks that were made of gradients, for as long as those are kept. @type {WeakMap<Map<string, Tensor>, Map<string, Look>>} */
const known = new WeakMap();

/** @param {Map<string, Tensor>} gradients @param {import('../types.d.ts').Faces | null} faces @param {Look} look of the values @param {Scale} scale @param {string} key @param {(node: string) => number} range @returns {Look} */
const backLook = (gradients, faces, look, scale, key, range) => ({
  ...look, scale, range,
  picture(node, face, channel) {
    const tensor = gradients.get(node);
    const small = tensor ? null : faceOf(faces, node, face, channel);
    const name = `${key} ${node} ${face} ${channel}`;
    if (small) return facePicture(name, face, small, range(node), scale);
    return { key: tensor ? name : `${name} none`, pixels: () => painted(tensor, face, channel, range(node), scale) };
  },
});

/** @param {import('../types.d.ts').Ranges} ranges @param {State['range']} mode @param {string} name @param {Graph} graph */
function rangeIn(ranges, mode, name, graph) {
  if (mode === 'network') return ranges.network;
  return mode === 'node' ? ranges.node[name] : ranges.group[graph.byName.get(name)?.range_group ?? name];
}
