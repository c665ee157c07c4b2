/** What an address leaves open is settled when its picture has come: the gradients and the layer that its time is in. */
import { changes } from '../ui/h.js';
import { missing } from './moment.js';

/** @param {import('../types.d.ts').Store} store @returns {import('../types.d.ts').Part} */
export function mountSettle(store) {
  const came = changes();
  return {
    update(state, scene) {
      const lacks = came(scene?.trace) && missing(state, scene);
      if (lacks) store.set(lacks);
    },
  };
}
