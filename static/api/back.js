/** Reads of the way back: what one output gives to all that it read, and which places of the picture weigh. */

/** @typedef {import('../types.d.ts').BackResources} BackResources */
/** @typedef {import('../types.d.ts').Tensor} Tensor */

const text = encodeURIComponent;

/**
 * @param {(network: string, image: string, rest: string) => string} trace an address of a trace
 * @param {(url: string, signal?: AbortSignal) => Promise<{ tensors: Map<string, Tensor>, metadata: Record<string, string> }>} frame
 * @returns {BackResources}
 */
export const backReads = (trace, frame) => ({
  gives: (network, image, node, at, objective, signal) =>
    frame(trace(network, image, `/nodes/${text(node)}/gives.safetensors?at=${at.join(',')}&objective=${text(objective)}&maps=64`), signal)
      .then(({ tensors, metadata }) => ({ ...JSON.parse(metadata.about), node, at, objective, tensors })),
  saliency: (network, image, objective, method, signal) =>
    frame(trace(network, image, `/saliency.safetensors?objective=${text(objective)}&method=${method}`), signal)
      .then(({ tensors, metadata }) => ({ places: /** @type {Tensor} */ (tensors.get('places')), range: Number(metadata.range) })),
});
