/** The handles of groups: buttons over the canvas that open and fold, by click and by Enter. */

import { apply } from '../scene/matrix.js';
import { thousands } from '../lens/digits.js';
import { h } from '../ui/h.js';
import { overlap } from './cull.js';

/** @import { Box, Handle, Matrix } from '../stage.d.ts' */

/** Below this zoom a handle says what its group is and no more, below the other nothing. */
const SHORT = 0.75;
const SILENT = 0.16;
/** px across below which a handle says nothing. */
const LEAST = 48;
/** From this width on there is room for the parameters as well, px. */
const ROOMY = 330;
/** A folded group's handle may be so much wider than its cards, px. */
const GAP = 16;
/** Words of groups further (px) above or below one another do not meet. */
const AWAY = 70;

/** px between the words of two folded groups, and across of a character of a shape. */
const AIR = 6, LETTER = 7;
/** px beside the words of a handle. */
const PADDING = 12;

/** How far the middle of the nearest folded group of the same row is, in px of the layout. @param {Handle} group @param {Handle[]} all */
const apart = (group, all) => Math.min(...all.filter((one) => !one.open && one !== group && Math.abs(one.y - group.y) < AWAY).map((one) => Math.abs(one.x - group.x)), Infinity);

/** @param {HTMLElement} root @param {(id: string) => void} toggle */
export function mountHandles(root, toggle) {
  const layer = h('div', { class: 'handles' });
  root.append(layer);
  /** @type {Map<string, { button: HTMLButtonElement, said: string }>} */
  const shown = new Map();

  /** @param {Handle} group */
  function buttonOf(group) {
    const known = shown.get(group.id) ?? { button: h('button', { type: 'button', on: { click: () => toggle(group.id) } }), said: '' };
    const said = `${group.open} ${group.title} ${group.shape}`;
    if (known.said !== said) {
      known.said = said;
      known.button.className = group.open ? 'handle open' : 'handle';
      known.button.setAttribute('aria-expanded', String(group.open));
      known.button.title = group.open ? 'Fold it again' : 'Open it in place';
      known.button.replaceChildren(h('b', null, group.title), group.parts && h('span', { class: 'parts' }, group.parts), h('span', { class: 'shape' }, group.shape), h('span', { class: 'more' }, `${group.layers} layers`, h('i', null, ` · ${thousands(group.parameters)} parameters`)));
    }
    shown.set(group.id, known);
    return known.button;
  }

  return {
    /** @param {Handle[]} groups @param {Matrix} camera @param {Box} screen the layout that is on it @param {number} width of the screen */
    show(groups, camera, screen, width) {
      const zoom = camera[0];
      const here = zoom < SILENT ? [] : groups.filter(({ box }) => overlap(box, screen));
      const keep = new Set(here.map(({ id }) => id));
      for (const [id, { button }] of shown) if (!keep.has(id)) (button.remove(), shown.delete(id));
      layer.classList.toggle('far', zoom < SHORT);
      for (const group of here) {
        const button = buttonOf(group);
        const [x, y] = apply(camera, group.x, group.y);
        const right = apply(camera, group.box.x + group.box.w, 0)[0];
        const left = group.open ? Math.max(x, Math.min(8, right - 160)) : x; // the handle of a long group stays in sight
        button.style.transform = `translate(${left.toFixed(1)}px, ${y.toFixed(1)}px)${group.open ? '' : ' translateX(-50%)'}`;
        const room = group.open ? Math.min(width, right - left) : Math.min(group.box.w * zoom + GAP, apart(group, here) * zoom - AIR);
        button.style.maxWidth = `${Math.round(room)}px`;
        button.hidden = room < LEAST;
        button.classList.toggle('slim', !group.open && (group.shape.length * LETTER > room || group.parts.length * LETTER > room - PADDING));
        button.classList.toggle('tight', group.open && right - left < ROOMY);
        if (!button.parentNode) layer.append(button);
      }
    },
    /** @param {string} id the handle that gets the focus, if it is there */
    focus: (id) => shown.get(id)?.button.focus({ preventScroll: true }),
  };
}
