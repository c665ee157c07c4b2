/** Questions that several parts of the page put to the state and the scene. Pure. */

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').NodeView} NodeView */

/**
 * @param {Scene} scene
 * @param {string | null} name
 */
export const nodeOf = (scene, name) => scene.network.nodes.find((node) => node.name === name);

/**
 * The number at which the colour of a node's values ends.
 * @param {Scene} scene
 * @param {State['range']} mode
 * @param {NodeView} node
 */
export const rangeOf = ({ trace }, mode, node) => rangeIn(trace.ranges, mode, node);

/**
 * The same of any ranges.
 * @param {import('../types.d.ts').Ranges} ranges
 * @param {State['range']} mode
 * @param {NodeView} node
 */
export function rangeIn(ranges, mode, node) {
  if (mode === 'network') return ranges.network;
  return mode === 'node' ? ranges.node[node.name] : ranges.group[node.range_group];
}

/**
 * The nodes that share the range of one of them.
 * @param {Scene} scene
 * @param {NodeView} node
 */
export const groupOf = (scene, node) => scene.network.nodes.filter((other) => other.range_group === node.range_group);

/**
 * The cell of a node that says most: the largest activation of either sign. Of one whose numbers are not here, the
 * middle of the channel in front.
 * @param {Scene} scene
 * @param {NodeView} node
 * @returns {number[]}
 */
export function liveliest({ activations, faces }, { name, shape }) {
  const data = activations.get(name)?.data;
  if (!data) return shape.map((size, axis) => (axis === 0 && shape.length > 1 ? faces?.fronts.get(name) ?? 0 : Math.floor(size / 2)));
  let best = 0;
  for (let k = 1; k < data.length; k++) if (Math.abs(data[k]) > Math.abs(data[best])) best = k;
  /** @type {number[]} */
  const cell = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    cell.unshift(best % shape[axis]);
    best = Math.floor(best / shape[axis]);
  }
  return cell;
}

/**
 * The cell of a node to look at first: of the class scores that of the class that the network says, else the liveliest.
 * @param {Scene} scene
 * @param {NodeView} node
 */
export function telling(scene, node) {
  const { logits, output } = scene.network, scores = node.shape.length === 1 && (node.name === logits || node.name === output);
  const said = scores ? scene.trace.prediction?.top[0]?.index : undefined;
  return said === undefined ? liveliest(scene, node) : [said];
}

/**
 * 10×32×32.
 * @param {number[]} shape
 */
export const times = (shape) => shape.join('×');
