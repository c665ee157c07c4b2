/** Curves of motion from 0 to 1, and mixing. Pure. */

/** @param {number} x */
export const clamp01 = (x) => Math.max(0, Math.min(1, x));

/** Slow, fast, slow: a fast move, then rest. @param {number} x */
export const cubicInOut = (x) => (x <= 0 ? 0 : x >= 1 ? 1 : x < 0.5 ? 4 * x ** 3 : 1 - (-2 * x + 2) ** 3 / 2);

/** @param {number} x */
export const smooth = (x) => clamp01(x) ** 2 * (3 - 2 * clamp01(x));

/** @param {number} a @param {number} b @param {number} f */
export const lerp = (a, b, f) => a + (b - a) * f;
