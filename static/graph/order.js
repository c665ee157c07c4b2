/**
 * Layers of a graph from left to right and the order within each: longest-path layers, a lane in every layer that an edge
 * passes, barycentres for few crossings (Sugiyama, Tagawa & Toda 1981). Pure.
 */

/** @typedef {[number, number]} Edge */
/**
 * @typedef {object} Order
 * @property {number[]} layerOf per box
 * @property {number[][]} layers from top to bottom: boxes, and from `boxes` on lanes
 * @property {number} boxes how many there are
 * @property {Edge[]} edges
 * @property {number[][]} chains per edge its ends and the lanes between them
 * @property {Set<number>} spine one box in each layer: a longest path
 */

const SWEEPS = 6;

/** @param {number} count boxes, in topological order @param {Edge[]} edges from a lower to a higher box @returns {Order} */
export function orderOf(count, edges) {
  const layerOf = new Array(count).fill(0);
  const before = /** @type {number[][]} */ (Array.from({ length: count }, () => []));
  for (const [from, to] of edges) before[to].push(from);
  for (let k = 0; k < count; k++) for (const from of before[k]) layerOf[k] = Math.max(layerOf[k], layerOf[from] + 1);
  const layers = /** @type {number[][]} */ (Array.from({ length: Math.max(-1, ...layerOf) + 1 }, () => []));
  const spine = spineOf(layerOf, before, layers.length);
  let next = count;
  const chains = edges.map(([from, to]) => {
    const lanes = Array.from({ length: layerOf[to] - layerOf[from] - 1 }, (_, k) => {
      layers[layerOf[from] + 1 + k].push(next);
      return next++;
    });
    return [from, ...lanes, to];
  });
  layerOf.forEach((layer, k) => layers[layer].push(k));
  sort(layers, chains);
  return { layerOf, layers, boxes: count, edges, chains, spine };
}

/** Back from the last layer along layers that follow each other. @param {number[]} layerOf @param {number[][]} before @param {number} count */
function spineOf(layerOf, before, count) {
  /** @type {Set<number>} */
  const spine = new Set();
  let at = layerOf.indexOf(count - 1);
  while (at >= 0) {
    spine.add(at);
    const layer = layerOf[at];
    at = before[at].find((from) => layerOf[from] === layer - 1) ?? -1;
  }
  return spine;
}

/** Each layer by the middle of its neighbours', forth and back. Of equal ones lanes stay above boxes, so that edges arch. @param {number[][]} layers @param {number[][]} chains */
function sort(layers, chains) {
  const [left, right] = [0, 1].map(() => /** @type {Map<number, number[]>} */ (new Map()));
  for (const chain of chains) {
    for (let k = 1; k < chain.length; k++) {
      left.set(chain[k], [...(left.get(chain[k]) ?? []), chain[k - 1]]);
      right.set(chain[k - 1], [...(right.get(chain[k - 1]) ?? []), chain[k]]);
    }
  }
  /** @type {Map<number, number>} */
  const places = new Map();
  const settle = (/** @type {number[]} */ layer) => layer.forEach((v, k) => places.set(v, (k + 1) / (layer.length + 1)));
  layers.forEach(settle);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    const near = forth ? left : right;
    for (const layer of forth ? layers : [...layers].reverse()) {
      const wanted = new Map(layer.map((v) => [v, middle((near.get(v) ?? []).map((n) => places.get(n) ?? 0)) ?? places.get(v) ?? 0]));
      const was = new Map(layer.map((v, k) => [v, k]));
      layer.sort((a, b) => /** @type {number} */ (wanted.get(a)) - /** @type {number} */ (wanted.get(b)) || /** @type {number} */ (was.get(a)) - /** @type {number} */ (was.get(b)));
      settle(layer);
    }
  }
}

/** @param {number[]} values @returns {number | null} */
const middle = (values) => (values.length ? values.reduce((sum, v) => sum + v, 0) / values.length : null);
