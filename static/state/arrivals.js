/**
 * What has arrived of what the state asks for: one Scene, whose numbers all belong to one picture in one network.
 *
 * Until everything of a new picture is here, the old scene stays whole; if it cannot be had, the state goes back to it.
 * So with gradients: those of the old objective stay, under its name, until those of the new one are here.
 * Where there is no old scene, as when a link is to an upload that is gone, what the page opens on anyway takes its place.
 */
import { firstNumbers } from '../graph/faces.js';
import { Problem } from '../api/client.js';
import { reading } from './app.js';
import { changeOf, createNumbers } from './numbers.js';

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Store} Store */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').Resources} Resources */
/** @typedef {'scene' | 'gradients' | 'number'} What */
/** @typedef {{ changed: () => void, failed: (error: unknown, what: What, asked: State, first?: boolean) => void, arrived: () => void, goBack: Store['set'] }} Listeners */

/**
 * @param {Store} store
 * @param {Resources} resources
 * @param {Listeners} listeners
 */
export function createArrivals(store, resources, { changed, failed, arrived, goBack }) {
  /** @type {Scene | null} */
  let scene = null;
  let wanted = '';
  /** What could not be had at first, told once there is something to look at. @type {{ error: unknown, asked: State } | null} */
  let refused = null;
  const replaced = new Set();
  /** What the state went back from, to be asked for again. @type {Partial<State> | null} */
  let lost = null;
  const { passBack, selected } = createNumbers(resources, () => scene);

  async function fetchScene() {
    const state = store.get(), { network, image } = state, key = subject(state);
    if (!network || !image) return open(state);
    if (key === wanted) return undefined;
    wanted = key;
    try {
      const [net, trace, view, numbers, back, told, change] = await Promise.all([
        resources.network(network), resources.trace(network, image), resources.image(image),
        firstNumbers(resources, network, image), passBack(state), selected(state), changeOf(resources, state),
      ]);
      if (key !== wanted) return undefined;
      scene = { network: net, trace, image: view, ...numbers, edit: state.edit, change, ...back.parts, explanation: null, backward: null, ...told?.parts };
      lost = null;
      arrived();
      changed();
      tell(state, back.error, told?.error);
      if (refused) failed(refused.error, 'scene', refused.asked, true);
      refused = null;
      if (store.get().view === 'window') goBack(reading(store.get(), scene)); // one window is of a number
      catchUp(state);
    } catch (error) {
      if (key === wanted) giveUp(error, state);
    }
    return undefined;
  }

  /** What was asked for while the scene was on its way. @param {State} state of which it is */
  function catchUp(state) {
    if (pass(store.get()) !== pass(state)) fetchPass();
    else if (selection(store.get()) !== selection(state)) fetchNumber();
  }

  /**
   * What to open on, where neither the address nor the page says, or where what they say is not there.
   * @param {State} state @param {Partial<State>} [also]
   */
  async function open(state, also = {}) {
    try {
      const [networks, images] = await Promise.all([resources.networks(), resources.images()]);
      goBack({ ...also, network: state.network || networks[0].id, image: state.image || images[0].id });
    } catch (error) {
      giveUp(error, state);
    }
  }

  /** @param {unknown} error @param {State} asked */
  function giveUp(error, asked) {
    wanted = scene ? subject({ ...asked, ...shownSubject(scene) }) : '';
    const field = scene ? undefined : missing(error);
    if (field && !replaced.has(field)) {
      replaced.add(field);
      refused ??= { error, asked };
      open({ ...asked, [field]: '' }, field === 'network' ? NOWHERE : {});
      return;
    }
    if (!scene && asked.edit && error instanceof Problem && !error.passing) {
      refused ??= { error, asked };
      goBack({ edit: '', difference: false });
      return;
    }
    failed(error, 'scene', asked);
    if (!scene) return;
    lost = { network: asked.network, image: asked.image, edit: asked.edit, difference: asked.difference };
    goBack(shownSubject(scene));
  }

  /** The gradients of every layer and the arithmetic of one of them: both or none, so that they agree. */
  async function fetchPass() {
    const asked = scene, state = store.get();
    const [back, told] = await Promise.all([passBack(state), selected(state)]);
    if (!asked || scene?.trace !== asked.trace || pass(store.get()) !== pass(state)) return;
    scene = { ...scene, ...back.parts, ...told?.parts };
    changed();
    tell(state, back.error, told?.error);
    if (selection(store.get()) !== selection(state)) fetchNumber();
  }

  async function fetchNumber() {
    const asked = scene, state = store.get();
    const told = await selected(state);
    if (!told || !asked || scene?.trace !== asked.trace || selection(store.get()) !== selection(state)) return;
    scene = { ...scene, ...told.parts };
    changed();
    tell(state, undefined, told.error);
  }

  /** @param {State} asked @param {unknown} back @param {unknown} number What could not be had. */
  function tell(asked, back, number) {
    if (back) failed(back, 'gradients', asked);
    else if (number) failed(number, 'number', asked);
    else if (lost?.objective && asked.objective) {
      lost = null; // by another way than Try again
      arrived();
    }
    if (!back) return;
    lost = { objective: asked.objective, show: asked.show, weight: asked.weight };
    goBack({ objective: '', show: 'value', weight: null });
  }

  store.watch(subject, fetchScene);
  store.watch(pass, () => scene && fetchPass());
  store.watch(selection, () => scene && pass(store.get()) === passShown(scene) && fetchNumber());
  /** Asks again for what has not come: for what the state went back from, else for the number of the picture that is here. */
  function retry() {
    const again = lost;
    lost = null;
    if (again) return goBack(again);
    return scene && wanted === subject(store.get()) ? fetchPass() : fetchScene();
  }

  return { scene: () => scene, retry };
}

/** A selection and an objective are of one network. @type {Partial<State>} */
const NOWHERE = { node: null, at: null, weight: null, objective: '', show: 'value', view: 'overview', t: Infinity };

/** @type {Record<string, 'image' | 'network'>} */
const MISSING = { unknown_image: 'image', blob_corrupt: 'image', unknown_network: 'network', missing_weights: 'network' };

/** What of a link is not there. @param {unknown} error */
const missing = (error) => (error instanceof Problem ? MISSING[error.view.code] : undefined);

/** @param {State} s */
const subject = (s) => `${s.network}\n${s.image}\n${s.edit}\n${s.edit !== '' && s.difference}`;
/** What the scene is of. @param {Scene} scene */
const shownSubject = ({ network, image, edit, change }) => ({ network: network.id, image: image.id, edit, difference: Boolean(change?.tensors) });
/** @param {State} s */
const pass = (s) => `${s.objective}\n${s.objective && s.show === 'product' ? 'product' : ''}`;
/** @param {Scene} scene What `pass` was when its gradients came. */
const passShown = ({ objective }) => `${objective?.name ?? ''}\n${objective?.of === 'product' ? 'product' : ''}`;
/** @param {State} s */
const selection = (s) => [s.node && s.at ? `${s.node}@${s.at.join(',')}` : '', s.weight && JSON.stringify(s.weight), s.view === 'window' && s.reading].join('\n');
