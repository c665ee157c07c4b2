/** The form of the preprocessing: presets first, then the numbers themselves, crop and size. */
import { fill, h } from '../ui/h.js';
import { channelName, PRESETS } from './words.js';

/** @typedef {import('./spec.js').Form} Form */

const ORDERS = ['RGB', 'BGR'];
/** What is called by no name. @type {[string, string]} */
const OWN = ['own mean and std', 'The numbers themselves are below'];

/**
 * @param {(said: Form) => void} apply
 */
export function mountForm(apply) {
  /** @type {Form} */
  let form = { preset: '', scale: '255', channels: 'RGB', mean: [], std: [], crop: '1', place: [], rows: '', columns: '' };
  const presets = h('div', { class: 'presets', role: 'radiogroup', 'aria-label': 'What pixels become' });
  const numbers = h('div', { class: 'numbers' });
  const crop = h('input', { type: 'range', min: 0.1, max: 1, step: 0.01, 'aria-label': 'Share of the picture that is kept', on: { input: () => (kept.textContent = percent(crop.value)), change: () => say({ crop: crop.value }) } });
  const kept = h('output', null);
  const [rows, columns] = ['Rows', 'Columns'].map((name) => h('input', { type: 'number', min: 1, 'aria-label': `${name} of the input` }));
  const size = () => say({ rows: rows.value, columns: columns.value });
  for (const side of [rows, columns]) side.addEventListener('change', size);
  const element = h('div', { class: 'form' }, presets, numbers,
    h('label', { class: 'row' }, h('span', null, 'crop'), crop, kept),
    h('div', { class: 'row' }, h('span', null, 'size'), rows, '×', columns));

  /** @param {Partial<Form>} change */
  function say(change) {
    form = { ...form, ...change };
    apply(form);
  }

  /** @param {string} name */
  function preset(name) {
    const [title, what] = PRESETS[name] ?? (name ? [name, ''] : OWN);
    const input = h('input', { type: 'radio', name: 'preset', value: name, checked: name === form.preset, on: { change: () => say({ preset: name }) } });
    return h('label', { title: what }, input, h('span', null, title));
  }

  /** @param {'mean' | 'std'} key */
  function row(key) {
    return h('tr', null, h('th', null, key), form[key].map((value, c) => {
      const input = h('input', { type: 'text', inputmode: 'decimal', value, 'aria-label': `${key} of ${channelName(form.channels, c)}` });
      input.addEventListener('change', () => say({ preset: '', [key]: form[key].map((old, k) => (k === c ? input.value.trim() : old)) }));
      return h('td', null, input);
    }));
  }

  function showNumbers() {
    const scale = h('input', { type: 'text', inputmode: 'decimal', value: form.scale, 'aria-label': 'What pixels are divided by' });
    scale.addEventListener('change', () => say({ preset: '', scale: scale.value.trim() }));
    const order = h('select', { 'aria-label': 'Order of the channels' }, ORDERS.map((name) => h('option', { value: name, selected: name === form.channels }, name)));
    order.addEventListener('change', () => say({ preset: '', channels: order.value }));
    const open = numbers.querySelector('details')?.open ?? false;
    fill(numbers, h('details', { open }, h('summary', null, 'The numbers themselves'),
      h('table', null,
        h('tr', null, h('th', null), form.mean.map((_, c) => h('th', null, channelName(form.channels, c)))), row('mean'), row('std')),
      h('p', { class: 'row' }, h('span', null, 'pixels divided by'), scale, form.mean.length > 1 && order)));
  }

  return {
    element,
    say,
    /** @param {number} most rows or columns */
    bound(most) {
      for (const side of [rows, columns]) side.max = String(most);
    },
    /** @param {Form} now what the shown network has @param {string[]} known its presets */
    show(now, known) {
      form = now;
      const focused = presets.contains(document.activeElement);
      fill(presets, [...(now.preset ? [] : ['']), ...known].map(preset)); // what is chosen is always among them
      if (focused) /** @type {HTMLElement | null} */ (presets.querySelector('input:checked') ?? presets.querySelector('input'))?.focus();
      if (!isTyping(numbers)) showNumbers();
      crop.value = now.crop;
      if (!isTyping(rows)) rows.value = rows.defaultValue = now.rows;
      if (!isTyping(columns)) columns.value = columns.defaultValue = now.columns;
      kept.textContent = percent(now.crop);
    },
  };
}

/** Whether somebody is about to change a number in there: what arrives meanwhile does not take it away. @param {HTMLElement} place */
function isTyping(place) {
  const focused = document.activeElement;
  return focused instanceof HTMLInputElement && place.contains(focused) && focused.value !== focused.defaultValue;
}

/** @param {string} share */
const percent = (share) => `${Math.round(Number(share) * 100)} %`;
