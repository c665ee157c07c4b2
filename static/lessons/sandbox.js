/** Wiring only: the sandbox is a lesson whose figure can be saved. */
import { place } from '../ui/h.js';
import { mountBeats } from './beats.js';
import { clock } from './clock.js';
import { mountExports } from './exports.js';
import { mountKeys } from './keys.js';
import { mountPlayer } from './player.js';
import { mountTools } from './tools.js';

const beats = mountBeats(place('live'), mountPlayer(clock));
mountTools(place('tools'), beats);
mountExports(/** @type {HTMLElement} */ (document.querySelector('.exports')), beats);
mountKeys(beats);
document.documentElement.dataset.ready = '';
