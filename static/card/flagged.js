/** A layer with dead maps or a flat curve says so beside its name on the stage, in a word. Pure. */
import { percent } from './words.js';

/** @typedef {import('../types.d.ts').TraceView} TraceView */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */
/** @typedef {import('../stage.d.ts').Label} Label */

/** From this share on a layer is called saturated. */
const SATURATED = 0.2;

/** Of maps alone: of single numbers most are shut for any one picture. @param {TraceView} trace @param {NetworkView} network @returns {Map<string, string>} */
function flagsOf({ flows }, { nodes }) {
  const maps = new Set(nodes.filter(({ shape }) => shape.length > 1).map(({ name }) => name));
  return new Map(flows.flatMap(({ name, dead, saturated }) => {
    const text = dead.length ? `${dead.length} dead map${dead.length === 1 ? '' : 's'}` : saturated && saturated >= SATURATED ? `${percent(saturated)} flat` : '';
    return text && maps.has(name) ? [[name, text]] : [];
  }));
}

/** @type {WeakMap<TraceView, Map<string, string>>} */
const known = new WeakMap();

/**
 * @param {Label[]} labels
 * @param {{ trace: TraceView, network: NetworkView }} scene
 * @returns {Label[]}
 */
export function flagged(labels, { trace, network }) {
  const flags = known.get(trace) ?? flagsOf(trace, network);
  known.set(trace, flags);
  if (!flags.size) return labels;
  return labels.map((label) => {
    const text = label.node && /\bnode\b/.test(label.look) && flags.get(label.node);
    return text ? { ...label, look: `${label.look} flagged`, lines: [...label.lines, { text, look: 'flag' }] } : label;
  });
}
