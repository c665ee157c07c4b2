/** Reads of the laboratory: what the edits change, one number, its gradient checked, training steps. */

/** @typedef {import('../types.d.ts').LabResources} LabResources */

const text = encodeURIComponent;

/** An address in a path: its separators stay as they are. @param {string} address */
const placed = (address) => text(address).replaceAll('%40', '@').replaceAll('%2C', ',');

/**
 * @param {{
 *   trace: (network: string, image: string, rest: string) => string,
 *   pictures: (network: string, images: string[]) => string,
 *   json: (url: string, signal?: AbortSignal, edits?: string) => Promise<any>,
 *   frame: (url: string) => Promise<any>,
 * }} ask
 * @returns {LabResources}
 */
export const labReads = ({ trace, pictures, json, frame }) => ({
  difference: (network, image) => json(trace(network, image, '/difference')),
  changes: (network, image) => frame(trace(network, image, '/activations.safetensors?dtype=float16&against=shipped')),
  number: (network, image, address, signal) => json(trace(network, image, `/numbers/${placed(address)}`), signal),
  check: (network, image, address, objective, signal) => json(trace(network, image, `/check/${placed(address)}?objective=${text(objective)}`), signal),
  steps: (network, image, { objective, optimizer, rate, count }, of, edits, signal) =>
    json(trace(network, image, `/steps?objective=${text(objective)}&optimizer=${optimizer}&rate=${rate}&count=${count}${of ? `&of=${text(of)}` : ''}`), signal, edits),
  batch: (network, images, objective, of, signal) => json(`${pictures(network, images)}?objective=${text(objective)}${of ? `&of=${text(of)}` : ''}`, signal),
});
