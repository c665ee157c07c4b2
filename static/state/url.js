/**
 * The state as an address: one row of a table per field. The only reader of the browser's location and history.
 *
 * A field at its default is left out, a field that makes no sense falls back to its default.
 */
import { DEFAULTS, SPEEDS } from './app.js';
import { objectiveOf } from './objective.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Store} Store */
/** @typedef {{ key: string, write: (s: State) => string, read: (text: string) => Partial<State> }} Field */

const WAIT = 300; // ms; browsers refuse more than about 100 changes of the address in 30 s

/** @type {(value: number) => string} */
const short = (value) => String(Number(value.toFixed(4)));
/** @type {(text: string, least: number, most: number) => number | undefined} */
const number = (text, least, most) => {
  const value = text.trim() === '' ? NaN : Number(text);
  return value >= least && value <= most ? value : undefined;
};
/** @type {(field: keyof State, value: unknown) => Partial<State>} */
const only = (field, value) => (value === undefined ? {} : { [field]: value });
/** @type {(field: keyof State, allowed: readonly string[]) => Field} */
const choice = (field, allowed) => ({
  key: field,
  write: (s) => String(s[field]),
  read: (text) => only(field, allowed.includes(text) ? text : undefined),
});
/** @type {(field: 'network' | 'image') => Field} */
const name = (field) => ({
  key: field, write: (s) => s[field], read: (text) => only(field, /^[\w.-]{1,80}(~[\w.,:=-]{1,240})?$/.test(text) ? text : undefined),
});
/** @type {(field: 'speed', least: number, most: number) => Field} */
const measure = (field, least, most) => ({
  key: field, write: (s) => short(s[field]), read: (text) => only(field, number(text, least, most)),
});

/** t is exact to one product of one window of a large layer. @type {Field} */
const time = { key: 't', write: (s) => String(Number(s.t.toFixed(12))), read: (text) => only('t', number(text, 0, 1e6)) };
/** @type {(field: 'field' | 'present' | 'difference') => Field} */
const flag = (field) => ({ key: field, write: (s) => (s[field] ? '1' : ''), read: (text) => only(field, text === '1' || undefined) });
const PINS = 2;
const LONGEST_EDIT = 8000; // as the server takes; what is no edit it refuses, in its own words

/** Groups of a large network, by their places: `4,4.1,6`. */
const GROUPS = /^\d{1,5}(\.\d{1,5})?(,\d{1,5}(\.\d{1,5})?){0,199}$/;

/** A beat of a lesson: `example-cnn/block1`. */
const BEAT = /^[a-z\d-]{1,60}\/[a-z\d-]{1,60}$/;

/** @type {Field[]} */
export const FIELDS = [
  name('network'),
  name('image'),
  choice('view', ['overview', 'maps', 'window']),
  { key: 'layer', write: (s) => (s.node && !s.at ? s.node : ''), read: (text) => (text && text.length <= 200 ? { node: text, at: null } : {}) },
  { key: 'at', write: (s) => (s.node && s.at ? address(s.node, s.at) : ''), read: selection },
  choice('range', ['group', 'node', 'network']),
  choice('theme', ['auto', 'light', 'dark']),
  { key: 'camera', write: (s) => [s.camera.x, s.camera.y, s.camera.zoom].map(short).join(','), read: camera },
  time,
  measure('speed', SPEEDS.least, SPEEDS.most),
  { key: 'objective', write: (s) => s.objective, read: (text) => only('objective', objectiveOf(text) ? text : undefined) },
  choice('show', ['value', 'gradient', 'product']),
  { key: 'weight', write: (s) => (s.weight ? address(`${s.weight.node}.${s.weight.param}`, s.weight.at) : ''), read: weight },
  choice('grain', ['window', 'term']),
  { key: 'loop', write: (s) => s.loop?.map((t) => String(Number(t.toFixed(12)))).join(',') ?? '', read: loop },
  choice('colours', ['orange', 'red', 'gold']),
  flag('field'),
  { key: 'pins', write: (s) => s.pins.map(({ node, at }) => address(node, at)).join('|'), read: pins },
  flag('present'),
  choice('reading', ['gather', 'scatter']),
  choice('why', ['', 'saliency', 'product']),
  { key: 'edit', write: (s) => s.edit, read: (text) => only('edit', text.length <= LONGEST_EDIT ? text : undefined) },
  flag('difference'),
  choice('bench', ['', 'check', 'learn', 'batch']),
  { key: 'lesson', write: (s) => s.lesson, read: (text) => only('lesson', BEAT.test(text) ? text : undefined) },
  { key: 'open', write: (s) => s.open, read: (text) => only('open', GROUPS.test(text) ? text : undefined) },
];

/**
 * The name of a number: `conv1@3,5,7`.
 * @param {string} node
 * @param {number[]} at
 */
export const address = (node, at) => `${node}@${at.join(',')}`;

/**
 * @param {string} text
 * @returns {Partial<State>}
 */
function selection(text) {
  const found = /^(.{1,200})@(\d{1,9}(?:,\d{1,9}){0,5})$/.exec(text);
  return found ? { node: found[1], at: found[2].split(',').map(Number) } : {};
}

/**
 * @param {string} text `conv2.weight@3,0,1,1`
 * @returns {Partial<State>}
 */
function weight(text) {
  const { node, at } = selection(text), found = /^(.+)\.(\w+)$/.exec(node ?? '');
  return found && at ? { weight: { node: found[1], param: found[2], at } } : {};
}

/**
 * @param {string} text `3,4`
 * @returns {Partial<State>}
 */
function loop(text) {
  const [from, to] = text.split(',').map((part) => number(part, 0, 1e6));
  return from !== undefined && to !== undefined && from < to ? { loop: [from, to] } : {};
}

/**
 * @param {string} text `conv1@3,5,7|conv2@0,1,2`
 * @returns {Partial<State>}
 */
function pins(text) {
  const found = text.split('|').map(selection).flatMap(({ node, at }) => (node && at ? [{ node, at }] : []));
  return found.length ? { pins: found.slice(-PINS) } : {};
}

/**
 * @param {string} text
 * @returns {Partial<State>}
 */
function camera(text) {
  const [x, y, zoom] = text.split(',').map((part) => number(part, -1e6, 1e6));
  return x === undefined || y === undefined || zoom === undefined || zoom <= 0 ? {} : { camera: { x, y, zoom } };
}

/**
 * `?image=cat&view=maps`; empty when everything is at its default.
 * @param {State} state
 */
export function toQuery(state) {
  const parts = FIELDS.map(({ key, write }) => [key, write(state), write(DEFAULTS)]);
  const said = parts.filter(([, now, usual]) => now !== usual).map(([key, now]) => `${key}=${encode(now)}`);
  return said.length ? `?${said.join('&')}` : '';
}

/** @type {(text: string) => string} */
const encode = (text) => encodeURIComponent(text).replaceAll('%40', '@').replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%3D', '=').replaceAll('%3B', ';');

/**
 * What an address says about the state; what it leaves out is at its default.
 * @param {string} query
 * @returns {State}
 */
export function fromQuery(query) {
  const given = new URLSearchParams(query);
  const state = Object.assign({}, DEFAULTS, ...FIELDS.map(({ key, read }) => read(given.get(key) ?? '')));
  return state.at || state.weight ? state : { ...state, bench: '' }; // the bench asks about a number
}

/**
 * @param {Partial<State>} first what the server opens on, where the address does not say
 * @returns {State}
 */
export function stateOfAddress(first) {
  const state = fromQuery(location.search);
  return { ...state, network: state.network || first.network || '', image: state.image || first.image || '' };
}

/** A new entry in the history for what a person would call another place; everything else replaces the entry. */
const place = (/** @type {State} */ s) => [s.network, s.image, s.view, s.node].join('\n');

/**
 * Keeps the address equal to the state, and the state to the address on back and forward.
 * @param {Store} store
 * @param {Partial<State>} first
 * @returns {(patch: Partial<State>) => void} sets the state in place of one that could not be had: no entry of its own
 */
export function followAddress(store, first) {
  let shown = store.get(), timer = 0, instead = false;
  const write = () => {
    timer = 0;
    const state = store.get();
    const step = instead || place(state) === place(shown) ? 'replaceState' : 'pushState';
    shown = state;
    history[step](null, '', `${location.pathname}${toQuery(state)}`);
  };
  store.watch((s) => s, (state, before) => {
    if (before && place(state) !== place(shown) && (instead || (shown.network && shown.image))) {
      clearTimeout(timer);
      write();
    } else if (before && !timer) timer = setTimeout(write, WAIT);
  });
  addEventListener('popstate', () => {
    shown = stateOfAddress(first);
    store.set({ ...shown, playing: false });
  });
  return (patch) => {
    instead = true;
    store.set(patch);
    instead = false;
  };
}

/** The lessons' beat in the address: `/lessons/max-pooling#ties`. */
export const shownBeat = () => decodeURIComponent(location.hash.slice(1));

/** @param {string} name */
export const showBeat = (name) => {
  location.hash = name;
};

/**
 * The address of this page with another query.
 * @param {Record<string, string>} query
 */
export const linkTo = (query) => `${location.origin}${location.pathname}?${new URLSearchParams(query)}`;

/** Which page this is, and what its address says of it. */
export const here = () => ({ pathname: location.pathname, search: location.search });
