/** On the way back from the classes, the parts of a sum are called as the classes are: `cat`, not `channel 3`. Pure. */

/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */

const PART = /^channel (\d+)$/;

/** The same arithmetic, its parts with the names that they have. @param {ExplanationView} e @param {Pick<NetworkView, 'labels' | 'logits' | 'output'>} network @returns {ExplanationView} */
export function called(e, { labels, logits, output }) {
  if (e.of !== 'gradient' || !labels.length) return e;
  const [given] = e.operands, from = given?.source.replace(/^∂/, '');
  if (!from || given.at?.[0]?.length !== 1 || ![logits, output].includes(from)) return e;
  const name = (/** @type {string} */ label) => labels[Number(PART.exec(label)?.[1] ?? -1)] ?? label;
  return { ...e, steps: e.steps.map((step) => ({ ...step, label: name(step.label) })) };
}
