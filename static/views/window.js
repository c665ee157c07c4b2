import { overview } from './overview.js';
/** @import { Frame, Stage } from '../stage.d.ts' */
/** @param {Stage} stage @returns {Frame} */
export const windowView = (stage) => overview(stage);
