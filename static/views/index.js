/** The views, one line each: a pure function from what is known and chosen to a frame. */

import { withField } from '../field/view.js';
import { withPins } from '../pins/marks.js';
import { told } from './told.js';
import { maps } from './maps.js';
import { overview } from './overview.js';
import { windowView } from './window.js';

/** @import { ViewName } from '../types.d.ts' */
/** @import { View } from '../stage.d.ts' */

/** @type {Record<ViewName, View>} */
export const VIEWS = { overview: withPins(told(withField(overview))), maps: withPins(told(withField(maps))), window: withPins(told(windowView)) };
