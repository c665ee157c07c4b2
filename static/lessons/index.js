/** Wiring only: the list of lessons needs no more than its theme, and in a room its link. */
import { place } from '../ui/h.js';
import { mountShare } from '../ui/share.js';
import { mountTheme } from './theme.js';

mountTheme(place('tools'), () => {});
mountShare(place('tools'));
document.documentElement.dataset.ready = '';
