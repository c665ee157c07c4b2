/** The controls of a beat: sliders with their number, play buttons, choices. Cells and spots live in the figure. */
import { getJson, Problem, put } from '../api/client.js';
import { shrunk } from '../paint/shrink.js';
import { fill, h } from '../ui/h.js';

/** @typedef {import('./types.d.ts').Control} Control */
/** @typedef {import('./types.d.ts').Board} Board */
/** @typedef {import('./types.d.ts').Player} Player */
/** @typedef {{ set: (patch: Record<string, any>) => void, player: Player }} Hands */
/** @typedef {(board: Board) => void} Update */

/**
 * The controls, made when a beat is on the screen and taken out when it is not.
 * @param {HTMLElement} section
 * @param {Hands} hands
 */
export function mountControls(section, hands) {
  const place = /** @type {HTMLElement} */ (section.querySelector('.controls'));
  /** @type {Control[]} */
  const controls = JSON.parse(place.dataset.controls ?? '[]');
  /** @type {{ element: HTMLElement | null, update: Update }[]} */
  let made = [];
  for (const item of section.querySelectorAll('.tries li')) offer(/** @type {HTMLElement} */ (item), hands);
  return {
    open() {
      made = controls.map((control) => MAKE[control.kind](control, hands));
      fill(place, made.map(({ element }) => element));
    },
    close() {
      made = [];
      place.replaceChildren();
    },
    update: (/** @type {Board} */ board) => made.forEach(({ update }) => update(board)),
  };
}

/** A thing to try becomes a button where it sets values. @param {HTMLElement} item @param {Hands} hands */
function offer(item, { set }) {
  const { values } = item.dataset;
  if (!values) return;
  const button = h('button', { class: 'try', on: { click: () => set(JSON.parse(values)) } });
  button.append(...item.childNodes);
  fill(item, button);
}

/** @type {Record<Control['kind'], (control: Control, hands: Hands) => { element: HTMLElement | null, update: Update }>} */
const MAKE = { number, choice, image, cells: hint, spot: hint };

/** @param {number} value @param {number} step */
const shown = (value, step) => value.toFixed(Math.max(0, Math.min(6, Math.ceil(-Math.log10(step))))).replace('-', '−');

/** @param {Control} control @param {Hands} hands @returns {{ element: HTMLElement, update: Update }} */
function number({ name, label, least = 0, most = 1, step = 1, plays, least_means: word, first = 0 }, { set, player }) {
  const output = h('output', { for: `c-${name}` });
  const set1 = (/** @type {number} */ value) => set({ [name]: value });
  const range = h('input', { type: 'range', min: least, max: most, step, 'aria-label': label, on: { input: () => set1(Number(range.value)) } });
  const by = (/** @type {number} */ d) => () => {
    const value = Math.min(Number(range.max), Math.max(Number(range.min), Number(range.value) + d * step));
    set1(Number(value.toFixed(6)));
    return d > 0 && value < Number(range.max);
  };
  const play = plays && h('button', { class: 'play', 'aria-label': `Play ${label}`, 'aria-pressed': 'false', on: { click: () => run() } }, '▶');
  const pace = plays && h('button', { class: 'pace', title: 'How fast it plays', on: { click: () => { player.faster(); told(); } } });
  const told = () => {
    if (pace) [pace.textContent, pace.ariaLabel] = [`${player.pace()}×`, `Speed ${player.pace()} times`];
  };
  const run = () => {
    if (Number(range.value) >= Number(range.max)) set1(Number(range.min));
    const on = player.toggle(name, by(1));
    if (play) [play.textContent, play.ariaPressed] = [on ? '❚❚' : '▶', String(on)];
  };
  const element = h('div', { class: 'control' }, h('span', { class: 'label' }, label), output, h('div', { class: 'slide' },
    h('button', { class: 'step', 'aria-label': `${label}: less`, on: { click: by(-1) } }, '−'), range,
    h('button', { class: 'step', 'aria-label': `${label}: more`, on: { click: by(1) } }, '+'), play || null, pace || null));
  return {
    element,
    update({ values, bounds }) {
      const [low, high] = bounds[name] ?? [least, most];
      [range.min, range.max] = [String(low), String(high)];
      if (document.activeElement !== range) range.value = String(values[name]);
      output.textContent = word && values[name] === least ? word : shown(values[name] + first, step);
      range.setAttribute('aria-valuetext', output.textContent);
      told();
      if (play && player.playing() !== name) [play.textContent, play.ariaPressed] = ['▶', 'false'];
    },
  };
}

/** @param {Control} control @param {Hands} hands @returns {{ element: HTMLElement, update: Update }} */
function choice({ name, label, options = [] }, { set }) {
  const buttons = options.map(([value, text]) =>
    h('button', { class: 'option', 'data-value': value, on: { click: () => set({ [name]: value }) } }, text));
  return {
    element: h('div', { class: 'control', role: 'group', 'aria-label': label }, h('span', { class: 'label' }, label), h('div', { class: 'options' }, buttons)),
    update: ({ values }) => buttons.forEach((b) => (b.ariaPressed = String(b.dataset.value === values[name]))),
  };
}

/** Pictures of the reader's own, offered at every beat from then on. @type {string[]} */
const own = [];

/** @param {Control} control @param {Hands} hands @returns {{ element: HTMLElement, update: Update }} */
function image({ name, label, options = [] }, { set }) {
  const url = (/** @type {string} */ id) => `/api/images/${encodeURIComponent(id)}/picture?side=64`;
  const one = (/** @type {string} */ id, /** @type {string} */ title) =>
    h('button', { 'data-value': id, title, on: { click: () => set({ [name]: id }) } }, h('img', { src: url(id), alt: title, width: 40, height: 40, loading: 'lazy' }));
  const buttons = [...options.map(([id, title]) => one(id, title)), ...own.map((id) => one(id, 'your picture'))];
  const said = h('span', { role: 'status' });
  const file = h('input', { type: 'file', accept: 'image/*', class: 'spoken', on: { change: () => sent() } });
  const row = h('div', { class: 'pictures', role: 'group', 'aria-label': label }, buttons, h('label', null, 'yours', file), said);
  const sent = async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    said.textContent = '…';
    try {
      const { limits } = await getJson('/api/limits');
      const most = limits.find((/** @type {{ name: string }} */ limit) => limit.name === 'image_stored_side').value;
      const { id } = await put('/api/images', await shrunk(chosen, most));
      if (!buttons.some((b) => b.dataset.value === id)) {
        own.push(id);
        row.insertBefore(buttons[buttons.push(one(id, 'your picture')) - 1], file.parentElement);
      }
      said.textContent = '';
      set({ [name]: id });
    } catch (error) {
      said.textContent = error instanceof Problem ? error.view.detail : 'That could not be sent.';
    }
  };
  return {
    element: h('div', { class: 'control' }, h('span', { class: 'label' }, label), row),
    update: ({ values }) => buttons.forEach((b) => (b.ariaPressed = String(b.dataset.value === values[name]))),
  };
}

/** @param {Control} control @returns {{ element: HTMLElement, update: Update }} */
function hint({ kind, label }) {
  const how = kind === 'cells' ? 'click a number and type' : 'click a cell, or use the arrow keys on it';
  return { element: h('p', { class: 'hint' }, `${label}: ${how}.`), update: () => {} };
}
