/** The one source of frames of the lessons' pages. */
import { createClock } from '../anim/clock.js';

export const clock = createClock();
