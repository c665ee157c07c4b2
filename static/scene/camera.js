/** The camera: how far the stage is moved and how large it is drawn, as one map from layout to screen. Pure. */

/** @import { State } from '../types.d.ts' */
/** @import { Matrix, Point } from '../stage.d.ts' */

export const HOME = { x: 0, y: 0, zoom: 1 };
const NEAREST = 48;

/** Layout px → screen px; it grows about the middle of the stage. @param {State['camera']} camera @param {number} width @param {number} height @returns {Matrix} */
export const cameraMatrix = ({ x, y, zoom }, width, height) => [
  zoom, 0, 0, zoom,
  (width / 2) * (1 - zoom) + x * width,
  (height / 2) * (1 - zoom) + y * height,
];

/**
 * The camera after a zoom by `factor` that leaves the screen point where it is. It never goes further away than home, or
 * than `least`, where there is more than the screen shows at home.
 * @param {State['camera']} camera @param {number} factor @param {Point} point @param {number} width @param {number} height @param {number} [least]
 * @returns {State['camera']}
 */
export function zoomAt(camera, factor, [px, py], width, height, least = 1) {
  const zoom = Math.max(least, Math.min(NEAREST, camera.zoom * factor));
  if (zoom === 1 && least === 1) return HOME;
  const real = zoom / camera.zoom;
  const [cx, cy] = [width / 2 + camera.x * width, height / 2 + camera.y * height];
  return { x: (px + (cx - px) * real - width / 2) / width, y: (py + (cy - py) * real - height / 2) / height, zoom };
}
