/** What is to be seen of a network whose groups are folded but for those that are open: items, and who reads whom. Pure. */

/** @import { Graph } from '../stage.d.ts' */
/** @import { Item } from './structure.js' */
/** @typedef {{ items: Item[], edges: [number, number][], open: Item[] }} Seen items: in topological order; edges: places in items; open: the groups around them */

/** The ids of the open groups as the address has them: `4,4.1`. @param {string} open @returns {Set<string>} */
const openIds = (open) => new Set(open ? open.split(',') : []);

/** The address with a group opened or folded. What is inside a folded group is folded too. @param {string} open @param {string} id @returns {string} */
export function toggled(open, id) {
  const ids = openIds(open);
  const kept = ids.has(id) ? [...ids].filter((other) => other !== id && !other.startsWith(`${id}.`)) : [...ids, id];
  return kept.sort(byPlace).join(',');
}

/** `4` before `4.1` before `10`. @param {string} a @param {string} b */
function byPlace(a, b) {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let k = 0; k < Math.max(x.length, y.length); k++) if ((x[k] ?? -1) !== (y[k] ?? -1)) return (x[k] ?? -1) - (y[k] ?? -1);
  return 0;
}

/** Every group of a network, outermost first. @param {Item[]} items @returns {Item[]} */
export const groupsOf = (items) => items.flatMap((item) => (item.column ? [] : [item, ...groupsOf(item.items)]));

/** The groups that a node is in, outermost first. @param {Item[]} items @param {string} name @returns {Item[]} */
export const groupsAround = (items, name) => groupsOf(items).filter((group) => group.nodes.some((node) => node.name === name));

/** Opened as far as a node, beside what is open already. @param {string} open @param {Item[]} items @param {string} name @returns {string} */
export function openedTo(open, items, name) {
  const ids = new Set([...openIds(open), ...groupsAround(items, name).map((group) => group.id)]);
  return [...ids].sort(byPlace).join(',');
}

/** @param {Graph} graph @param {Item[]} items @param {string} open @returns {Seen} */
export function seenOf(graph, items, open) {
  const ids = openIds(open);
  /** @type {Item[]} */
  const shown = [];
  /** @type {Item[]} */
  const around = [];
  const visit = (/** @type {Item} */ item) => {
    if (item.column || !ids.has(item.id)) return void shown.push(item);
    around.push(item);
    item.items.forEach(visit);
  };
  items.forEach(visit);
  const sorted = shown.sort((a, b) => (graph.index.get(a.out.name) ?? 0) - (graph.index.get(b.out.name) ?? 0));
  return { items: sorted, edges: edgesOf(sorted), open: around };
}

/** @param {Item[]} items @returns {[number, number][]} */
function edgesOf(items) {
  const home = new Map(items.flatMap((item, k) => item.nodes.map((node) => /** @type {[string, number]} */ ([node.name, k]))));
  return items.flatMap((item, k) => {
    const read = item.nodes.flatMap((node) => node.inputs.flatMap((name) => home.get(name) ?? []));
    return [...new Set(read)].filter((from) => from !== k).map((from) => /** @type {[number, number]} */ ([from, k]));
  });
}
