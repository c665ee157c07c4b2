/** Wiring only: the list of lessons needs no more than its theme. */
import { place } from '../ui/h.js';
import { mountTheme } from './theme.js';

mountTheme(place('tools'), () => {});
document.documentElement.dataset.ready = '';
