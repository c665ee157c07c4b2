/** The views, one line each: a pure function from what is known and chosen to a frame. */

import { told } from './told.js';
import { maps } from './maps.js';
import { overview } from './overview.js';
import { windowView } from './window.js';

/** @import { ViewName } from '../types.d.ts' */
/** @import { View } from '../stage.d.ts' */

/** @type {Record<ViewName, View>} */
export const VIEWS = { overview: told(overview), maps: told(maps), window: told(windowView) };
