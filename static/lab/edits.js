/**
 * What-if edits as text and in parts: `conv1.weight@3,0,1,1=0.5;input@0,5,7=1.2;off=conv2@4;learn=sgd,0.01,5,loss:3`.
 * The server is strict about what it takes (docs/wire.md); here, what is none is left out. Pure.
 */
import { nodeOf } from '../state/select.js';

/** @typedef {import('../types.d.ts').Edits} Edits */
/** @typedef {import('../types.d.ts').Learning} Learning */
/** @typedef {import('../types.d.ts').Scene} Scene */

/** What separates is written inside a name as in a link. @param {string} name */
const quoted = (name) => name.replace(/[%;=@]/g, encodeURIComponent);
/** @param {string} text */
const unquoted = (text) => text.replace(/%(?:25|3B|3D|40)/gi, decodeURIComponent);

/** `conv1.weight@3,0,1,1`. @param {string} where @param {number[]} at */
export const addressOf = (where, at) => `${quoted(where)}@${at.join(',')}`;

/** As a person reads it. @param {string} address */
export const readable = (address) => unquoted(address);

/** @param {string} text @returns {Edits} */
export function parts(text) {
  /** @type {Edits} */
  const found = { set: [], off: [], learn: null };
  for (const item of text ? text.split(';') : []) {
    const [name, value = ''] = item.split('='), [, node = '', channel = ''] = /^(.+)@(\d+)$/.exec(value) ?? [];
    if (name === 'learn') found.learn = learning(unquoted(value));
    else if (name === 'off' && node) found.off.push({ node: unquoted(node), channel: Number(channel) });
    else if (value) found.set.push({ address: name, value });
  }
  return found;
}

/** @param {string} text @returns {Learning | null} */
function learning(text) {
  const [, optimizer, rate, count, objective] = /^(\w+),([^,]+),(\d+),(.+)$/.exec(text) ?? [];
  return objective ? { optimizer, rate, count: Number(count), objective } : null;
}

/** One text for equal edits: numbers, then channels, each in order, then what is learnt. @param {Edits} edits */
export function text({ set, off, learn }) {
  const numbers = set.map(({ address, value }) => `${address}=${value}`).sort();
  const channels = off.map(({ node, channel }) => `off=${quoted(node)}@${channel}`).sort();
  return [...numbers, ...channels, ...(learn ? [`learn=${quoted([learn.optimizer, learn.rate, learn.count, learn.objective].join(','))}`] : [])].join(';');
}

/** With one number set, or, at null, as it was shipped. @param {string} edit @param {string} address @param {number | null} value */
export function withNumber(edit, address, value) {
  const now = parts(edit), others = now.set.filter((one) => one.address !== address);
  return text({ ...now, set: value === null ? others : [...others, { address, value: String(value) }] });
}

/** With a channel off, or on again. @param {string} edit @param {{ node: string, channel: number }} which */
export function switched(edit, { node, channel }) {
  const now = parts(edit), others = now.off.filter((one) => one.node !== node || one.channel !== channel);
  return text({ ...now, off: others.length < now.off.length ? others : [...others, { node, channel }] });
}

/** With so much learnt; nothing, where no step is made. @param {string} edit @param {Learning | null} learn */
export const withLearning = (edit, learn) => text({ ...parts(edit), learn: learn?.count ? learn : null });

/** What the rules of learning are called. @type {Record<string, string>} */
const LEARNT = { sgd: 'plain descent', adam: 'Adam' };

/**
 * Each change as a person reads it, and the edits without it.
 * @param {string} edit
 * @returns {{ said: string, address: string, without: string }[]}
 */
export function chips(edit) {
  const now = parts(edit);
  return [
    ...now.set.map(({ address, value }) => ({ said: `${readable(address)} = ${value.replace('-', '−')}`, address, without: withNumber(edit, address, null) })),
    ...now.off.map((one) => ({ said: `${one.node}@${one.channel} off`, address: '', without: switched(edit, one) })),
    ...(now.learn ? [{ said: `${now.learn.count} step${now.learn.count === 1 ? '' : 's'} of ${LEARNT[now.learn.optimizer] ?? now.learn.optimizer}, rate ${now.learn.rate}`, address: '', without: withLearning(edit, null) }] : []),
  ];
}

/** Layers whose channels have weights of their own, as the engine has them. */
const WITH_CHANNELS = ['conv2d', 'conv_transpose2d', 'dense', 'locally_connected2d', 'batch_norm', 'group_norm', 'instance_norm'];

/**
 * Which filter makes the channel of a map: its own layer's, or that of the layer before it which has one for each map.
 * @param {Scene} scene @param {string} name @param {number} channel
 * @returns {{ node: string, channel: number } | null}
 */
export function makerOf(scene, name, channel) {
  let node = nodeOf(scene, name);
  while (node && !WITH_CHANNELS.includes(node.kind)) {
    const before = nodeOf(scene, node.inputs[0] ?? '');
    if (node.inputs.length !== 1 || node.shape.length !== 3 || before?.shape[0] !== node.shape[0]) return null;
    node = before;
  }
  return node && node.params.some((one) => one.name === 'weight') ? { node: node.name, channel } : null;
}
