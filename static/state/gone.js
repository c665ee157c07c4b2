/** Refusals in plain words: what a link asked for, why it is gone and how to get it back; what is wrong with a file. Pure. */
import { times } from './select.js';

/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {{ title: string, detail: string, open?: boolean, of?: 'network' }} Gone open: the picture can be opened again from its file. of: what is shown in place of what is gone, the picture unless said */

/** The name of an upload is made of what is in its file. */
const UPLOAD = /^[a-z2-7]{26}$/;
const AXES = ['channels', 'rows', 'columns'];
/** More layers than this are not listed. */
const MANY = 24;

/**
 * What a refusal means to who followed the link; null where the server's own words say it.
 * @param {string} code of the problem
 * @param {Pick<State, 'network' | 'image' | 'node' | 'at'>} asked
 * @param {Scene | null} scene what is shown
 * @returns {Gone | null}
 */
export function gone(code, { network, image, node, at }, scene) {
  if (code === 'unknown_image' || code === 'blob_corrupt') return picture(image);
  if (code === 'unknown_network') return { of: 'network', title: 'That network is not here', detail: upload(network) ? `The link asks for a network that was opened from a file. ${LIVES} Open its file again, and the link works again.` : `The link asks for a network called “${network}”. Those that are here are listed at the top.` };
  if (!node || !at || !scene) return null;
  const place = `${node}@${at.join(',')}`, found = scene.network.nodes.find(({ name }) => name === node);
  if (!found) return { title: `There is no layer “${node}”`, detail: `The link asks for ${place}. ${layers(scene)}` };
  return code === 'index_outside' ? { title: `${node} has no cell ${at.join(',')}`, detail: `The link asks for ${place}. ${ends(found.name, found.shape)}` } : null;
}

/** @param {string} name */
const upload = (name) => UPLOAD.test(name);
const LIVES = 'This server does not have it: what people open is kept only by the server on which they opened it, and not for ever.';

/** @param {string} image @returns {Gone} */
function picture(image) {
  if (!upload(image)) return { title: 'That picture is not here', detail: `The link asks for a picture called “${image}”. Those that are here stand at the left.` };
  return { title: 'That picture is gone', detail: `The link asks for a picture that somebody opened from a file. ${LIVES} The same file opened again has the same link.`, open: true };
}

/** @param {Scene} scene */
function layers({ network }) {
  const names = network.nodes.map(({ name }) => name);
  return names.length > MANY ? `${network.title} has ${names.length} layers, from ${names[0]} to ${names[names.length - 1]}.` : `The layers of ${network.title} are ${names.join(', ')}.`;
}

/** @param {string} name @param {number[]} shape */
function ends(name, shape) {
  const axes = shape.length === 1 ? ['numbers'] : AXES;
  return `${name} is ${times(shape)}: ${shape.map((count, axis) => `${axes[axis] ?? 'indices'} 0 to ${count - 1}`).join(', ')}.`;
}

/** Refusals of a file, by code; the others' own words are plain. @type {Record<string, Gone>} */
export const FILES = {
  image_format: { title: 'That file is not a picture', detail: 'A picture can be a PNG, JPEG, WebP, GIF or BMP file.' },
  image_corrupt: { title: 'That picture is damaged', detail: 'Part of the file is missing or wrong. Open it in another program, save it again, and try that file.' },
};
