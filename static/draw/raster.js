/** A picture made by hand, cell by cell: strokes of a round pen over what was there. Pure. */

/** @typedef {[number, number, number]} Colour */
/** @typedef {import('../stage.d.ts').Pixels} Pixels */
/** @typedef {NonNullable<import('../types.d.ts').NetworkView['preprocessing']>} Preprocessing */
/** @typedef {{ under: Pixels, cover: Float32Array, width: number, colour: Colour, last: [number, number] | null }} Stroke cover: how much of each cell the pen has covered, 0 to 1 */

/** @param {number} width @param {number} height @param {Colour} colour @returns {Pixels} */
export function blank(width, height, colour) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let k = 0; k < width * height; k++) data.set([...colour, 255], k * 4);
  return { width, height, data };
}

/** @param {Pixels} pixels @returns {Pixels} */
export const copyOf = ({ width, height, data }) => ({ width, height, data: data.slice() });

/** @param {Pixels} pixels @param {number} width of the pen, cells @param {Colour} colour @returns {Stroke} */
export const begin = (pixels, width, colour) => ({ under: copyOf(pixels), cover: new Float32Array(pixels.width * pixels.height), width, colour, last: null });

/**
 * The pen goes on to a place; a cell is covered as much as it was at most, so a slow pen is no darker.
 * @param {Pixels} pixels is changed
 * @param {Stroke} stroke is changed
 * @param {number} x cells from the left, as a point
 * @param {number} y
 */
export function goTo(pixels, stroke, x, y) {
  const [fromX, fromY] = stroke.last ?? [x, y], steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) * 2));
  for (let k = stroke.last ? 1 : steps; k <= steps; k++) dab(pixels, stroke, fromX + ((x - fromX) * k) / steps, fromY + ((y - fromY) * k) / steps);
  stroke.last = [x, y];
}

/** @param {Pixels} pixels @param {Stroke} stroke @param {number} x @param {number} y */
function dab(pixels, { under, cover, width, colour }, x, y) {
  const radius = width / 2, fine = width > 1;
  for (let row = Math.floor(y - radius); row <= y + radius; row++) {
    for (let column = Math.floor(x - radius); column <= x + radius; column++) {
      if (row < 0 || column < 0 || row >= pixels.height || column >= pixels.width) continue;
      const near = fine ? radius + 0.5 - Math.hypot(column + 0.5 - x, row + 0.5 - y) : Number(column === Math.floor(x) && row === Math.floor(y));
      const k = row * pixels.width + column;
      cover[k] = Math.max(cover[k], Math.min(1, Math.max(0, near)));
      for (let c = 0; c < 3; c++) pixels.data[k * 4 + c] = under.data[k * 4 + c] + (colour[c] - under.data[k * 4 + c]) * cover[k];
    }
  }
}

/**
 * The pixels that a network reads, from the numbers that it has made of them: black and white are what 0 and 255 become.
 * @param {import('../types.d.ts').Tensor} tensor C, H, W
 * @param {Preprocessing} how
 * @returns {Pixels}
 */
export function pixelsOf({ shape, data }, { black, white, channels }) {
  const [count, height, width] = shape, each = height * width, made = blank(width, height, [0, 0, 0]);
  for (let c = 0; c < 3; c++) {
    const from = count === 1 ? 0 : channels === 'BGR' ? 2 - c : c;
    for (let k = 0; k < each; k++) made.data[k * 4 + c] = Math.round(((data[from * each + k] - black[from]) / (white[from] - black[from])) * 255);
  }
  return made;
}

/**
 * A picture of the size that a network reads, in a frame as wide as what the network crops away: so it reads all of it.
 * @param {Pixels} pixels
 * @param {Pick<Preprocessing, 'crop' | 'size' | 'place'>} how
 * @returns {Pixels}
 */
export function framed(pixels, { crop, size: [rows, columns], place: [down, across] }) {
  if (crop >= 1 || pixels.width !== columns || pixels.height !== rows) return pixels;
  const width = Math.round(columns / crop), height = Math.round(rows / crop), made = blank(width, height, [0, 0, 0]);
  const [x, y] = [Math.floor((width - columns) * across), Math.floor((height - rows) * down)];
  const held = (/** @type {number} */ k, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, k));
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (held(row - y, rows) * columns + held(column - x, columns)) * 4;
      made.data.set(pixels.data.subarray(from, from + 4), (row * width + column) * 4);
    }
  }
  return made;
}

/** @param {string} hex `#rrggbb` @returns {Colour} */
export const colourOf = (hex) => [parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16)];
