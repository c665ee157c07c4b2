/** Wiring only: the parts of a lesson's page. */
import { clock } from './clock.js';
import { place } from '../ui/h.js';
import { mountBeats } from './beats.js';
import { mountKeys } from './keys.js';
import { mountPlayer } from './player.js';
import { mountTools } from './tools.js';

const player = mountPlayer(clock);
const beats = mountBeats(place('live'), player);
mountTools(place('tools'), beats);
mountKeys(beats);
document.documentElement.dataset.ready = '';
