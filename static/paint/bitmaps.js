/** One offscreen bitmap per feature map, made when it is first drawn and kept while it is in use. */

/** @import { Picture } from '../stage.d.ts' */

/** Bitmaps kept, in pixels: 24 million are 96 MB, room for all maps of a VGG. */
const MOST_PIXELS = 24e6;
/** Side of a glow's bitmap (px) and how far it is blurred, in shares of it. */
const GLOW = { side: 96, inner: 44, blur: 11 };

/** @param {number} width @param {number} height */
function canvas(width, height) {
  const made = document.createElement('canvas');
  made.width = width;
  made.height = height;
  const context = made.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D drawing context.');
  return { made, context };
}

/** @param {Picture} picture */
function draw(picture) {
  const { width, height, data } = picture.pixels();
  const { made, context } = canvas(width, height);
  const image = context.createImageData(width, height);
  image.data.set(data);
  context.putImageData(image, 0, 0);
  return made;
}

/** The light around a picture: itself, small, blurred into a wide margin. @param {HTMLCanvasElement} picture */
function blur(picture) {
  const { made, context } = canvas(GLOW.side, GLOW.side);
  const margin = (GLOW.side - GLOW.inner) / 2;
  context.filter = `blur(${GLOW.blur}px)`;
  context.drawImage(picture, margin, margin, GLOW.inner, GLOW.inner);
  return made;
}

export function createBitmaps(most = MOST_PIXELS) {
  /** @type {Map<string, HTMLCanvasElement>} in the order of last use */
  const kept = new Map();
  let pixels = 0;

  /** @param {string} key @param {() => HTMLCanvasElement} make */
  function keep(key, make) {
    const found = kept.get(key) ?? make();
    if (!kept.delete(key)) pixels += found.width * found.height;
    kept.set(key, found);
    for (const [oldest, bitmap] of kept) {
      if (pixels <= most || oldest === key) break;
      kept.delete(oldest);
      pixels -= bitmap.width * bitmap.height;
    }
    return found;
  }

  return {
    /** The picture's bitmap, a pixel a number. @param {Picture} picture */
    of: (picture) => keep(picture.key, () => draw(picture)),
    /** Its glow, `spread` times as wide. @param {Picture} picture */
    glow: (picture) => keep(`glow ${picture.key}`, () => blur(keep(picture.key, () => draw(picture)))),
    spread: GLOW.side / GLOW.inner,
    get size() {
      return kept.size;
    },
  };
}
