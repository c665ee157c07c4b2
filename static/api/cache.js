/** Answers by key: one question on the way at a time, cancelled when nobody waits, kept until there are too many. */

/** @typedef {{ promise: Promise<any>, controller: AbortController, waiters: number, done: boolean, size: number }} Entry */

/**
 * @param {number} most how large all answers that are kept may be together; the least recently used go first
 * @param {(answer: any) => number} [sizeOf] by default each counts one
 */
export function createCache(most, sizeOf = () => 1) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();

  /** @param {string} key @param {(signal: AbortSignal) => Promise<any>} load @returns {Entry} */
  function start(key, load) {
    const controller = new AbortController();
    const entry = { promise: load(controller.signal), controller, waiters: 0, done: false, size: 0 };
    entry.promise.then((answer) => {
      Object.assign(entry, { done: true, size: sizeOf(answer) });
      shrink(key);
    }, () => forget(key, entry));
    return entry;
  }

  /** @param {string} newest the one that stays, however large */
  function shrink(newest) {
    let sum = 0;
    for (const { size } of entries.values()) sum += size;
    for (const [oldest, { done, size }] of entries) {
      if (sum <= most) return;
      if (done && oldest !== newest) sum -= entries.delete(oldest) ? size : 0;
    }
  }

  /** @param {string} key @param {Entry} entry */
  const forget = (key, entry) => entries.get(key) === entry && entries.delete(key);

  /** @param {string} key @param {Entry} entry */
  function leave(key, entry) {
    entry.waiters -= 1;
    if (entry.waiters > 0 || entry.done) return;
    forget(key, entry);
    entry.controller.abort();
  }

  /**
   * @template T
   * @param {string} key
   * @param {(signal: AbortSignal) => Promise<T>} load
   * @param {AbortSignal} [signal] this caller's patience; one who gives none waits for ever
   * @returns {Promise<T>}
   */
  return function cached(key, load, signal) {
    const entry = entries.get(key) ?? start(key, load);
    entries.delete(key); // and put back last: a Map remembers the order
    entries.set(key, entry);
    entry.waiters += 1;
    if (!signal) return entry.promise;
    return new Promise((resolve, reject) => {
      entry.promise.then(resolve, reject);
      const stop = () => (leave(key, entry), reject(signal.reason));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  };
}
