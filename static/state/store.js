/**
 * One frozen object, and who wants to know when a part of it changes.
 *
 * A value that is set again with the same content keeps its identity, so watchers may compare with ===.
 */

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Store} Store */

/**
 * @param {State} initial
 * @returns {Store}
 */
export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  /** @type {Set<() => void>} */
  const watchers = new Set();

  return {
    get: () => state,

    set(patch) {
      const next = { ...state };
      for (const key of /** @type {(keyof State)[]} */ (Object.keys(patch))) keep(next, key, patch);
      if (Object.keys(next).every((key) => same(next, state, key))) return;
      state = Object.freeze(next);
      for (const notify of [...watchers]) notify();
    },

    watch(select, then) {
      let last = select(state);
      then(last, undefined);
      const notify = () => {
        const before = last;
        last = select(state);
        if (last !== before) then(last, before);
      };
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
  };
}

/**
 * Puts patch[key] into state, unless what stands there says the same already.
 * @param {any} state
 * @param {keyof State} key
 * @param {Partial<State>} patch
 */
function keep(state, key, patch) {
  if (JSON.stringify(state[key]) !== JSON.stringify(patch[key])) state[key] = patch[key];
}

/** @type {(a: any, b: any, key: string) => boolean} */
const same = (a, b, key) => a[key] === b[key];
