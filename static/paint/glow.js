/** Light behind things: blurred bitmaps, added up on a small canvas and drawn large at once, for blur needs no pixels. */

/** @import { Box, Matrix, Picture } from '../stage.d.ts' */
/** @import { createBitmaps } from './bitmaps.js' */
/** @typedef {{ picture: Picture, box: Box, alpha: number }} Light */

/** The small canvas has so many pixels per pixel of the large one. */
const SHARE = 0.25;

/** @param {ReturnType<typeof createBitmaps>} bitmaps */
export function createGlow(bitmaps) {
  const small = document.createElement('canvas');
  const context = small.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D drawing context.');
  let drawn = '';

  /** @param {Light[]} lights @param {Matrix} base @param {number} width @param {number} height */
  function fill(lights, base, width, height) {
    const key = [width, height, ...base, ...lights.map(({ picture, box, alpha }) => `${picture.key} ${box.x} ${box.y} ${box.w} ${box.h} ${alpha}`)].join();
    if (key === drawn || !context) return;
    drawn = key;
    small.width = Math.ceil(width * SHARE);
    small.height = Math.ceil(height * SHARE);
    context.setTransform(base[0] * SHARE, 0, 0, base[3] * SHARE, base[4] * SHARE, base[5] * SHARE);
    context.globalCompositeOperation = 'lighter';
    for (const { picture, box, alpha } of lights) {
      const [w, h] = [box.w * bitmaps.spread, box.h * bitmaps.spread];
      context.globalAlpha = alpha;
      context.drawImage(bitmaps.glow(picture), box.x - (w - box.w) / 2, box.y - (h - box.h) / 2, w, h);
    }
  }

  return {
    /** Under all that is drawn after it. @param {CanvasRenderingContext2D} to @param {Light[]} lights @param {Matrix} base */
    draw(to, lights, base) {
      if (lights.length === 0) return;
      fill(lights, base, to.canvas.width, to.canvas.height);
      to.setTransform(1, 0, 0, 1, 0, 0);
      to.globalAlpha = 1;
      to.imageSmoothingEnabled = true;
      to.drawImage(small, 0, 0, to.canvas.width, to.canvas.height);
      to.setTransform(...base);
    },
  };
}
