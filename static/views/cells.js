/** Nearer: the numbers in the cells, of maps face on and of the faces of volumes. Pure. */

import { cellOf, valueAt } from '../model/tensor.js';
import { cameraMatrix } from '../scene/camera.js';
import { apply, compose } from '../scene/matrix.js';
import { deck, isClosed, slicesOf } from '../scene/slices.js';
import { about } from '../lens/digits.js';

/** @import { Label, Matrix, Pose, Stage } from '../stage.d.ts' */

/** A cell with a number is at least so large on the screen, px. */
const LEAST = { w: 38, h: 17 };
/** More numbers than this nobody reads. */
const MOST = 900;

/**
 * The numbers of all cells that are seen, large enough for one, and on the screen: of a closed volume those of its face.
 * @param {Stage} stage @param {Map<string, Pose>} poses
 * @returns {Label[]}
 */
export function cellNumbers(stage, poses) {
  const { width, height, state } = stage;
  if (state.camera.zoom < 1.2 || state.view === 'window') return [];
  const camera = cameraMatrix(state.camera, width, height);
  /** @type {Label[]} */
  const labels = [];
  for (const [name, pose] of poses) {
    const volume = stage.graph.volumes.get(name);
    if (!volume) continue;
    for (const { channel, m } of slicesOf(volume, pose)) {
      const on = compose(camera, m), slant = Math.abs(on[1]) / volume.columns;
      if ((isClosed(pose) && channel !== deck(volume, pose)[0]) || on[0] / volume.columns < LEAST.w || on[3] / volume.rows - slant < LEAST.h) continue;
      labels.push(...numbersOf(stage, name, channel, m, on));
      if (labels.length > MOST) return [];
    }
  }
  return labels;
}

/** @param {Stage} stage @param {string} name @param {number} channel @param {Matrix} m in the layout @param {Matrix} on the screen @returns {Label[]} */
function numbersOf({ graph, scene, back, look, width, height }, name, channel, m, on) {
  const node = graph.byName.get(name), volume = graph.volumes.get(name), gone = back && back.share(name) >= 1;
  const tensor = gone ? back.gradients.get(name) : scene.activations.get(name), shown = gone ? back.look : look;
  if (!node || !volume || !tensor) return [];
  const { rows, columns } = volume, range = shown.range(name);
  const inside = (/** @type {number} */ from, /** @type {number} */ step, /** @type {number} */ n, /** @type {number} */ most) =>
    [Math.max(0, Math.floor(-from / (step / n))), Math.min(n, Math.ceil((most - from) / (step / n)))];
  const [c0, c1] = inside(on[4], on[0], columns, width), rise = [0, 1].map((end) => on[1] * (end ? c1 : c0) / columns);
  const [r0, r1] = [inside(on[5] + Math.max(...rise), on[3], rows, height)[0], inside(on[5] + Math.min(...rise), on[3], rows, height)[1]];
  /** @type {Label[]} */
  const labels = [];
  for (let row = r0; row < r1; row++) {
    for (let column = c0; column < c1; column++) {
      const at = cellOf(node.shape, channel, row, column);
      if (!at) continue;
      const value = valueAt(tensor, at), [x, y] = apply(m, (column + 0.5) / columns, (row + 0.5) / rows);
      labels.push({ key: `number ${name} ${channel} ${row} ${column}`, x, y, anchor: 'o', look: 'cell near', lines: [{ text: about(value) }], ink: shown.scale.ink(value, range) });
    }
  }
  return labels;
}
