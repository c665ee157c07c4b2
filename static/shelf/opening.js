/** A person's network on its way: sent, read, shown; with its labels. What is shown stays until the new one is here. */
import { kindOf, ORDER } from './kinds.js';
import { mountJourney } from './journey.js';
import { refuseTooLarge } from './room.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('./upload.js').Place} Place */
/** @typedef {ReturnType<typeof import('../ui/notes.js').mountNotes>} Notes */

/**
 * @param {Context} context
 * @param {Notes} notes
 * @param {(picture: File, place?: Place) => Promise<void>} takePicture
 * @returns {(files: File[], place?: Place, otherwise?: import('./kinds.js').Kind) => Promise<void>} opens files of all kinds
 */
export function createOpening({ resources, actions, store, scene }, notes, takePicture) {
  const journey = mountJourney(document.body);
  /** The last network wins, as the last picture does. */
  let patience = new AbortController();
  /** Labels that come while a network is on its way are of that network. */
  let pending = Promise.resolve();
  const kept = () => `The network shown is still ${scene()?.network.title ?? 'none'}, and the picture `;

  /** @param {File} file @param {Place} [place] */
  async function takeNetwork(file, place) {
    patience.abort();
    patience = new AbortController();
    const { signal } = patience;
    notes.clear();
    try {
      await refuseTooLarge(resources, file, 'network', file.name);
      journey.sending(file.name, 0, place, () => patience.abort());
      const tell = (/** @type {number} */ share) => !signal.aborted && (share < 1 ? journey.sending(file.name, share) : journey.reading(file.name));
      const network = await resources.openNetwork(file, file.name, tell, signal);
      if (signal.aborted) return;
      actions.openNetwork(network.id);
    } catch (error) {
      if (signal.aborted) return;
      notes.problem(error, place, () => takeNetwork(file, place), { shown: kept() });
    } finally {
      if (!signal.aborted || signal === patience.signal) journey.end();
    }
  }

  /** @param {File} file @param {Place} [place] */
  async function takeLabels(file, place) {
    await pending;
    notes.clear();
    try {
      const network = await resources.nameClasses(store.get().network, file);
      actions.setInput(network.id);
    } catch (error) {
      notes.problem(error, place, () => takeLabels(file, place), { shown: kept() });
    }
  }

  /** @type {typeof takeNetwork} */
  const begin = (file, place) => (pending = takeNetwork(file, place));
  const TAKE = { network: begin, labels: takeLabels, picture: takePicture };
  return async function take(files, place, otherwise = 'picture') {
    const known = await Promise.all(files.map(async (file) => ({ file, kind: await kindOf(file, otherwise) })));
    for (const kind of ORDER) {
      const { file } = known.find((one) => one.kind === kind) ?? {};
      if (file) await TAKE[kind](file, place);
    }
  };
}
