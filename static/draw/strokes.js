/** Every stroke makes another picture; of one drawing only the last is offered on the shelf. */

/** @type {Set<string>} */
const passed = new Set();

/** @param {string} now @param {string | null} before of the same drawing */
export function supersede(now, before) {
  if (before && before !== now) passed.add(before);
  passed.delete(now);
}

/** @template {{ id: string }} I @param {I[]} images @param {string} chosen @returns {I[]} */
export const finished = (images, chosen) => images.filter(({ id }) => id === chosen || !passed.has(id));
