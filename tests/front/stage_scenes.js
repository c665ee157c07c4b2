/** Small networks as the server tells them (scenes.json), and the stage's inputs made of them. */
import { readFileSync } from 'node:fs';
import { graphOf } from '../../static/model/graph.js';
import { backOf } from '../../static/scene/back.js';
import { spotAt } from '../../static/anim/windows.js';
import { isWindowed } from '../../static/state/moment.js';
import { lookOf } from '../../static/scene/look.js';

/** @import { Scene, State, Tensor } from '../../static/types.d.ts' */
/** @import { Stage } from '../../static/stage.d.ts' */

const ODD = new Map([['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity]]);
const read = JSON.parse(readFileSync(new URL('./scenes.json', import.meta.url), 'utf8'), (_, value) => ODD.get(value) ?? value);

export const NAMES = Object.keys(read);

/** @param {string} name @returns {Scene & { explanations: any[] }} */
export function sceneOf(name) {
  const { network, trace, activations, explanations } = read[name];
  const [channels, height, width] = network.nodes[0].shape;
  const image = { id: 'random', title: 'Noise', width, height, label: 'two', kind: /** @type {const} */ ('photo'), animated: false, channels };
  return { network, trace, image, activations: tensorsOf(activations), explanation: null, explanations, gradients: null, objective: null, backward: null };
}

/** @param {Record<string, { shape: number[], data: number[] }>} arrays */
const tensorsOf = (arrays) => new Map(Object.entries(arrays).map(([node, { shape, data }]) => /** @type {[string, Tensor]} */ ([node, { shape, data: Float32Array.from(data) }])));

/** The same with the gradients of the loss of one label, and what explains some of them. @param {string} name @returns {Scene & { explanations: any[] }} */
export function backSceneOf(name) {
  const scene = sceneOf(name);
  const { objective, value, gradients, backward, ranges } = read[name];
  return { ...scene, gradients: tensorsOf(gradients), objective: { name: objective, value, of: 'gradient', ranges }, explanations: backward };
}

/** @type {State} */
export const STATE = {
  network: '', image: '', view: 'overview', node: null, at: null, range: 'group', theme: 'light', camera: { x: 0, y: 0, zoom: 1 }, t: Infinity, playing: false, speed: 1,
  objective: '', show: 'value', weight: null, grain: 'window', loop: null, colours: 'orange', field: false, pins: [], present: false, reading: 'gather', why: '', open: '',
};

/** @param {Scene} scene @param {Partial<State>} [patch] @param {number} [width] @param {number} [height] @returns {Stage} */
export function stageOf(scene, patch = {}, width = 1372, height = 746) {
  const state = { ...STATE, ...patch };
  const graph = graphOf(scene.network);
  const look = lookOf(scene, graph, state.range, 'light');
  return { scene, state, width, height, margin: width < 560 ? 18 : 28, graph, look, back: backOf(state, scene, graph, look, 'light'), t: state.t, photo: null, spot: isWindowed(state) ? spotAt(scene.network, state.t) : null, passing: null };
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
