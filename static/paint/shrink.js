/** A large photograph made smaller before it travels: a network reads a few hundred pixels of it. */

/**
 * The size that a picture is sent in.
 * @param {number} width
 * @param {number} height
 * @param {number} most pixels of the longer side
 * @returns {[number, number]}
 */
export function fitted(width, height, most) {
  const factor = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
}

/**
 * The file itself where it is small enough or no picture that this browser reads: then the server says what it is.
 * @param {Blob} file
 * @param {number} most pixels of the longer side
 * @returns {Promise<Blob>}
 */
export async function shrunk(file, most) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const [width, height] = fitted(picture.width, picture.height, most);
  if (width === picture.width && height === picture.height) return file;
  const canvas = new OffscreenCanvas(width, height), paper = canvas.getContext('2d');
  if (!paper) return file;
  paper.imageSmoothingQuality = 'high';
  paper.drawImage(picture, 0, 0, width, height);
  picture.close();
  return canvas.convertToBlob(file.type === 'image/png' ? { type: 'image/png' } : { type: 'image/jpeg', quality: 0.95 });
}
