/** What the network says, while its bars are off the screen: the likeliest classes over the minimap, and the way there. */

import { changes, fill, h } from '../ui/h.js';
import { overlap } from './cull.js';
import { screenIn } from './world.js';

/** @import { State } from '../types.d.ts' */
/** @import { Bar, Bars, Box, Frame } from '../stage.d.ts' */

/** So many classes. */
const MOST = 3;
/** px of a bar's place that have to be on the screen for it to be read, and the zoom from which it can be. */
const READ = 60;
const NEAR = 0.6;

/** The likeliest of the bars, where they are probabilities that are known yet. @param {Bars | null} bars @returns {Bar[]} */
export const likeliest = (bars) => (!bars || bars.pending || bars.range !== null ? [] : [...bars.rows].sort((a, b) => b.value - a.value).slice(0, MOST));

/** Where the bars are on the ground. @param {Bars} bars @returns {Box} */
export const placeOf = ({ x, w, pitch, rows }) => ({ x, y: rows[0].y - pitch / 2, w, h: rows.length * pitch });

/** @param {HTMLElement} panel @param {(box: Box) => void} go */
export function mountAnswer(panel, go) {
  const button = h('button', { type: 'button', class: 'answer', title: 'To the probabilities of the classes', hidden: true });
  panel.prepend(button);
  const said = changes();
  /** @type {Box | null} */
  let place = null;
  button.addEventListener('click', () => place && go(place));

  return {
    /** @param {Frame} frame @param {State['camera']} camera @param {{ width: number, height: number }} size */
    show({ bars }, camera, size) {
      const rows = likeliest(bars);
      place = bars && rows.length ? placeOf(bars) : null;
      button.hidden = !place || (camera.zoom >= NEAR && overlap({ ...place, w: READ }, screenIn(camera, size)));
      if (button.hidden || !said(...rows.flatMap(({ label, text }) => [label, text]))) return;
      fill(button, rows.map(({ label, text }, k) => h(k ? 'span' : 'b', null, label, h('i', null, ` ${text}`))));
    },
  };
}
