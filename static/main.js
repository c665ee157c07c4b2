/** Wiring only: makes the store, the resources and the parts of the page, and tells the parts when something changed. */
import { createClock } from './anim/clock.js';
import { createResources } from './api/resources.js';
import { mountCard } from './card/card.js';
import { mountLine } from './card/line.js';
import { mountLayerHover } from './card/hover.js';
import { mountHealth } from './health/health.js';
import { mountLab } from './lab/lab.js';
import { mountLens } from './lens/lens.js';
import { mountPreprocess } from './preprocess/panel.js';
import { mountShelf } from './shelf/shelf.js';
import { mountPad } from './draw/pad.js';
import { mountSaliency } from './saliency/panel.js';
import { createActions } from './state/app.js';
import { createArrivals } from './state/arrivals.js';
import { mountSettle } from './state/settle.js';
import { createStore } from './state/store.js';
import { mountPins } from './pins/pins.js';
import { mountPresent } from './present/present.js';
import { mountTelling } from './present/telling.js';
import { followAddress, stateOfAddress } from './state/url.js';
import { mountColours } from './ui/colours.js';
import { mountControls } from './ui/controls.js';
import { onceSoon, place } from './ui/h.js';
import { mountHeadline } from './ui/headline.js';
import { mountKeyboard } from './ui/keyboard.js';
import { mountLayers } from './ui/layers.js';
import { mountLegend } from './ui/legend.js';
import { mountLive } from './ui/live.js';
import { mountNetworks } from './ui/networks.js';
import { mountNotes } from './ui/notes.js';
import { mountReading } from './ui/reading.js';
import { mountReveal } from './ui/reveal.js';
import { makeRoom, rememberScreen } from './ui/room.js';
import { mountSpeed } from './ui/speed.js';
import { mountTheme } from './ui/theme.js';
import { mountTooltip } from './ui/tooltip.js';
import { mountUnshown } from './ui/unshown.js';
import { mountWaiting } from './ui/waiting.js';
import { mountZoom } from './ui/zoom.js';
import { mountStage } from './views/stage.js';
import { mountTimeline } from './views/timeline.js';

const { release, ...first } = document.body.dataset;
const store = createStore(stateOfAddress(first));
const goBack = followAddress(store, first);

/** @type {import('./types.d.ts').Part[]} */
const parts = [];
const changed = onceSoon(() => parts.forEach((part) => part.update(store.get(), arrivals.scene())));

const notes = mountNotes(place('notes'), { retry: () => arrivals.retry(), unselect: () => actions.unselect(), scene: () => arrivals.scene() });
const resources = createResources(notes.trouble, release, () => store.get().edit);
const arrivals = createArrivals(store, resources, { changed, failed: notes.failed, arrived: notes.clear, goBack });
const actions = createActions(store, arrivals.scene);
const tooltip = mountTooltip(arrivals.scene, resources);

/** @type {import('./types.d.ts').Context} */
const context = {
  store, resources, clock: createClock(), actions, scene: arrivals.scene, reportHover: tooltip.hover,
  select: actions.select, setView: actions.show, seek: actions.seek, setPlaying: actions.play,
};
const stage = mountStage(place('scene'), context);
const timeline = mountTimeline(place('timeline'), context);
const telling = mountTelling(place('bottom'), context);
makeRoom(place('stage'), place('scene'), stage.resize);
new ResizeObserver(timeline.resize).observe(place('timeline'));
parts.push(
  mountSettle(store),
  mountColours(place('legend'), context),
  mountTheme(changed),
  mountControls(place('views'), place('controls'), context),
  mountNetworks(place('title'), context),
  mountShelf(place('shelf'), context, notes),
  mountPreprocess(document.body, context),
  mountPad(document.body, context, notes),
  mountUnshown(place('stage')),
  mountHeadline(place('headline'), place('stage'), context),
  stage,
  timeline,
  mountSpeed(place('timeline'), context),
  mountHealth(place('timeline')),
  mountLegend(place('legend'), context),
  mountLab(place('bottom'), context),
  mountLens(place('lens'), context),
  mountLine(place('facts'), context),
  mountCard(document.querySelector('main') ?? document.body, context),
  mountLayers(place('layers'), context),
  mountLive(place('live')),
  mountWaiting(place('waiting'), resources),
  mountPins(place('stage'), context),
  mountReading(place('stage'), context),
  mountSaliency(place('stage'), context),
  telling,
  mountPresent(document.body, context, telling.turn),
  mountZoom(place('scene'), place('stage')),
  mountReveal(place('stage'), place('lens'), context.clock),
  mountReveal(place('stage'), place('card'), context.clock),
);
mountKeyboard(context);
mountLayerHover(place('stage'), arrivals.scene);
rememberScreen(place('stage'), place('timeline'));
store.watch((state) => state, changed);
document.documentElement.dataset.ready = '';
