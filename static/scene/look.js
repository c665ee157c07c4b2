/** What every number of one scene looks like: its colour range, its maps as pixels, and which map stands in front. Pure. */

import { faceOf } from '../graph/faces.js';
import { activationScale } from '../color/scales.js';
import { mapOf, volumeOf } from '../model/tensor.js';
import { rangeOf } from '../state/select.js';

/** @import { Scene, State, Tensor } from '../types.d.ts' */
/** @import { Graph, Look, Pixels, Scale } from '../stage.d.ts' */

/** Numbers looked at per map when the liveliest one is sought. */
const SAMPLES = 256;

/**
 * @param {Scene} scene @param {Graph} graph @param {State['range']} mode @param {'light' | 'dark'} theme
 * @returns {Look}
 */
export function lookOf(scene, graph, mode, theme) {
  const scale = activationScale(theme);
  const { network, trace } = scene;
  /** @param {string} name */
  const range = (name) => {
    const node = graph.byName.get(name);
    return (node && rangeOf(scene, mode, node)) || 1;
  };
  /** @type {Map<string, number>} */
  const fronts = new Map();
  return {
    theme,
    scale,
    weight: scale,
    range,
    front(name) {
      if (scene.faces) return scene.faces.fronts.get(name) ?? 0;
      const group = graph.byName.get(name)?.range_group ?? name;
      if (!fronts.has(group)) fronts.set(group, liveliest(scene, group));
      return Math.min(fronts.get(group) ?? 0, (graph.volumes.get(name)?.channels ?? 1) - 1);
    },
    picture(node, face, channel) {
      const tensor = scene.activations.get(node);
      const key = `${network.id} ${trace.image} ${node} ${face} ${channel} ${mode} ${theme} ${scene.edit} ${scale.name}`;
      const small = tensor ? null : faceOf(scene.faces, node, face, channel);
      if (small) return facePicture(key, face, small, range(node), scale);
      return { key: tensor ? key : `${key} none`, pixels: () => painted(tensor, face, channel, range(node), scale) };
    },
  };
}

/** A face as it was sent, at the resolution of the screen. @param {string} key @param {Parameters<Look['picture']>[1]} face @param {{ tensor: Tensor, channel: number }} found @param {number} range @param {Scale} scale @returns {import('../stage.d.ts').Picture} */
export const facePicture = (key, face, { tensor, channel }, range, scale) => ({
  key: `${key} ${tensor.shape.join('×')}`,
  pixels: () => painted(tensor, face === 'glow' ? 'glow' : 'map', channel, range, scale),
});

/** A face of a volume as pixels; without numbers, nothing. @param {Tensor | undefined} tensor @param {Parameters<Look['picture']>[1]} face @param {number} channel @param {number} range @param {Scale} scale @returns {Pixels} */
export const painted = (tensor, face, channel, range, scale) => (tensor ? FACES[face](tensor, channel, range, scale) : BLANK);

/** @type {Pixels} */
const BLANK = { width: 1, height: 1, data: new Uint8ClampedArray(4) };

/** @type {Record<Parameters<Look['picture']>[1], (tensor: Tensor, channel: number, range: number, scale: Scale) => Pixels>} */
const FACES = {
  map(tensor, channel, range, scale) {
    const { rows, columns } = volumeOf(tensor.shape);
    return { width: columns, height: rows, data: scale.paint(mapOf(tensor, channel), range) };
  },
  lid(tensor, front, range, scale) {
    const { channels, columns, rows } = volumeOf(tensor.shape);
    const values = new Float32Array(channels * columns);
    for (let rank = 0; rank < channels; rank++) {
      const start = ((rank + front) % channels) * rows * columns;
      values.set(tensor.data.subarray(start, start + columns), rank * columns);
    }
    return { width: columns, height: channels, data: scale.paint(values, range) };
  },
  side(tensor, front, range, scale) {
    const { channels, columns, rows } = volumeOf(tensor.shape);
    const values = new Float32Array(channels * rows);
    for (let rank = 0; rank < channels; rank++) {
      const start = ((rank + front) % channels) * rows * columns;
      for (let row = 0; row < rows; row++) values[row * channels + rank] = tensor.data[start + row * columns + columns - 1];
    }
    return { width: channels, height: rows, data: scale.paint(values, range) };
  },
  glow(tensor, front, range, scale) {
    const map = FACES.map(tensor, front, range, scale);
    const { rows, columns } = volumeOf(tensor.shape);
    const values = mapOf(tensor, front);
    for (let k = 0; k < rows * columns; k++) map.data[4 * k + 3] = Math.min(255, Math.abs(values[k] / range) * 255);
    return map;
  },
};

/**
 * The channel with the most to see through all layers of a group: the largest spread, each layer by its own measure,
 * so that a layer and the layers that follow it show the same channel.
 * @param {Scene} scene @param {string} group
 */
function liveliest(scene, group) {
  const tensors = scene.network.nodes.flatMap((node) => {
    const tensor = scene.activations.get(node.name);
    return node.range_group === group && node.inputs.length > 0 && tensor && tensor.shape.length > 1 ? [tensor] : [];
  });
  const channels = Math.min(...tensors.map((tensor) => volumeOf(tensor.shape).channels));
  if (!Number.isFinite(channels)) return 0;
  const spreads = tensors.map((tensor) => Array.from({ length: channels }, (_, c) => spread(mapOf(tensor, c))));
  const tops = spreads.map((all) => Math.max(...all) || 1);
  const scores = Array.from({ length: channels }, (_, c) => Math.min(...spreads.map((all, k) => all[c] / tops[k])));
  return scores.indexOf(Math.max(...scores));
}

/** Standard deviation of some of the numbers; only to choose a picture, never shown. @param {Float32Array} values */
function spread(values) {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  let [n, sum, squares] = [0, 0, 0];
  for (let k = 0; k < values.length; k += step) {
    if (!Number.isFinite(values[k])) continue;
    n += 1;
    sum += values[k];
    squares += values[k] ** 2;
  }
  return n ? Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)) : 0;
}
