/** What a layer is, in words: its sizes, and what is unusual about its numbers. Pure. */
import { times } from '../state/select.js';
import { about, thousands } from '../lens/digits.js';

/** @typedef {import('../types.d.ts').NodeView} NodeView */
/** @typedef {import('../types.d.ts').NetworkView} NetworkView */
/** @typedef {import('../types.d.ts').NodeStats} NodeStats */
/** @typedef {import('../types.d.ts').Flow} Flow */

const NAMED = 6; // maps that are told by number
const STEPS = [[1e9, 'billion'], [1e6, 'million']];
const BYTES = [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB']];

/** 6,440 or 2.62 million. @param {number} count */
export function counted(count) {
  const [unit, name] = STEPS.find(([from]) => count >= Number(from)) ?? [];
  return unit ? `${(count / Number(unit)).toPrecision(3)} ${name}` : thousands(count);
}

/** 41.0 kB. @param {number} bytes */
export function size(bytes) {
  const [unit, name] = BYTES.find(([from]) => bytes >= Number(from)) ?? [1, 'bytes'];
  return `${unit === 1 ? bytes : (bytes / Number(unit)).toPrecision(3)} ${name}`;
}

/** 37 %, and no 0 % or 100 % of what is not. @param {number} share */
export function percent(share) {
  const whole = Math.round(share * 100);
  if (share > 0 && whole === 0) return '< 1 %';
  return share < 1 && whole === 100 ? '> 99 %' : `${whole} %`;
}

/** @param {number[]} shape */
const numbers = (shape) => shape.reduce((all, side) => all * side, 1);

/**
 * The sizes of a layer, as terms and what is said of them.
 * @param {NodeView} node
 * @param {NetworkView} network
 * @returns {{ term: string, said: string, also: string, title?: string }[]}
 */
export function facts(node, network) {
  const field = node.receptive_field, [learnt, measured] = [true, false].map((is) => node.params.filter((param) => (param.learnt ?? true) === is).map(({ name, shape }) => `${name} ${times(shape)}`).join(', '));
  return [
    { term: 'shape', said: times(node.shape), also: node.shape.length > 1 ? `${thousands(numbers(node.shape))} numbers` : 'numbers in a row' },
    { term: 'parameters', said: counted(node.parameters), also: [node.parameters ? learnt : 'nothing to learn', measured && `measured, not learnt: ${measured}`].filter(Boolean).join('; ') },
    { term: 'multiply–adds', said: counted(node.macs), also: node.macs ? `${percent(node.macs / network.macs)} of the network’s` : '', title: 'Multiply-accumulate operations for one picture' },
    { term: 'receptive field', said: field ? times(field) : '–', also: field ? 'pixels of the input' : '', title: 'What the number in the middle sees of the input' },
    { term: 'memory', said: size(node.memory), also: 'of activations', title: 'The layer’s numbers, four bytes each' },
  ];
}

/** An equation in pieces: what stands after _ is set low. @param {string} equation */
export const lowered = (equation) =>
  equation.split(/_(\{[^}]*\}|\w)/).map((text, k) => ({ text: k % 2 ? text.replace(/[{}]/g, '') : text, low: k % 2 === 1 })).filter(({ text }) => text);

/** 18 layers. @param {number} count */
export const layered = (count) => `${thousands(count)} layer${count === 1 ? '' : 's'}`;

/** Of the whole network. @param {NetworkView} network */
export const totals = ({ parameters, macs, memory }) => `${counted(parameters)} parameters, ${counted(macs)} multiply–adds, ${size(memory)} of activations`;

/**
 * What is unusual, and what that means.
 * @param {Flow | undefined} flow
 * @param {NodeView} node
 * @param {NodeStats | undefined} stats
 * @returns {{ short: string, why: string }[]}
 */
export function badges(flow, node, stats) {
  const made = [];
  if (flow?.dead.length) made.push(node.shape.length > 1 ? dead(flow) : silent(flow));
  if (flow?.saturated) {
    made.push({
      short: `${percent(flow.saturated)} saturated`,
      why: `So many of its numbers lie on the flat parts of its curve, ${node.equation || node.summary}. The slope there is 0 or nearly, so hardly any gradient comes back through them.`,
    });
  }
  if (stats?.not_finite) made.push({ short: `${thousands(stats.not_finite)} not finite`, why: 'They are NaN or infinite: some sum before has overflowed, or something was divided by 0.' });
  return made;
}

/** @param {Flow} flow */
const dead = ({ dead: maps, maps: all }) => ({
  short: `${maps.length} of ${all} maps dead`,
  why: `${listed(maps, 'Map', 'Maps')} ${maps.length > 1 ? 'are' : 'is'} shut at every place of this picture: no gradient comes back through, and the filter before learns nothing from it.`,
});

/** Single numbers: most of them are shut for any one picture, and open for others. @param {Flow} flow */
const silent = ({ dead: units, maps: all }) => ({
  short: `${units.length} of ${all} units shut`,
  why: 'They let no gradient through for this picture. For another picture others are shut; only a unit that is shut for every picture is dead.',
});

/** @param {number[]} items @param {string} one @param {string} many */
function listed(items, one, many) {
  if (items.length === 1) return `${one} ${items[0]}`;
  const named = items.slice(0, NAMED), rest = items.length - named.length;
  return rest ? `${many} ${named.join(', ')} and ${rest} more` : `${many} ${named.slice(0, -1).join(', ')} and ${named[named.length - 1]}`;
}

/** −1.23 to 4.56; mean 0.12 ± 0.34. @param {Pick<NodeStats, 'min' | 'max' | 'mean' | 'std'>} stats */
export const spread = ({ min, max, mean, std }) => ({ range: `${about(min)} to ${about(max)}`, mean: `${about(mean)} ± ${about(std)}` });

/** For those who do not see the drawing. @param {NodeStats} stats @param {string} whose */
export function spoken(stats, whose) {
  const { range, mean } = spread(stats);
  return `Histogram of ${whose}: from ${range}, mean and standard deviation ${mean}, ${percent(stats.zeros)} exact zeros`;
}
