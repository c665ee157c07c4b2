/** The sliding window's numbers, asked for in pieces ahead of the clock: what passes is there when it comes. */

/** @import { Resources, Scene, Step, Tensor } from '../types.d.ts' */
/** @import { Spot } from './windows.js' */
/** @typedef {{ labels: string[], value: Float32Array, partial: Float32Array, width: number }} Piece */

/** @param {Resources} resources @param {() => void} arrived */
export function createReel(resources, arrived) {
  /** @type {Map<string, Piece | null>} null: on its way, or not to be had */
  const pieces = new Map();
  let about = '';
  /** @type {Map<string, Tensor>} */
  let params = new Map();
  let owner = '';
  /** Windows in one answer, as many as the server gives; 0 until that is known. */
  let most = 0, counted = false;

  function count() {
    if (!counted) resources.limit('windows').then((found) => (most = found, arrived()), () => (counted = false));
    counted = true;
    return most;
  }

  /** @param {Scene} scene @param {string} node @param {number} channel @param {number} from */
  function piece(scene, node, channel, from) {
    const key = `${channel} ${from}`;
    if (!pieces.has(key)) {
      pieces.set(key, null);
      const asked = about;
      resources.windows(scene.network.id, scene.image.id, node, channel, from, most, scene.edit).then(({ tensors, labels }) => {
        const [value, partial] = [tensors.get('value'), tensors.get('partial')];
        if (asked !== about || !value || !partial) return;
        pieces.set(key, { labels, value: value.data, partial: partial.data, width: partial.shape[1] });
        arrived();
      }, () => {}); // the last picture stays, under its own address
    }
    return pieces.get(key) ?? null;
  }

  /** @param {Scene} scene @param {string} node */
  function turn(scene, node) {
    const now = `${scene.network.id} ${scene.image.id} ${scene.edit} ${node}`;
    if (now !== about) pieces.clear();
    about = now;
    const own = `${scene.network.id} ${scene.edit} ${node}`;
    if (own === owner) return;
    [owner, params] = [own, new Map()];
    if (!scene.network.nodes.some((one) => one.name === node && one.params.length)) return;
    resources.filters(scene.network.id, node, scene.image.id, scene.edit).then((all) => own === owner && (params = all, arrived()), () => {});
  }

  return {
    /** The parameters of the layer at work, empty until they have come. @param {Scene} scene @param {Spot} spot */
    params(scene, { node }) {
      turn(scene, node.name);
      return params;
    },
    /** What the engine says of the cell where the clock stands; null until it has come. @param {Scene} scene @param {Spot} spot @returns {{ value: number, steps: Step[], params: Map<string, Tensor> } | null} */
    at(scene, { node, index, n }) {
      turn(scene, node.name);
      const each = node.shape.length > 2 ? n / node.shape[0] : n, channel = Math.floor(index / each), place = index % each;
      const size = count();
      if (!size) return null;
      const from = place - (place % size), found = piece(scene, node.name, channel, from);
      if (from + size < each) piece(scene, node.name, channel, from + size);
      else if ((channel + 1) * each < n) piece(scene, node.name, channel + 1, 0);
      return found && { ...row(found, place - from), params };
    },
  };
}

/** @param {Piece} piece @param {number} k */
function row({ labels, value, partial, width }, k) {
  let total = 0; // where the bars stand
  const steps = labels.map((label, i) => {
    total += partial[k * width + i];
    return { label, value: partial[k * width + i], total };
  });
  return { value: value[k], steps };
}
