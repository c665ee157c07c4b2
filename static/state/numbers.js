/** Asks for what belongs to one state: gradients of every layer, and the arithmetic of the selected number. */
import { createFaces, isHeavy } from '../graph/faces.js';
import { called } from '../lens/called.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').Resources} Resources */
/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */

/**
 * What the edits change; the arrays only where they are shown, and never those of a large network.
 * @param {Resources} resources @param {State} state
 * @returns {Promise<import('../types.d.ts').Change | null>}
 */
export async function changeOf(resources, { network, image, edit, difference }) {
  if (!edit) return null;
  const whole = difference && !isHeavy(await resources.network(network));
  const [{ prediction, ranges }, tensors] = await Promise.all([resources.difference(network, image), whole ? resources.changes(network, image) : null]);
  return { prediction, ranges, tensors };
}

/** @param {Resources} resources @param {() => Scene | null} [scene] what is shown: its network is known */
export function createNumbers(resources, scene = () => null) {
  let patience = new AbortController();

  /**
   * The gradients, or why there are none.
   * @param {State} state
   * @returns {Promise<{ parts: Pick<Scene, 'gradients' | 'backFaces' | 'objective'>, error?: unknown }>}
   */
  async function passBack({ network, image, objective, show }) {
    const none = { gradients: null, backFaces: null, objective: null };
    if (!objective) return { parts: none };
    const of = show === 'product' ? 'product' : 'gradient';
    try {
      const shown = scene()?.network;
      const net = shown?.id === network ? shown : await resources.network(network);
      const heavy = isHeavy(net);
      const { tensors, value, ranges, strengths } = await resources.gradients(network, image, objective, of, heavy ? [net.logits] : []);
      return { parts: { gradients: tensors, backFaces: heavy ? createFaces() : null, objective: { name: objective, value, of, ranges, strengths } } };
    } catch (error) {
      return { parts: none, error };
    }
  }

  /**
   * The selected number forward and backward, or why there is none; nothing when another was asked for in the meantime.
   * @param {State} state
   * @returns {Promise<{ parts: Pick<Scene, 'explanation' | 'backward' | 'giving'>, error?: unknown } | undefined>}
   */
  async function selected(state) {
    patience.abort();
    patience = new AbortController();
    const { signal } = patience;
    try {
      const [explanation, backward, giving] = await Promise.all([forward(state, signal), back(state, signal), gives(state, signal)]);
      return { parts: { explanation, backward, giving } };
    } catch (error) {
      return signal.aborted ? undefined : { parts: { explanation: null, backward: null, giving: null }, error };
    }
  }

  /** @type {(state: State, signal: AbortSignal) => Promise<ExplanationView | null>} */
  const forward = async ({ network, image, node, at }, signal) =>
    node && at ? resources.explain(network, image, node, at, signal) : null;

  /** @type {(state: State, signal: AbortSignal) => Promise<ExplanationView | null>} */
  async function back({ network, image, objective, node, at, weight }, signal) {
    if (!objective) return null;
    if (weight) return resources.explainWeight(network, image, objective, weight, signal);
    return node && at ? called(await resources.explainGradient(network, image, objective, node, at, signal), await resources.network(network)) : null;
  }

  /** In the other reading of the way back, what the selected number gives; inputs give nothing. @type {(state: State, signal: AbortSignal) => Promise<import('../types.d.ts').GivingView | null>} */
  async function gives({ network, image, objective, node, at, view, reading, weight }, signal) {
    if (view !== 'window' || reading !== 'scatter' || !objective || !node || !at || weight) return null;
    const { nodes } = await resources.network(network), given = nodes.find(({ name }) => name === node);
    return given?.inputs.length ? resources.gives(network, image, node, at, objective, signal) : null;
  }

  return { passBack, selected };
}
