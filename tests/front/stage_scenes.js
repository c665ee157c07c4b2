/** Small networks as the server tells them (scenes.json), and the stage's inputs made of them. */
import { readFileSync } from 'node:fs';
import { graphOf } from '../../static/model/graph.js';
import { lookOf } from '../../static/scene/look.js';

/** @import { Scene, State, Tensor } from '../../static/types.d.ts' */
/** @import { Stage } from '../../static/stage.d.ts' */

const ODD = new Map([['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]]);
const read = JSON.parse(readFileSync(new URL('./scenes.json', import.meta.url), 'utf8'), (_, value) => ODD.get(value) ?? value);

export const NAMES = Object.keys(read);

/** @param {string} name @returns {Scene & { explanations: any[] }} */
export function sceneOf(name) {
  const { network, trace, activations, explanations } = read[name];
  const tensors = Object.entries(activations).map(([node, a]) => /** @type {[string, Tensor]} */ ([node, { shape: /** @type {any} */ (a).shape, data: Float32Array.from(/** @type {any} */ (a).data) }]));
  const [channels, height, width] = network.nodes[0].shape;
  const image = { id: 'random', title: 'Noise', width, height, label: 'two', kind: /** @type {const} */ ('photo'), animated: false, channels };
  return { network, trace, image, activations: new Map(tensors), explanation: null, explanations };
}

/** @type {State} */
export const STATE = {
  network: '', image: '', view: 'overview', node: null, at: null, range: 'group', theme: 'light', camera: { x: 0, y: 0, zoom: 1 }, t: Infinity, playing: false, speed: 1,
};

/** @param {Scene} scene @param {Partial<State>} [patch] @param {number} [width] @param {number} [height] @returns {Stage} */
export function stageOf(scene, patch = {}, width = 1372, height = 746) {
  const state = { ...STATE, ...patch };
  const graph = graphOf(scene.network);
  return { scene, state, width, height, margin: width < 560 ? 18 : 28, graph, look: lookOf(scene, graph, state.range, 'light'), t: state.t, photo: null };
}

/** A stage on one explained number. @param {Scene & { explanations: any[] }} scene @param {any} explanation @param {number} [width] @param {number} [height] */
export const explained = (scene, explanation, width = 976, height = 746) =>
  stageOf({ ...scene, explanation }, { view: 'window', node: explanation.node, at: explanation.at }, width, height);

/** A network of nothing but shapes. @param {[string, number[], string[], object?][]} nodes name, shape, inputs, anything else @returns {any} */
export function networkOf(nodes) {
  const slide = { size: 3, stride: 1, offset: -1, dilation: 1, every: 1, inverse: false, follows: null };
  const point = { size: 1, stride: 1, offset: 0, dilation: 1, every: 1, inverse: false, follows: null };
  return {
    id: 'made', title: 'made', labels: [], output: nodes[nodes.length - 1][0], logits: nodes[nodes.length - 1][0], input: nodes[0][0], parameters: 0, macs: 0, preprocessing: null, card: null,
    nodes: nodes.map(([name, shape, inputs, more]) => {
      const elementwise = /^(relu|bn)/.test(name);
      const weighted = /^(conv|fc|bn)/.test(name);
      return {
        name, kind: name.replace(/\d+$/, ''), inputs, shape, config: {}, summary: name, equation: '', macs: 0, receptive_field: null, range_group: name,
        params: weighted ? [{ name: 'weight', shape: [1], count: 1 }] : [], parameters: weighted ? 1 : 0,
        windows: inputs.map(() => ({ axes: shape.map((_, k) => (elementwise || k === 0 ? point : slide)) })), ...more,
      };
    }),
  };
}
