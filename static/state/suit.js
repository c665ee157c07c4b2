/** Which picture another network is shown: the present one where it may know it, else one that suits it. Pure. */

/** @typedef {import('../types.d.ts').ImageView} ImageView */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */

/** Whether a class is called so, or is one of several names of a class: `tabby, tabby cat`. @param {string[]} labels @param {string | null} name */
const knows = (labels, name) => name !== null && labels.some((label) => label === name || label.toLowerCase().split(/[\s,]+/).includes(name));

/**
 * Whether a network has something to say of a picture: a person's own always; a drawing of a class that it knows; a
 * photograph, if it sees colour.
 * @param {Pick<NetworkView, 'labels' | 'preprocessing'>} network
 * @param {ImageView} image
 */
function fits({ labels, preprocessing }, image) {
  if (image.kind === 'upload' || !preprocessing || knows(labels, image.label)) return true;
  return image.kind === 'photo' && preprocessing.channels !== 'L';
}

/**
 * The picture for a network that was chosen: the present one where it fits; else the one last looked at that does, so
 * that the way back leads back; else the first one that it knows, or any that fits; where none does, the present one.
 * @param {Pick<NetworkView, 'labels' | 'preprocessing'>} network
 * @param {ImageView[]} images those that are here, the present one among them if it is shipped
 * @param {string} present
 * @param {string[]} seen ids, the last one last
 * @returns {string}
 */
export function suiting(network, images, present, seen) {
  const shown = images.find(({ id }) => id === present);
  if (!shown || fits(network, shown)) return present;
  const fitting = images.filter((image) => fits(network, image));
  const back = seen.findLast((id) => fitting.some((image) => image.id === id));
  return back ?? (fitting.find(({ label }) => knows(network.labels, label)) ?? fitting[0])?.id ?? present;
}
