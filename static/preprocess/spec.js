/** What a person chose in the form, as it stands in a network's address after `~`. Only what differs is said. Pure. */
import { baseOf } from '../ui/networks.js';

/** @typedef {import('../types.d.ts').NetworkView} NetworkView */
/** @typedef {NonNullable<NetworkView['preprocessing']>} Preprocessing */
/**
 * The form as texts. preset: '' for numbers of one's own.
 * @typedef {{ preset: string, scale: string, channels: string, mean: string[], std: string[], crop: string, place: string[], rows: string, columns: string }} Form
 */

/** What the form says of a preprocessing. @param {Preprocessing} p @returns {Form} */
export const formOf = (p) => ({
  preset: p.preset, scale: String(p.scale), channels: p.channels, mean: p.mean.map(String), std: p.std.map(String),
  crop: String(p.crop), place: p.place.map(String), rows: String(p.size[0]), columns: String(p.size[1]),
});

/**
 * The network's name with what the form says about its input: `example-cnn~imagenet,crop=0.8`.
 * @param {string} id of the network as it is shown
 * @param {Preprocessing} own what the network has without `~`
 * @param {Form} form
 */
export function named(id, own, form) {
  const items = [...arithmetic(formOf(own), form), ...frame(formOf(own), form)];
  return items.length ? `${baseOf(id)}~${items.join(',')}` : baseOf(id);
}

/** @param {Form} own @param {Form} form */
function arithmetic(own, form) {
  if (form.preset) return form.preset === own.preset ? [] : [form.preset];
  const rows = /** @type {[string, string, string][]} */ ([
    ['mean', own.mean.join(':'), form.mean.join(':')], ['std', own.std.join(':'), form.std.join(':')],
    ['scale', own.scale, form.scale], ['channels', own.channels, form.channels]]);
  return rows.filter(([, was, is]) => was !== is).map(([key, , is]) => `${key}=${is.replaceAll(' ', '')}`);
}

/** @param {Form} own @param {Form} form */
function frame(own, form) {
  const size = `${form.rows}x${form.columns}`;
  const place = form.place.join(':');
  return [form.crop !== own.crop && `crop=${form.crop}`, place !== own.place.join(':') && `place=${place}`, size !== `${own.rows}x${own.columns}` && `size=${size}`].filter((item) => item !== false);
}
