/** Every read of the server, by name: deduplicated, cached, cancelled when nobody waits, asked again when it was away. */
import { backReads } from './back.js';
import { createCache } from './cache.js';
import { getFrame, getJson, put } from './client.js';
import { readFrame } from './frames.js';
import { labReads } from './lab.js';
import { carrier } from './precision.js';
import { patiently } from './retry.js';

/** @typedef {import('../types.d.ts').Resources} Resources */
/** @typedef {import('../types.d.ts').Tensor} Tensor */
/** @typedef {import('./client.js').Problem} Problem */

const KEPT = 400; // answers; a picture's activations are 0.25 MB in a small network
const HEAVY = 48e6; // numbers of whole networks, 0.2 GB: pictures in a small one, and two of 20 million

/** How many there are in an answer. @param {Map<string, Tensor>} tensors */
const numbers = (tensors) => [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);

/** @param {string} objective */
const query = (objective) => `objective=${encodeURIComponent(objective)}`;

/** @param {string[]} nodes all where none is said */
const some = (nodes) => (nodes.length ? `nodes=${nodes.map(encodeURIComponent).join(',')}&` : '');

/** @type {(...parts: (string | number)[]) => string} */
const path = (...parts) => `/api/${parts.map(encodeURIComponent).join('/')}`;

/**
 * @param {(problem: Problem | null) => void} trouble hears when the server does not answer, and null when it does again
 * @param {string} [release] the code that answers: what it has said once it says for ever, so the browser may keep it
 * @param {() => string} [edit] the what-if edits that what is asked of a trace is to have
 * @returns {Resources}
 */
export function createResources(trouble, release = '', edit = () => '') {
  const kept = release && `v=${release}`;
  const light = createCache(KEPT), heavy = createCache(HEAVY, numbers);

  /** @type {(url: string, pick?: (body: any) => any, signal?: AbortSignal) => Promise<any>} */
  const json = (url, pick = (body) => body, signal) =>
    light(url, (stop) => patiently(async (s) => pick(await getJson(url, s)), { signal: stop, trouble }), signal);
  /** @type {(url: string) => string} */
  const lasting = (url) => (kept ? `${url}${url.includes('?') ? '&' : '?'}${kept}` : url);

  /** An address of a trace, with edits. @type {(url: string, edits?: string) => string} */
  const seen = (url, edits = edit()) => lasting(edits ? `${url}${url.includes('?') ? '&' : '?'}edit=${encodeURIComponent(edits)}` : url);

  /** @type {(cache: typeof light, url: string) => Promise<any>} */
  const frame = (cache, url) =>
    cache(url, (stop) => patiently(async (s) => readFrame(await getFrame(url, s)).tensors, { signal: stop, trouble }));

  return {
    networks: () => json(path('networks'), (body) => body.networks),
    network: (id) => json(lasting(path('networks', id))),
    images: () => json(path('images'), (body) => body.images),
    image: (id) => json(lasting(path('images', id))),
    openNetwork: (file, title, progress, signal) => patiently((s) => put(`${path('networks')}?title=${encodeURIComponent(title)}`, file, progress, s), { signal, trouble }),
    nameClasses: (network, labels) => put(path('networks', network, 'labels'), labels),
    limit: (name) => json(path('limits')).then(({ limits }) => limits.find((/** @type {{ name: string }} */ row) => row.name === name).value), // all are asked for once, each is picked anew
    upload: (file, progress) => patiently(() => put(path('images'), file, progress), { trouble }),
    pictureUrl: (id, side) => lasting(`${path('images', id)}/picture?side=${side}`),
    lesson: (slug, values) => json(lasting(`${path('lessons', slug)}?values=${encodeURIComponent(JSON.stringify(values))}`)),
    trace: (network, image) => json(seen(path('traces', network, image))),
    progress: (network, image, objective = '') => getJson(`${path('traces', network, image)}/progress${objective && `?objective=${encodeURIComponent(objective)}`}`).then(({ share }) => share, () => null),
    activations: (network, image, nodes = []) => frame(heavy, seen(`${path('traces', network, image)}/activations.safetensors?${some(nodes)}dtype=float16`)),
    faces: async (network, image, nodes, { side, maps, objective, of }) => {
      const back = objective ? `&${query(objective)}${of === 'product' ? '&times=activation' : ''}` : '';
      const dtype = objective ? carrier((await json(seen(`${path('traces', network, image)}/gradients/summary?${back.slice(1)}`))).ranges) : 'float16';
      const url = seen(`${path('traces', network, image)}/faces.safetensors?${some(nodes)}side=${side}${maps ? `&maps=${maps}` : ''}&dtype=${dtype}${back}`);
      return light(url, (stop) => patiently(async (s) => readFrame(await getFrame(url, s)), { signal: stop, trouble }))
        .then(({ tensors, metadata }) => ({ tensors, channels: JSON.parse(metadata.channels) }));
    },
    filtersSummary: (network, image, node) => json(seen(path('traces', network, image, 'nodes', node, 'filters', 'summary'))),
    filters: (network, node, image, edits) => frame(light, image && edits
      ? seen(path('traces', network, image, 'nodes', node, 'filters.safetensors'), edits)
      : lasting(path('networks', network, 'nodes', node, 'filters.safetensors'))),
    windows: (network, image, node, channel, from, count, edits) => {
      const url = seen(`${path('traces', network, image, 'nodes', node)}/windows.safetensors?channel=${channel}&from=${from}&count=${count}`, edits);
      return light(url, (stop) => patiently(async (s) => readFrame(await getFrame(url, s)), { signal: stop, trouble }))
        .then(({ tensors, metadata }) => ({ tensors, labels: JSON.parse(metadata.labels) }));
    },
    explain: (network, image, node, at, signal) =>
      json(seen(`${path('traces', network, image, 'nodes', node)}/at/${at.join(',')}`), undefined, signal),
    contributors: (network, image, node, at, signal) =>
      json(seen(`${path('traces', network, image, 'nodes', node)}/at/${at.join(',')}/contributors`), (body) => body.contributors, signal),
    gradients: async (network, image, objective, of = 'gradient', nodes = []) => {
      const times = of === 'product' ? '&times=activation' : '';
      const about = (/** @type {string} */ rest) => seen(`${path('traces', network, image)}/gradients${rest}${query(objective)}${times}`);
      const arrays = (/** @type {string} */ dtype) => frame(heavy, about(`.safetensors?${some(nodes)}dtype=${dtype}&`));
      const [tensors, { value, ranges, strengths }] = await Promise.all([arrays('float16'), json(about('/summary?'))]);
      return { objective, value, tensors: carrier(ranges) === 'float16' ? tensors : await arrays('float32'), ranges, strengths };
    },
    explainGradient: (network, image, objective, node, at, signal) =>
      json(seen(`${path('traces', network, image, 'nodes', node)}/at/${at.join(',')}?direction=backward&${query(objective)}`), undefined, signal),
    explainWeight: (network, image, objective, { node, param, at }, signal) =>
      json(seen(`${path('traces', network, image, 'nodes', node, 'params', param)}/at/${at.join(',')}?${query(objective)}`), undefined, signal),
    ...backReads((network, image, rest) => seen(path('traces', network, image) + rest), (url, signal) => light(url, (stop) => patiently(async (s) => readFrame(await getFrame(url, s)), { signal: stop, trouble }), signal)),
    ...labReads({ trace: (network, image, rest) => path('traces', network, image) + rest, pictures: (network, images) => path('batches', network, images.join(',')), json: (url, signal, edits) => json(seen(url, edits), undefined, signal), frame: (url) => frame(heavy, seen(url)) }),
  };
}
