/** Pixels as an address that holds them: an uncompressed bitmap, three bytes a pixel. Pure. */

const HEADER = 54;

/** @param {number} width @param {number} height @param {ArrayLike<number>} rgba at least width × height of them @returns {string} */
export function bmp(width, height, rgba) {
  const row = Math.ceil((width * 3) / 4) * 4, bytes = new Uint8Array(HEADER + row * height), view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, HEADER, true);
  view.setUint32(14, 40, true); // the length of what follows of the header
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true); // from the top down
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4, to = HEADER + y * row + x * 3;
      [bytes[to], bytes[to + 1], bytes[to + 2]] = [rgba[from + 2], rgba[from + 1], rgba[from]];
    }
  }
  return `data:image/bmp;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
