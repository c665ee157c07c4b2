/** Bitmaps that will be needed when volumes open are made a few a frame while nothing moves, so that nothing stutters then. */

/** @import { Clock } from '../types.d.ts' */
/** @import { Graph, Look, Picture } from '../stage.d.ts' */

const A_FRAME = 8;
/** Networks with more numbers than this open in excerpts, whose maps are made when they are drawn. */
const MOST_NUMBERS = 2e6;

/** Every map of a network, in the order of the flow. @param {Graph} graph @param {Look} look @returns {Picture[]} */
export function mapsOf({ nodes, volumes }, look) {
  const numbers = [...volumes.values()].reduce((sum, volume) => sum + volume.cells, 0);
  if (numbers > MOST_NUMBERS) return [];
  return nodes.flatMap(({ name }) => Array.from({ length: volumes.get(name)?.channels ?? 0 }, (_, channel) => look.picture(name, 'map', channel)));
}

/**
 * @param {Clock} clock @param {(picture: Picture) => void} make @param {() => boolean} busy
 * @returns {{ for(graph: Graph, look: Look): void, stop(): void }}
 */
export function createWarming(clock, make, busy) {
  /** @type {Picture[]} */
  let waiting = [];
  /** @type {Look | null} */
  let looked = null;
  const stop = clock.add(() => {
    if (!busy()) waiting.splice(0, A_FRAME).forEach(make);
    return waiting.length > 0;
  });
  return {
    stop,
    for(graph, look) {
      if (look === looked) return;
      looked = look;
      waiting = mapsOf(graph, look);
    },
  };
}
