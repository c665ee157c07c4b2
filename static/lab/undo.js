/** Undo and redo of what-if edits: what the page's edits were before, kept for as long as the page is open. */
import { parts } from './edits.js';

/** @typedef {import('../types.d.ts').Store} Store */
/** @typedef {import('../types.d.ts').Actions} Actions */

const MOST = 200;

/**
 * @param {Store} store
 * @param {Actions} actions
 */
export function createUndo(store, actions) {
  /** @type {string[]} */
  let past = [];
  /** @type {string[]} */
  let ahead = [];
  let mine = false;

  store.watch((state) => state.edit, (now, before) => {
    if (before === undefined || mine) return;
    if (!sameNumber(past[past.length - 1], before, now)) past = [...past, before].slice(-MOST);
    ahead = [];
  });

  /** @param {string[]} from @param {string[]} to */
  function go(from, to) {
    const edit = from.pop();
    if (edit === undefined) return;
    to.push(store.get().edit);
    mine = true;
    actions.setEdit(edit);
    mine = false;
  }

  return {
    undo: () => go(past, ahead),
    redo: () => go(ahead, past),
    can: () => ({ undo: past.length > 0, redo: ahead.length > 0 }),
  };
}

/**
 * Whether both of the last two changes set the same number: steps of one number are undone together.
 * @param {string | undefined} first @param {string} before @param {string} now
 */
function sameNumber(first, before, now) {
  if (first === undefined) return false;
  const one = onlyDifference(first, before), other = onlyDifference(before, now);
  return one !== null && one === other;
}

/** The address of the one number in which two edits differ; null for any other difference. @param {string} a @param {string} b */
function onlyDifference(a, b) {
  const [before, now] = [parts(a), parts(b)], rest = (/** @type {typeof now} */ { off, learn }) => JSON.stringify([off, learn]);
  if (rest(before) !== rest(now)) return null;
  const had = new Map(before.set.map(({ address, value }) => [address, value])), has = new Map(now.set.map(({ address, value }) => [address, value]));
  const differing = [...new Set([...had.keys(), ...has.keys()])].filter((address) => had.get(address) !== has.get(address));
  return differing.length === 1 && has.has(differing[0]) ? differing[0] : null;
}
