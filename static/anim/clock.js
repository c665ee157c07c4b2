/** The page's one source of frames. Workers are asked while any of them wants another frame; at rest nothing runs. */

/** @import { Clock } from '../types.d.ts' */

/**
 * @param {(frame: (now: number) => void) => void} [request] asks for one frame; the browser's by default
 * @returns {Clock}
 */
export function createClock(request = (frame) => requestAnimationFrame(frame)) {
  /** @type {Set<(now: number) => boolean>} */
  const workers = new Set();
  let asked = false;

  /** @param {number} now */
  function frame(now) {
    asked = false;
    let busy = false;
    for (const worker of [...workers]) busy = worker(now) || busy;
    if (busy) wake();
  }

  function wake() {
    if (asked) return;
    asked = true;
    request(frame);
  }

  return {
    wake,
    add(worker) {
      workers.add(worker);
      wake();
      return () => workers.delete(worker);
    },
  };
}
