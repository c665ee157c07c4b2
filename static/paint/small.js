/** Small pictures in panels: maps of colours and flat boxes on a canvas of their own. */

/** @typedef {{ x: number, y: number, w: number, h: number }} Box */
/** @typedef {{ box: Box, fill: string, line?: boolean }} Flat css px; line: its outline alone */
/** @typedef {{ box: Box, picture: import('../stage.d.ts').Pixels }} Plate */

/** Screens denser than this are drawn at this density. */
const DENSEST = 2;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ width: number, height: number }} size css px
 * @param {{ plates?: Plate[], flats?: Flat[] }} what flats lie over plates
 */
export function paintSmall(canvas, { width, height }, { plates = [], flats = [] }) {
  const dense = Math.min(DENSEST, window.devicePixelRatio || 1);
  Object.assign(canvas, { width: Math.round(width * dense), height: Math.round(height * dense) });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const c = contextOf(canvas);
  c.scale(dense, dense);
  c.imageSmoothingEnabled = false;
  const scratch = document.createElement('canvas');
  for (const { box, picture } of plates) {
    Object.assign(scratch, { width: picture.width, height: picture.height });
    put(scratch, picture);
    c.drawImage(scratch, box.x, box.y, box.w, box.h);
  }
  for (const { box, fill, line } of flats) {
    c.fillStyle = fill;
    c.strokeStyle = fill;
    if (line) c.strokeRect(box.x, box.y, box.w, box.h);
    else c.fillRect(box.x, box.y, box.w, box.h);
  }
}

/** @param {HTMLCanvasElement} canvas @param {import('../stage.d.ts').Pixels} picture */
export function put(canvas, { width, height, data }) {
  const c = contextOf(canvas), image = c.createImageData(width, height);
  image.data.set(data);
  c.putImageData(image, 0, 0);
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D drawing context.');
  return context;
}
