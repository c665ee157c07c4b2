/** Margins and measures of the stage for its size: a wide screen, a middling one (or one beside the lens), a phone. Pure. */

/** @import { ViewName } from '../types.d.ts' */
/** @import { Style } from '../scene/funnel.js' */

/**
 * @typedef {object} Form
 * @property {'wide' | 'middle' | 'narrow' | 'phone'} name
 * @property {number} margin
 * @property {Record<ViewName, number>} head px at the top for the headline
 * @property {number} foot px at the bottom for the names of the blocks
 * @property {{ w: number, pitch: number, gap: number, cell?: number }} bars width, px a row, px between strips, side of a strip's cells where they are squares
 * @property {Style} funnel
 * @property {number} type how much larger words are than usual: for a room they are
 */

/** px above the input, beside the photograph's own side, for its caption and its arrow. */
export const PHOTO_ROOM = 62;

/** @type {Omit<Form, 'type'>} */
const WIDE = {
  name: 'wide', margin: 28, head: { overview: 104, maps: 112, window: 56 }, foot: 50, bars: { w: 236, pitch: 27, gap: 26 },
  funnel: {
    look: { ax: 0.53, ay: 0.2, rise: 0.21, depth: 0.17 }, gap: 14, between: 32, above: 72, below: 74, most: 210, head: 0, lines: 3,
  },
};
/** @type {Omit<Form, 'type'>} */
const MIDDLE = {
  name: 'middle', margin: 18, head: { overview: 86, maps: 106, window: 44 }, foot: 36, bars: { w: 170, pitch: 22, gap: 18 },
  funnel: {
    look: { ax: 0.54, ay: 0.2, rise: 0.21, depth: 0.17 }, gap: 9, between: 26, above: 68, below: 64, most: 170, head: 0, lines: 3,
  },
};
/** Beside the lens on a small screen: the flow in lines as on a phone, the classes at its right. @type {Omit<Form, 'type'>} */
const NARROW = {
  ...MIDDLE, name: 'narrow', head: { overview: 110, maps: 112, window: 40 }, foot: 10, bars: { w: 140, pitch: 22, gap: 16 },
  funnel: { look: { ax: 0.42, ay: 0.2, rise: 0.21, depth: 0.13 }, gap: 8, between: 16, above: 40, below: 44, most: 120, head: 0, lines: 6 },
};
/** @type {Omit<Form, 'type'>} */
const PHONE = {
  name: 'phone', margin: 18, head: { overview: 92, maps: 124, window: 98 }, foot: 0, bars: { w: 280, pitch: 20, gap: 30 },
  funnel: {
    look: { ax: 0.42, ay: 0.2, rise: 0.21, depth: 0.12 }, gap: 7, between: 16, above: 40, below: 40, most: 120, head: 0, lines: 6,
  },
};

/** For a room: larger type, and room for it. */
const PRESENT = { type: 1.25, bars: { w: 330, pitch: 34 } };

const FORMS = [{ from: 1180, form: WIDE }, { from: 760, form: MIDDLE }, { from: 560, form: NARROW }, { from: 0, form: PHONE }];

/**
 * @param {number} width of the stage @param {number} margin of the page, which the stage keeps too @param {boolean} [present] whether it is for a room
 * @returns {Form}
 */
export function formOf(width, margin, present = false) {
  const { form } = FORMS.find(({ from }) => width >= from) ?? FORMS[FORMS.length - 1], type = present ? PRESENT.type : 1;
  return { ...form, margin, type, bars: present && form.name === 'wide' ? { ...form.bars, ...PRESENT.bars } : form.bars };
}
