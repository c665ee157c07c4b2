/** The only file that talks to the server. Every answer that is no success becomes a Problem with its own words. */

/** @typedef {import('../types.d.ts').Problem} ProblemView */

/** What went wrong, in the words of the server (RFC 9457), or in ours where no server answered. */
export class Problem extends Error {
  /** @param {ProblemView} view @param {number} [wait] ms that the server asks to wait */
  constructor(view, wait) {
    super(view.detail);
    this.view = view;
    this.wait = wait;
  }

  /** Whether the same question may be answered a moment later. */
  get passing() {
    return this.view.status === 0 || this.view.status === 503;
  }
}

const GONE = { status: 0, code: 'unreachable', title: 'No answer', detail: 'The server does not answer. Is it still running?' };

/**
 * @param {number} status
 * @param {string | null} type
 * @param {string} body
 * @param {string | null} retryAfter seconds
 */
export function problem(status, type, body, retryAfter) {
  const fallback = { status, code: 'unexpected', title: 'Unexpected answer', detail: `The server answered with status ${status} and no explanation.` };
  const view = type?.startsWith('application/problem+json') ? { ...fallback, ...JSON.parse(body) } : fallback;
  return new Problem(view, retryAfter ? Number(retryAfter) * 1000 : undefined);
}

/**
 * No header of its own: the page's head has asked for the first answers already, and a browser hands them on only to
 * who asks in the same words.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
async function get(path, signal) {
  const answer = await fetch(path, { signal }).catch((error) => {
    throw signal?.aborted ? error : new Problem(GONE);
  });
  if (answer.ok) return answer;
  throw problem(answer.status, answer.headers.get('content-type'), await answer.text(), answer.headers.get('retry-after'));
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export const getJson = async (path, signal) => parse(await (await get(path, signal)).text());

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export const getFrame = async (path, signal) => (await get(path, signal)).arrayBuffer();

/** @type {Record<string, number>} */
const UNSAYABLE = { NaN, Infinity, '-Infinity': -Infinity };

/**
 * JSON in which "NaN", "Infinity" and "-Infinity" are the numbers that JSON cannot say.
 * @param {string} text
 * @returns {any}
 */
export const parse = (text) =>
  JSON.parse(text, (_, value) => (typeof value === 'string' && Object.hasOwn(UNSAYABLE, value) ? UNSAYABLE[value] : value));

/**
 * Sends bytes and says how much of them has gone. (fetch cannot say that.)
 * @param {string} path
 * @param {Blob} body
 * @param {(share: number) => void} [progress]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function put(path, body, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = ({ loaded, total }) => progress?.(total ? loaded / total : 0);
    request.onerror = () => reject(new Problem(GONE));
    request.onload = () => {
      const { status, responseText } = request, header = (/** @type {string} */ name) => request.getResponseHeader(name);
      if (status >= 200 && status < 300) resolve(parse(responseText));
      else reject(problem(status, header('content-type'), responseText, header('retry-after')));
    };
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
