/**
 * What has come of a network too large to be sent whole: faces of the volumes that were on the screen, and whole
 * activations where single numbers are read. It grows while a scene is looked at; `version` says that it has.
 */

/** @import { Faces, NetworkView, Resources, Scene, Tensor } from '../types.d.ts' */

/** A network of more numbers than this is not sent whole: 4 million are 8 MB. */
const WHOLE = 4e6;

/** Whether a network has more numbers than are sent at once. @param {NetworkView} network */
export const isHeavy = ({ nodes }) => nodes.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0) > WHOLE;

/** @returns {Faces} */
export const createFaces = () => ({ version: 0, sides: new Map(), fronts: new Map(), parts: new Map() });

/** What arrives with a scene: every activation, or none yet and room for those that will be asked for. @param {Resources} resources @param {string} id of the network @param {string} image @returns {Promise<Pick<Scene, 'activations' | 'faces'>>} */
export async function firstNumbers(resources, id, image) {
  const heavy = isHeavy(await resources.network(id));
  return heavy ? { activations: new Map(), faces: createFaces() } : { activations: await resources.activations(id, image), faces: null };
}

/** Adds what came. @param {Faces} faces @param {Map<string, Tensor>} tensors by `front conv1` @param {Record<string, number>} channels by node @param {number} side at which it was asked for */
export function addFaces(faces, tensors, channels, side) {
  for (const [name, tensor] of tensors) faces.parts.set(name, tensor);
  for (const [node, channel] of Object.entries(channels)) {
    faces.fronts.set(node, channel);
    faces.sides.set(node, Math.max(side, faces.sides.get(node) ?? 0));
  }
  faces.version += 1;
}

/** What is drawn of a face: its numbers, and a name for the resolution that they came in; nothing before they have come. @param {Faces | null} faces @param {string} node @param {'map' | 'lid' | 'side' | 'glow'} face @param {number} channel @returns {{ tensor: Tensor, channel: number } | null} */
export function faceOf(faces, node, face, channel) {
  if (!faces) return null;
  const maps = faces.parts.get(`maps ${node}`);
  if (face === 'map' && maps && channel < maps.shape[0]) return { tensor: maps, channel };
  if (channel !== faces.fronts.get(node)) return null;
  const tensor = faces.parts.get(`${face === 'map' || face === 'glow' ? 'front' : face} ${node}`);
  return tensor ? { tensor, channel: 0 } : null;
}
