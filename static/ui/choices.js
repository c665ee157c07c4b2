/** The choices of the header and of the keys: what they set, what they are called, what they mean. */

/** @typedef {import('../types.d.ts').State} State */

/** @type {[State['view'], string, string][]} */
export const VIEWS = [
  ['overview', 'network', 'Every layer as a volume'],
  ['maps', 'unravelled', 'Every volume laid out as its feature maps (U)'],
  ['window', 'one window', 'One number, and the window that it was made from (W)'],
];
/** @type {[State['range'], string, string][]} */
export const RANGES = [
  ['node', 'each volume', 'Each volume has its own scale: weak volumes are seen as well as strong ones'],
  ['group', 'each layer', 'A layer and the operations after it share one scale: the same colour is the same number'],
  ['network', 'the whole network', 'One scale for the whole network: volumes can be compared'],
];
/** @type {[State['theme'], string][]} */
export const THEMES = [['auto', 'as the system has it'], ['light', 'light'], ['dark', 'dark']];
/** @type {import('../types.d.ts').Grain[]} */
export const GRAINS = ['layer', 'window', 'term'];
/** @type {[State['colours'], string][]} */
export const COLOURS = [['orange', 'blue and orange'], ['red', 'blue and red'], ['gold', 'violet and gold']];

/**
 * The choice after this one, around.
 * @template T
 * @param {readonly [T, ...any][]} all
 * @param {T} now
 * @returns {T}
 */
export function next(all, now) {
  const values = all.map(([value]) => value);
  return values[(values.indexOf(now) + 1) % values.length];
}
