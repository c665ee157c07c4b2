/**
 * What has arrived of what the state asks for: one Scene, whose numbers all belong to one picture in one network.
 *
 * Until everything of a new picture is here, the old scene stays whole; if it cannot be had, the state goes back to it.
 */

/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Store} Store */
/** @typedef {import('../types.d.ts').Scene} Scene */
/** @typedef {import('../types.d.ts').Resources} Resources */
/** @typedef {import('../types.d.ts').ExplanationView} ExplanationView */
/** @typedef {{ changed: () => void, failed: (error: unknown, what: 'scene' | 'number') => void, arrived: () => void, goBack: Store['set'] }} Listeners */

/**
 * @param {Store} store
 * @param {Resources} resources
 * @param {Listeners} listeners
 */
export function createArrivals(store, resources, { changed, failed, arrived, goBack }) {
  /** @type {Scene | null} */
  let scene = null;
  let wanted = '';
  let patience = new AbortController();

  /**
   * The selected number, or why there is none; nothing when another was asked for in the meantime.
   * @param {State} state
   * @returns {Promise<{ explanation: ExplanationView | null, error?: unknown } | undefined>}
   */
  async function number(state) {
    patience.abort();
    patience = new AbortController();
    const { signal } = patience;
    if (!state.node || !state.at) return { explanation: null };
    try {
      return { explanation: await resources.explain(state.network, state.image, state.node, state.at, signal) };
    } catch (error) {
      return signal.aborted ? undefined : { explanation: null, error };
    }
  }

  async function fetchScene() {
    const state = store.get(), { network, image } = state, key = `${network}\n${image}`;
    if (!network || !image) return open(state);
    if (key === wanted) return undefined;
    wanted = key;
    try {
      const [net, trace, view, activations, told] = await Promise.all([
        resources.network(network), resources.trace(network, image), resources.image(image),
        resources.activations(network, image), number(state),
      ]);
      if (key !== wanted) return undefined;
      scene = { network: net, trace, image: view, activations, explanation: told?.explanation ?? null };
      arrived();
      changed();
      if (told?.error) failed(told.error, 'number');
      if (selection(store.get()) !== selection(state)) fetchNumber();
    } catch (error) {
      if (key === wanted) giveUp(error);
    }
    return undefined;
  }

  /** @param {State} state What to open on, where neither the address nor the page says. */
  async function open(state) {
    try {
      const [networks, images] = await Promise.all([resources.networks(), resources.images()]);
      store.set({ network: state.network || networks[0].id, image: state.image || images[0].id });
    } catch (error) {
      giveUp(error);
    }
  }

  /** @param {unknown} error */
  function giveUp(error) {
    wanted = scene ? `${scene.network.id}\n${scene.image.id}` : '';
    failed(error, 'scene');
    if (scene) goBack({ network: scene.network.id, image: scene.image.id });
  }

  async function fetchNumber() {
    const asked = scene, state = store.get();
    const told = await number(state);
    if (!told || !asked || scene?.trace !== asked.trace || selection(store.get()) !== selection(state)) return;
    scene = { ...scene, explanation: told.explanation };
    changed();
    if (told.error) failed(told.error, 'number');
  }

  store.watch((s) => `${s.network}\n${s.image}`, fetchScene);
  store.watch(selection, () => scene && fetchNumber());
  return { scene: () => scene, retry: fetchScene };
}

/** @param {State} s */
const selection = (s) => (s.node && s.at ? `${s.node}@${s.at.join(',')}` : '');
