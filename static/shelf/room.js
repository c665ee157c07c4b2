/** What the server takes, as its table of limits says: asked for when a file is on its way, never with the first picture. */
import { Problem } from '../api/client.js';

/** @typedef {import('../types.d.ts').Resources} Resources */

const MEGA = 1e6;

/** Bytes as a person reads them. @param {number} count */
const megabytes = (count) => (count < 1000 * MEGA ? `${(count / MEGA).toFixed(count < 10 * MEGA && count % MEGA ? 1 : 0)} MB` : `${(count / MEGA / 1000).toFixed(1)} GB`);

const KINDS = /** @type {const} */ ({
  picture: { limit: 'image_bytes', code: 'image_too_large', title: 'The picture file is too large', rather: 'Shrink the picture or save it as JPEG.' },
  network: { limit: 'network_bytes', code: 'network_too_large', title: 'The network file is too large', rather: 'Open one with fewer weights, or with weights of fewer bits.' },
});

/**
 * Refuses what the server would refuse, before a byte of it is sent.
 * @param {Resources} resources @param {Blob} file @param {keyof typeof KINDS} kind @param {string} [name] what a person calls it
 */
export async function refuseTooLarge(resources, file, kind, name = 'The file') {
  const { limit, code, title, rather } = KINDS[kind], most = await resources.limit(limit);
  if (file.size <= most) return;
  const detail = `${name} has ${megabytes(file.size)}; a ${kind} file may have ${megabytes(most)} here. ${rather}`;
  throw new Problem({ status: 413, code, title, detail, limit: most, value: file.size });
}

/** Says how large a file may be. @param {Resources} resources */
export async function welcome(resources) {
  const [picture, network] = await Promise.all(['image_bytes', 'network_bytes'].map(resources.limit));
  return `Pictures of up to ${megabytes(picture)}, networks of up to ${megabytes(network)}`;
}
