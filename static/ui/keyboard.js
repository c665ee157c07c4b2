/** Every key in one table: what it does is what help says. */
import { loopOf } from '../anim/loop.js';
import { openCard } from '../card/open.js';
import { askWhy } from '../saliency/ask.js';
import { openFind } from '../graph/find.js';
import { LAB_ALSO, LAB_KEYS } from '../lab/keys.js';
import { chosen } from '../state/kept.js';
import { grainOf } from '../state/moment.js';
import { COLOURS, GRAINS, next, RANGES, THEMES } from './choices.js';
import { openHelp } from './help.js';
import { nextSpeed } from './speed.js';

/** @typedef {import('../types.d.ts').Context} Context */
/** @typedef {import('../types.d.ts').Grain} Grain */
/** @typedef {{ keys: string[], shown: string, does: string, run: (context: Context, key: string) => void, shift?: boolean }} Key shift: arrows with the shift key */

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The keys that what has the focus needs for itself. @type {Record<string, RegExp>} */
const NEEDS = { BUTTON: /^( |Enter)$/, A: /^Enter$/, RADIO: /^( |Arrow.*)$/, INPUT: /./, SELECT: /./, TEXTAREA: /./, DIALOG: /./ };

/** @type {Key[]} */
export const KEYS = [
  { keys: [' '], shown: 'Space', does: 'play or pause the pass', run: ({ actions }) => actions.play() },
  { keys: ['ArrowLeft', 'ArrowRight'], shown: '← →', does: 'a step back or on: a layer, a window, a product', run: ({ actions }, key) => actions.step(WAYS[key][1]) },
  { keys: ['ArrowUp', 'ArrowDown'], shown: '↑ ↓', does: 'coarser or finer steps: layers, windows, products; the view follows',
    run: ({ actions, store }, key) => actions.setGrain(finer(grainOf(store.get()), WAYS[key][0])) },
  { keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], shown: 'Shift ← → ↑ ↓', does: 'the cell beside the selected one', shift: true,
    run: ({ actions }, key) => actions.move(...WAYS[key]) },
  { keys: ['Home', 'End'], shown: 'Home End', does: 'to the beginning or the end: of this layer, in steps of layers of the pass', run: ({ actions }, key) => actions.finish(key === 'End' ? 1 : -1) },
  { keys: ['l', 'L'], shown: 'L', does: 'play this layer, map or window over and over', run: ({ actions, store, scene }) => actions.setLoop(loopOf(store.get(), scene())) },
  { keys: ['[', ']'], shown: '[ ]', does: 'the channel before or after', run: ({ actions }, key) => actions.move(0, 0, key === ']' ? 1 : -1) },
  { keys: ['b', 'B'], shown: 'B', does: 'backward: the gradients of the loss, and forward again', run: ({ actions }) => actions.turn() },
  { keys: ['<', '>'], shown: '< >', does: 'slower, faster', run: ({ actions, store }, key) => actions.setSpeed(nextSpeed(store.get().speed, key === '>' ? 1 : -1)) },
  { keys: ['u', 'U'], shown: 'U', does: 'unravel the volumes into their maps, and back',
    run: ({ actions, store }) => actions.show(store.get().view === 'maps' ? 'overview' : 'maps') },
  { keys: ['w', 'W', 'Enter'], shown: 'W', does: 'the window that made the selected number', run: ({ actions }) => actions.show('window') },
  { keys: ['Escape'], shown: 'Esc', does: 'back: close the lens, leave the window; then to the end of the pass, all computed', run: back },
  { keys: ['i', 'I'], shown: 'I', does: 'the card of the layer: its sizes, its numbers, its filters; and away', run: openCard },
  { keys: ['f', 'F'], shown: 'F', does: 'the field: all that the selected number has seen, back to the picture', run: ({ actions, store }) => actions.setField(!store.get().field) },
  { keys: ['g', 'G'], shown: 'G', does: 'the way back in one window: what a number collects, or what it gives', run: ({ actions, store }) => actions.setReading(store.get().reading === 'gather' ? 'scatter' : 'gather') },
  { keys: ['y', 'Y'], shown: 'Y', does: 'why: which places of the picture weigh in the objective, then each times its pixel; and away', run: askWhy },
  { keys: ['.'], shown: '.', does: 'pin the selected number; two pins are compared', run: pin },
  ...LAB_KEYS,
  { keys: ['p', 'P'], shown: 'P', does: 'presenter: big type; Space, PageDown and PageUp go on and back, B or . blanks the screen', run: ({ actions }) => actions.present(true) },
  { keys: ['m', 'M'], shown: 'M', does: 'colours: another of three pairs, all safe for colour-blind eyes', run: ({ actions, store }) => actions.setColours(next(COLOURS, store.get().colours)) },
  { keys: ['r', 'R'], shown: 'R', does: 'one colour scale for each volume, each layer, the network',
    run: ({ actions, store }) => actions.setRange(next(RANGES, store.get().range)) },
  { keys: ['t', 'T'], shown: 'T', does: 'theme: as the system, light, dark', run: ({ actions, store }) => actions.setTheme(next(THEMES, chosen(store.get().theme))) },
  { keys: ['/'], shown: '/', does: 'find a layer by its name, kind or shape', run: openFind },
  { keys: ['?'], shown: '?', does: 'this help', run: showKeys },
];
const ALSO = [
  ...LAB_ALSO,
  ['PageUp PageDown', 'the part before or after, of a lesson that is told in the network view'],
  ['Tab', 'through pictures, layers and controls; Enter opens what has the focus'],
  ['Ctrl V', 'paste a picture; or drop one anywhere'],
];

export function showKeys() {
  openHelp([...KEYS.map(({ shown, does }) => [shown, does]), ...ALSO]);
}

/** @param {Context} context */
function pin({ actions, store }) {
  const { node, at } = store.get();
  if (node && at) actions.pin(node, at);
}

/** @param {Grain} grain @param {number} by @returns {Grain} */
const finer = (grain, by) => GRAINS[Math.max(0, Math.min(GRAINS.length - 1, GRAINS.indexOf(grain) + by))];

/** @param {Context} context */
function back({ actions, store }) {
  const { view, node, weight, field, t } = store.get();
  if (field) actions.setField(false);
  else if (weight) actions.selectWeight(null);
  else if (view === 'window') actions.show('overview');
  else if (node) actions.unselect();
  else if (view === 'overview' && t < Infinity) actions.seek(Infinity);
  else actions.show('overview');
}

/**
 * The row for a key, or none where the key belongs to what has the focus.
 * @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'> & { shiftKey?: boolean }} event
 * @param {string} focus what has the focus: a tag name in capitals, or RADIO
 */
export function meant({ key, ctrlKey, metaKey, altKey, shiftKey = false }, focus) {
  if (ctrlKey || metaKey || altKey || NEEDS[focus]?.test(key)) return undefined;
  return KEYS.find(({ keys, shift = false }) => keys.includes(key) && (!(key in WAYS) || shift === shiftKey));
}

function focused() {
  if (document.querySelector('dialog[open]')) return 'DIALOG';
  const element = document.activeElement;
  return element instanceof HTMLInputElement && element.type === 'radio' ? 'RADIO' : element?.tagName ?? 'BODY';
}

/** @param {Context} context */
export function mountKeyboard(context) {
  addEventListener('keydown', (event) => {
    const row = meant(event, focused());
    if (!row || event.defaultPrevented) return;
    event.preventDefault();
    row.run(context, event.key);
  });
  // After a click the keys are the page's again; who came by keyboard keeps the focus.
  addEventListener('click', (event) => {
    if (event.detail > 0 && document.activeElement instanceof HTMLElement && focused() !== 'DIALOG') document.activeElement.blur();
  });
}
