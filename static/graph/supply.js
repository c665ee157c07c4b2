/** Asks for what is on the screen of a network too large to be sent whole, as finely as it is drawn, one answer after the other. */

import { addFaces } from './faces.js';

/** @import { Faces, Resources, Scene, Tensor } from '../types.d.ts' */
/** @typedef {{ objective: string, of: 'gradient' | 'product' } | null} Of gradients of what, null for activations */
/** @typedef {{ faces: Faces, of: Of, wanted: Map<string, number>, maps: number }} Wish per node, the cells along a side that are seen */

/** Faces come with so many cells along a side at most: the next power of two above what is seen. */
const SIDES = [32, 64, 128, 256];

/** @param {number} px */
const sideFor = (px) => SIDES.find((side) => side >= px) ?? SIDES[SIDES.length - 1];

/** The next question that a wish leads to: nodes at one resolution, null when all is here. @param {Wish} wish @param {number} most nodes that the server takes in one question @returns {{ side: number, nodes: string[] } | null} */
export function nextQuestion({ faces, wanted, maps }, most) {
  const open = [...wanted].filter(([node, px]) => (faces.sides.get(node) ?? 0) < sideFor(px) || (maps > 0 && !faces.parts.has(`maps ${node}`) && faces.parts.has(`lid ${node}`)));
  if (open.length === 0) return null;
  const side = sideFor(open[0][1]);
  return { side, nodes: open.filter(([, px]) => sideFor(px) === side).slice(0, most).map(([node]) => node) };
}

/** @param {Resources} resources @param {() => void} arrived @param {(busy: boolean) => void} [told] hears when there is something on its way */
export function createSupply(resources, arrived, told = () => {}) {
  let busy = false;
  /** Nodes that the server takes in one question, as it says; null until it has said so. @type {number | null} */
  let most = null;
  /** @type {((most: number) => Promise<unknown> | null) | null} */
  let next = null;
  /** Whole activations that were asked for. @type {WeakMap<Faces, Set<string>>} */
  const asked = new WeakMap();
  /** Nodes that could not be had are not asked for again and again. @type {WeakSet<Faces>} */
  const failed = new WeakSet();

  async function work() {
    if (busy) return;
    busy = true;
    most ??= await resources.limit('list_length').catch(() => null);
    const ask = () => (most === null ? null : next?.(most));
    let question = ask();
    const any = Boolean(question);
    if (any) told(true);
    for (; question; question = ask()) {
      await question;
      arrived();
    }
    busy = false;
    if (any) told(false);
  }

  return {
    /** What is seen now; what is no longer seen is not asked for any more. @param {Scene} scene @param {Wish} wish */
    show({ network, trace }, wish) {
      const { faces, of, maps } = wish;
      next = (most) => {
        const question = failed.has(faces) ? null : nextQuestion(wish, most);
        if (!question) return null;
        return resources.faces(network.id, trace.image, question.nodes, { side: question.side, maps, ...of }).then(
          ({ tensors, channels }) => addFaces(faces, tensors, channels, question.side),
          () => failed.add(faces),
        );
      };
      work();
    },
    /** Every number of some nodes, for the tooltip and for pictures of one of them. @param {Scene} scene @param {Pick<Wish, 'faces' | 'of'> & { into: Map<string, Tensor> }} wish @param {string[]} nodes */
    whole({ network, trace }, { faces, of, into }, nodes) {
      const known = asked.get(faces) ?? new Set();
      asked.set(faces, known);
      const missing = nodes.filter((node) => !known.has(node));
      if (missing.length === 0) return;
      missing.forEach((node) => known.add(node));
      const whole = of ? resources.gradients(network.id, trace.image, of.objective, of.of, missing).then(({ tensors }) => tensors) : resources.activations(network.id, trace.image, missing);
      whole.then((found) => {
        for (const [node, tensor] of found) into.set(node, tensor);
        faces.version += 1;
        arrived();
      }, () => missing.forEach((node) => known.delete(node)));
    },
  };
}
