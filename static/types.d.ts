/** Shapes only: what travels on the wire (docs/wire.md), what the state holds, what modules hand to each other. */

export type Shape = number[];
export type Cell = number[];

export interface AxisRule { size: number; stride: number; offset: number; dilation: number; every: number; inverse: boolean; follows: number | null }
export interface WindowRule { axes?: (AxisRule | { rows: number[][]; follows: number | null })[]; map?: string }
export interface NodeView {
  name: string; kind: string; inputs: string[]; shape: Shape; config: Record<string, unknown>; summary: string; equation: string;
  params: { name: string; shape: Shape; count: number; learnt?: boolean }[]; parameters: number; macs: number; memory: number;
  receptive_field: [number, number] | null; windows: WindowRule[]; range_group: string;
}
export interface NetworkView {
  id: string; title: string; labels: string[]; output: string; logits: string; input: string; parameters: number; macs: number; memory: number;
  preprocessing: { size: [number, number]; mean: number[]; std: number[]; scale: number; channels: string; crop: number; place: [number, number]; preset: string; presets: string[]; guessed: boolean; black: number[]; white: number[] } | null;
  unsupported: { node: string; operator: string; why: string; nearest: string }[]; waiting?: { node: string; operator: string }[]; notes: string[];
  card: Record<string, unknown> | null; nodes: NodeView[];
}
export interface ImageView { id: string; title: string; width: number; height: number; label: string | null; kind: 'photo' | 'drawn' | 'upload'; animated: boolean }
export interface Flow { name: string; maps: number; dead: number[]; saturated: number | null }
export interface Strength { name: string; norm: number; params: Record<string, number>; verdict: '' | 'fades' | 'explodes'; reason: string }
export interface NodeStats { name: string; min: number; max: number; mean: number; std: number; zeros: number; not_finite: number; histogram: { edges: number[]; counts: number[] } }
export interface Prediction { top: { index: number; label: string; probability: number; logit: number }[]; probabilities: number[]; logits: number[] }
export interface TraceView {
  network: string; image: string; crop: { x: number; y: number; width: number; height: number }; notes: string[]; nodes: NodeStats[]; flows: Flow[];
  ranges: Ranges; prediction: Prediction | null;
}
export interface Step { label: string; value: number; total: number }
export interface OperandView { name: string; source: string; shape: Shape; values: number[]; cells: number[][]; at: Cell[] | null }
export interface ExplanationView {
  node: string; at: Cell; address: string; of: 'activation' | 'gradient' | 'parameter'; param: string; picture: string; kind: string;
  value: number; mathml: string; numpy: string; operands: OperandView[]; products: number[] | null; product_totals: number[] | null;
  steps: Step[]; marks: Record<string, Cell>; readers: { node: string; kind: string; count: number; example: Cell }[];
}
/** A cell that weighs much in another's number: its value, ∂y/∂x, their product, and its share of all such products. */
export interface Contributor { node: string; at: Cell; value: number; weight: number; product: number; share: number }
export interface Problem { status: number; code: string; title: string; detail: string; limit?: number; value?: number; request_id?: string }

/** An array as it came: a typed array with its shape. float16 is widened to Float32Array on arrival. */
export interface Tensor { shape: Shape; data: Float32Array }

export type ViewName = 'overview' | 'maps' | 'window';
export type RangeMode = 'node' | 'group' | 'network';
/** What the volumes and the lens show while there is an objective; without one it is the value. */
export type ShowMode = 'value' | 'gradient' | 'product';
/** How fine a step of the clock is: a layer, one window of it, one product of that window. */
export type Grain = 'layer' | 'window' | 'term';
/** How one window of the way back is read: what a number collects from its readers, or what it gives to what it read. */
export type Reading = 'gather' | 'scatter';
/** Which pairs of colours numbers get, each safe for colour-blind eyes (color/stops.js). */
export type Colours = 'orange' | 'red' | 'gold';
/** One number of a parameter: conv2.weight@3,0,1,1. */
export interface Weight { node: string; param: string; at: Cell }

/**
 * The whole state of the page; serialisable, mirrored in the URL by state/url.js. Arrays never live here.
 * t: how many layers are computed, input not counted: 0 is the input alone, 2.5 is half of the third layer; with an
 * objective it goes on, one unit for the loss and one for each layer backward. Infinity, the default, is the whole pass.
 * objective: what is differentiated, '' for nothing: 'loss:3', 'logit:5', 'unit:conv2@3,5,7'. weight: the number of a
 * parameter whose gradient the lens shows in place of the selected cell's. grain: how fine the clock's steps are in one
 * window, elsewhere it goes layer by layer; within a layer t goes on with every cell in reading order (anim/windows.js). loop: the part of t that is played over and over.
 * field: whether the receptive field of the selected cell is shown through all volumes. pins: cells kept to be compared.
 * present: big type and no controls, for a room. open: the groups of a large network that are open, as `4,4.1`. camera: how far the stage is moved, in shares of its width and height, and
 * how large it is drawn; (0, 0, 1), the default, is home. edit: the what-if edits as text (lab/edits.js); difference: what
 * they change is shown in place of values. bench: what the lens measures of the selected number.
 */
export interface State {
  network: string; image: string; view: ViewName; node: string | null; at: Cell | null; range: RangeMode;
  theme: 'auto' | 'light' | 'dark'; camera: { x: number; y: number; zoom: number }; t: number; playing: boolean; speed: number;
  objective: string; show: ShowMode; weight: Weight | null;
  grain: Exclude<Grain, 'layer'>; loop: [number, number] | null; colours: Colours; field: boolean; pins: { node: string; at: Cell }[]; present: boolean; reading: Reading; why: '' | 'saliency' | 'product'; open: string;
  edit: string; difference: boolean; bench: Bench; lesson: string;
}
/** stage: the address at which the stage shows the beat. */
/** count: beats of the lesson's page, on which number counts; those in which a reader does something are not told. */
export interface LessonView { slug: string; title: string; count: number; beats: { name: string; number: number; title: string; text: string; say: string; stage: string }[] }
export type Bench = '' | 'check' | 'learn' | 'batch';
export interface Store {
  get(): State; set(patch: Partial<State>): void;
  watch<T>(select: (s: State) => T, then: (now: T, before: T | undefined) => void): () => void;
}

/** Where the colours of some numbers end: for each node, for each group of nodes that share a range, for all. */
export interface Ranges { node: Record<string, number>; group: Record<string, number>; network: number }
/** d objective / d activation of every node, or that times the activation. value: the objective's. */
export interface GradientsView { objective: string; value: number; tensors: Map<string, Tensor>; ranges: Ranges; strengths: Strength[] }

/** A what-if, in parts: numbers set (address and value), channels off (node and channel), steps learnt. */
export interface Learning { optimizer: string; rate: string; count: number; objective: string }
export interface Edits { set: { address: string; value: string }[]; off: { node: string; channel: number }[]; learn: Learning | null }
/** What the edits change: of classes, of colours, and of every activation where that is shown. */
export interface Change { prediction: { logits: number[]; probabilities: number[] } | null; ranges: Ranges; tensors: Map<string, Tensor> | null }
export interface NumberView { address: string; value: number; shipped: number; step: number }
export interface CheckView {
  address: string; objective: string; analytic: number; numeric: number; relative_error: number; step: number; below: number; above: number;
  verdict: 'agrees' | 'kink' | 'differs'; kinks: { node: string; kind: string; source: string; at: Cell }[];
  curve: { values: number[]; objective: number[]; at: [number, number]; tangent: [[number, number], [number, number]] };
}
export interface StepsView {
  objective: string; optimizer: string; rate: number; count: number; values: number[]; next: number; predicted: number[]; actual: number[];
  address: string; terms: { symbol: string; value: number }[]; filter: { shape: Shape; before: number[]; gradient: number[]; after: number[] } | null;
}
export interface BatchView {
  network: string; objective: string; count: number; value: number; address: string; gradient: number;
  examples: { image: string; label: number; probability: number; loss: number; share: number }[];
}
/** api/lab.js. */
export interface LabResources {
  difference(network: string, image: string): Promise<{ edit: string; ranges: Ranges; prediction: Change['prediction'] }>;
  changes(network: string, image: string): Promise<Map<string, Tensor>>;
  number(network: string, image: string, address: string, signal?: AbortSignal): Promise<NumberView>;
  check(network: string, image: string, address: string, objective: string, signal?: AbortSignal): Promise<CheckView>;
  steps(network: string, image: string, learning: Learning, of: string, edits: string, signal?: AbortSignal): Promise<StepsView>;
  batch(network: string, images: string[], objective: string, of: string, signal?: AbortSignal): Promise<BatchView>;
}

/**
 * What has come of a network too large to be sent whole (graph/faces.js). sides: per node the resolution; fronts: the
 * channel in front; parts: `front conv1`, `lid conv1`, `side conv1`, `maps conv1`.
 */
export interface Faces { version: number; sides: Map<string, number>; fronts: Map<string, number>; parts: Map<string, Tensor> }

/** api/resources.js: every read of the server, deduplicated, cached, cancelled when nobody waits. */
/** One output as a giver (docs/wire.md, giving). tensors: local, sent and so_far of x0, x1, …, weight, bias. channels: null for no maps. */
export interface GivingView {
  node: string; at: Cell; objective: string;
  given: number; index: number; count: number; params: { name: string; row: number | null }[];
  sources: { name: string; cells: number[][]; channels: number[] | null }[]; tensors: Map<string, Tensor>;
}
/** api/back.js. places: one number for each place that the network sees; range: where its colours end. */
export interface BackResources {
  gives(network: string, image: string, node: string, at: Cell, objective: string, signal?: AbortSignal): Promise<GivingView>;
  saliency(network: string, image: string, objective: string, method: 'saliency' | 'product', signal?: AbortSignal): Promise<{ places: Tensor; range: number }>;
}

export interface Resources extends LabResources, BackResources {
  networks(): Promise<{ id: string; title: string; input_shape: Shape; parameters: number }[]>;
  network(id: string): Promise<NetworkView>;
  images(): Promise<ImageView[]>;
  image(id: string): Promise<ImageView>;
  upload(file: Blob, progress?: (share: number) => void): Promise<ImageView>;
  openNetwork(file: Blob, title: string, progress?: (share: number) => void, signal?: AbortSignal): Promise<NetworkView>;
  nameClasses(network: string, labels: Blob): Promise<NetworkView>;
  limit(name: string): Promise<number>;
  pictureUrl(id: string, side: number): string;
  trace(network: string, image: string): Promise<TraceView>;
  /** How much of a trace's work is done, null where nobody computes it or nobody says so. */
  progress(network: string, image: string, objective?: string): Promise<number | null>;
  /** A lesson as it is told on the stage. */
  lesson(slug: string, values: Record<string, string>): Promise<LessonView>;
  activations(network: string, image: string, nodes?: string[]): Promise<Map<string, Tensor>>;
  faces(network: string, image: string, nodes: string[], how: { side: number; maps: number; objective?: string; of?: 'gradient' | 'product' }): Promise<{ tensors: Map<string, Tensor>; channels: Record<string, number> }>;
  filtersSummary(network: string, image: string, node: string): Promise<{ node: string; params: NodeStats[] }>;
  filters(network: string, node: string, image?: string, edits?: string): Promise<Map<string, Tensor>>;
  windows(network: string, image: string, node: string, channel: number, from: number, count: number, edits?: string): Promise<{ tensors: Map<string, Tensor>; labels: string[] }>;
  explain(network: string, image: string, node: string, at: Cell, signal?: AbortSignal): Promise<ExplanationView>;
  contributors(network: string, image: string, node: string, at: Cell, signal?: AbortSignal): Promise<Contributor[]>;
  gradients(network: string, image: string, objective: string, of?: 'gradient' | 'product', nodes?: string[]): Promise<GradientsView>;
  explainGradient(network: string, image: string, objective: string, node: string, at: Cell, signal?: AbortSignal): Promise<ExplanationView>;
  explainWeight(network: string, image: string, objective: string, weight: Weight, signal?: AbortSignal): Promise<ExplanationView>;
}

/**
 * What the stage shows: everything that has arrived for state.network and state.image.
 * gradients: of scene.objective, which is behind state.objective until the new ones are here; of state.show 'product'
 * they are gradient × activation. faces, backFaces: what has come of a network too large to be sent whole, whose
 * activations and gradients are then those that single numbers are read of; else null. edit: the edits that all of it has; change: what they change, null without any;
 * difference: the activations here are what changed (lab/differing.js). backward: the arithmetic of the selected number's gradient, or of state.weight's.
 */
export interface Scene {
  network: NetworkView; trace: TraceView; image: ImageView; activations: Map<string, Tensor>; explanation: ExplanationView | null;
  gradients: Map<string, Tensor> | null; objective: { name: string; value: number; of: 'gradient' | 'product'; ranges: Ranges; strengths?: Strength[] } | null; backward: ExplanationView | null;
  edit: string; change: Change | null; difference?: boolean; giving?: GivingView | null; faces: Faces | null; backFaces: Faces | null;
}

/** What the pointer or the keyboard is at: one cell (or a whole node, at null), its number, and where on screen (client px). sign: '∂' where the number is its gradient. */
export interface Ref { node: string; at: Cell | null; value: number | null; sign?: string; x: number; y: number }

/** anim/clock.js: the one source of frames. A worker gets the time (ms) and says whether it wants another frame. */
export interface Clock { add(worker: (now: number) => boolean): () => void; wake(): void }

/** What the page gives to the stage and the timeline: what they may read, and the actions they may take. */
export interface StageContext {
  store: Store; resources: Resources; clock: Clock;
  reportHover(ref: Ref | null): void; select(node: string, at: Cell | null): void;
  setView(name: ViewName): void; seek(t: number): void; setPlaying(on: boolean): void;
}
export interface Mounted { update(state: State, scene: Scene | null): void; resize(): void; dispose(): void }

/** state/app.js: everything that a person can do, by name. Only these and the address set the state. */
export interface Actions {
  openNetwork(id: string, image?: string): void; setInput(network: string): void; openImage(id: string): void; show(view: ViewName): void;
  select(node: string, at: Cell | null): void; unselect(): void; move(rows: number, columns: number, channels?: number): void;
  setRange(range: RangeMode): void; setTheme(theme: State['theme']): void; setCamera(camera: State['camera']): void;
  seek(t: number): void; step(count: number): void; play(playing?: boolean): void; setSpeed(speed: number): void;
  setGrain(grain: Grain): void; finish(way: number): void; setLoop(loop: [number, number] | null): void;
  setColours(colours: Colours): void; setField(field: boolean): void; pin(node: string, at: Cell): void; unpin(): void; present(on: boolean): void; setReading(reading: Reading): void; setWhy(why: State['why']): void; setEdit(edit: string): void; setDifference(on: boolean): void; setBench(bench: Bench): void; setOpen(open: string, camera?: State['camera']): void;
  tell(lesson: string, to?: Partial<State>): void; setObjective(objective: string): void; setShow(show: ShowMode): void; turn(): void; chooseClass(index: number): void; selectWeight(weight: Weight | null): void;
}
/** What every other part of the page gets as well. `scene` is null until the first picture has arrived. */
export interface Context extends StageContext { actions: Actions; scene(): Scene | null }
/** A part of the page. main.js calls update once after any changes of state or scene, however many they were. */
export interface Part { update(state: State, scene: Scene | null): void }
