/** A person's picture on its way to the server: made smaller, sent, and what came of it. */
import { shrunk } from '../paint/shrink.js';
import { refuseTooLarge } from './room.js';

/** @typedef {import('../types.d.ts').Resources} Resources */
/** @typedef {import('../types.d.ts').ImageView} ImageView */
/** @typedef {{ x: number, y: number }} Place where the person looks, client px */

/**
 * @param {Resources} resources
 * @param {ReturnType<typeof import('../ui/notes.js').mountNotes>} notes
 * @param {{ progress: (share: number | null) => void, done: (image: ImageView) => void }} listeners
 */
export function createUpload(resources, notes, { progress, done }) {
  /** The last one wins: a slow picture must not push away one that was chosen later. */
  let latest = 0;

  /** @param {Blob} file @param {Place} [place] */
  return async function upload(file, place) {
    const mine = ++latest;
    notes.clear();
    progress(0);
    try {
      const small = await shrunk(file, await resources.limit('image_stored_side'));
      await refuseTooLarge(resources, small, 'picture', file instanceof File ? file.name : undefined);
      const image = await resources.upload(small, (share) => mine === latest && progress(share));
      if (mine === latest) done(image);
    } catch (error) {
      if (mine === latest) notes.problem(error, place, () => upload(file, place));
    } finally {
      if (mine === latest) progress(null);
    }
  };
}
