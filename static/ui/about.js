/** Numbers read off a picture. Pure. */

/**
 * Three digits, as many as the picture's numbers (float16) are good for.
 * @param {number} value
 */
export function about(value) {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', '∞').replace('-', '−');
  const size = Math.abs(value);
  const text = size === 0 ? '0' : size >= 1000 || size < 0.001 ? value.toExponential(2) : value.toPrecision(3);
  return text.replace('-', '−').replace('e−', 'e-');
}
