/**
 * Light behind things: blurred bitmaps added up on a small canvas, for blur needs no pixels. While the lights change it is
 * drawn large from there; once they stay it is kept as large as the screen, where drawing it is a copy.
 */

/** @import { Box, Matrix, Picture } from '../stage.d.ts' */
/** @import { createBitmaps } from './bitmaps.js' */
/** @typedef {{ picture: Picture, box: Box, alpha: number }} Light */

/** The small canvas has so many pixels per pixel of the screen, across. */
const SHARE = 0.25;

function layer() {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D drawing context.');
  return { canvas, context };
}

/** @param {ReturnType<typeof createBitmaps>} bitmaps */
export function createGlow(bitmaps) {
  const [small, large] = [layer(), layer()];
  let [drawn, kept] = ['', ''];

  /** @param {Light[]} lights @param {Matrix} base */
  function add(lights, base) {
    const c = small.context;
    c.setTransform(base[0] * SHARE, 0, 0, base[3] * SHARE, base[4] * SHARE, base[5] * SHARE);
    c.globalCompositeOperation = 'lighter';
    for (const { picture, box, alpha } of lights) {
      const [w, h] = [box.w * bitmaps.spread, box.h * bitmaps.spread];
      c.globalAlpha = alpha;
      c.drawImage(bitmaps.glow(picture), box.x - (w - box.w) / 2, box.y - (h - box.h) / 2, w, h);
    }
  }

  /** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height also empties it */
  function resize(canvas, width, height) {
    canvas.width = Math.ceil(width);
    canvas.height = Math.ceil(height);
  }

  return {
    /** Under all that is drawn after it. @param {CanvasRenderingContext2D} to @param {Light[]} lights @param {Matrix} base */
    draw(to, lights, base) {
      if (lights.length === 0) return;
      const { width, height } = to.canvas;
      const key = [width, height, ...base, ...lights.map(({ picture, box, alpha }) => `${picture.key} ${box.x} ${box.y} ${box.w} ${box.h} ${alpha}`)].join();
      const same = key === drawn;
      if (!same) {
        resize(small.canvas, width * SHARE, height * SHARE);
        add(lights, base);
      } else if (key !== kept) {
        resize(large.canvas, width, height);
        large.context.drawImage(small.canvas, 0, 0, width, height);
        kept = key;
      }
      drawn = key;
      to.setTransform(1, 0, 0, 1, 0, 0);
      to.globalAlpha = 1;
      to.imageSmoothingEnabled = !same;
      to.drawImage(same ? large.canvas : small.canvas, 0, 0, width, height);
      to.setTransform(...base);
    },
  };
}
