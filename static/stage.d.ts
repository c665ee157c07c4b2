/** Shapes only: what the modules that draw hand to each other. Lengths are css px, colours are css strings. */
import type { Spot } from './anim/windows.js';
import type { Cell, ExplanationView, NodeView, Scene, ShowMode, State, Tensor } from './types.d.ts';

export type Point = [number, number];
export interface Box { x: number; y: number; w: number; h: number }
/** 2x3 affine as a canvas takes it: x' = a·x + c·y + e, y' = b·x + d·y + f. A quad is the image of the unit square. */
export type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

/** How an activation is drawn: maps of rows x columns. A row of numbers is one map of `cells` cells, read down its columns. */
export interface Volume { channels: number; rows: number; columns: number; vector: boolean; cells: number }

/**
 * Where a volume stands: all that can be interpolated. (x, y) is the top left corner of the front map.
 * An image row runs along (ax, ay)·w, an image column along (0, 1)·h; each channel behind the front one steps by (dx, dy).
 * only: the channels that are drawn, front to back, where not all are.
 * u: 0 is a stack, 1 is the grid of maps at (gx, gy), gw x gh each, `gc` to a row, (gpx, gpy) apart.
 */
export interface Pose {
  x: number; y: number; w: number; h: number; ax: number; ay: number; dx: number; dy: number;
  u: number; gx: number; gy: number; gw: number; gh: number; gc: number; gpx: number; gpy: number;
  alpha: number; front: number; only?: number[];
}
/** One map, placed: the unit square's image, and how deep in the stack (0 is in front). */
export interface Quad { channel: number; depth: number; m: Matrix; open: number }

/** RGBA bytes; a bitmap is made of them once and kept under `key`. */
export interface Pixels { width: number; height: number; data: Uint8ClampedArray }
export interface Picture { key: string; pixels(): Pixels }

/** What a place on a quad is: u runs over columns, v over rows, both 0..1. `cell` answers with a cell of `node`, or null. */
export interface Target { node: string; m: Matrix; cell(u: number, v: number): Cell | null }

/** Names of the theme's colours; any other string is a css colour. */
export type Ink = 'ink' | 'ink2' | 'ink3' | 'rule' | 'paper' | 'sheet' | 'halo' | (string & {});
export type Mark =
  | { kind: 'image'; picture: Picture; m: Matrix; alpha: number; rows: number; smooth: boolean }
  | { kind: 'photo'; image: CanvasImageSource; box: Box; alpha: number }
  | { kind: 'path'; points: Point[]; closed: boolean; fill: Ink | null; fillAlpha: number; stroke: Ink | null; width: number; alpha: number; dash: number[] | null; head: boolean }
  | { kind: 'curve'; points: Point[]; stroke: Ink; width: number; alpha: number; dash: number[] | null; head: boolean }
  | { kind: 'hatch'; points: Point[]; alpha: number }
  | { kind: 'glow'; lights: { picture: Picture; box: Box; alpha: number }[] }
  | { kind: 'group'; alpha: number; marks: Mark[] };

/** HTML text at a place of the stage. `anchor`: which point of the text is at (x, y), as in a compass; 'o' is its middle. */
export interface Label {
  key: string; x: number; y: number; anchor: 'nw' | 'n' | 'ne' | 'w' | 'o' | 'e' | 'sw' | 's' | 'se';
  look: string; lines: { text: string; look?: string }[]; width?: number; node?: string; ink?: string;
}
/** One row of the class bars. said: what the number is made of, where that fits. */
export interface Bar { key: string; index: number; label: string; value: number; text: string; look: string; y: number; said: string; ink?: string }
/** range: null where bars grow from the left to 1, else how long (of one side) a bar is that grows from the middle. */
export interface Bars { x: number; w: number; pitch: number; rows: Bar[]; node: string | null; pending: boolean; range: number | null }

/** Everything a view wants on the stage, for one state: poses move from view to view, the rest fades. `scrolls`: it is as tall as it needs. */
export interface Frame {
  key: string; height: number; scrolls: boolean; poses: Map<string, Pose>; photo: Box | null; bars: Bars | null;
  under: Mark[]; over: Mark[]; labels: Label[]; targets: Target[]; lit: Set<string>;
  /** Of a graph that may be larger than the screen: all there is, marks by where they are, the room of volumes, groups. */
  world?: Box; tiles?: { box: Box; marks: Mark[] }[]; extents?: Map<string, Box>; groups?: Handle[];
}
/** A group of a large graph: where it stands, where its handle does, and what that says. node: whose numbers leave it. */
export interface Handle { id: string; node: string; open: boolean; box: Box; x: number; y: number; title: string; shape: string; layers: number; parameters: number; parts: string }
/** What a view is given: everything it may depend on. spot: in one window, where the clock stands. passing: what is told of that cell, where windows pass too fast to be asked for. */
export interface Stage {
  scene: Scene; state: State; width: number; height: number; margin: number; graph: Graph; look: Look; t: number; photo: CanvasImageSource | null;
  back: Back | null; spot: Spot | null; passing: ExplanationView | null;
}
export type View = (stage: Stage) => Frame;

/** The network as the layouts see it (model/graph.js). largest, smallest: the longer side of a map, in cells. */
export interface Graph {
  nodes: NodeView[]; logits: string; byName: Map<string, NodeView>; index: Map<string, number>; volumes: Map<string, Volume>;
  readers: Map<string, string[]>; columns: Column[]; blocks: Block[]; largest: number; smallest: number;
}
/** Nodes drawn at the same place of the flow, one below the other: a layer and the elementwise layers after it. */
export interface Column { nodes: NodeView[]; rank: number; block: number; vector: boolean }
export interface Block { index: number; title: string; columns: Column[] }

/** Colours of one theme and of one kind of number. Values are divided by a range before they come here, or with it. */
export interface Scale {
  name: string; css(value: number, range: number): string; ink(value: number, range: number): string;
  paint(values: ArrayLike<number>, range: number): Uint8ClampedArray; table: Uint8ClampedArray;
}
export interface Look {
  theme: 'light' | 'dark'; scale: Scale; weight: Scale; range(node: string): number;
  front(node: string): number; picture(node: string, face: 'map' | 'lid' | 'side' | 'glow', channel: number): Picture;
}

/**
 * The pass back, where gradients are shown: what they look like, and how much of a node's has come back, 0 to 1.
 * objective: what is differentiated, as in the address: `loss:3`.
 */
export interface Back { look: Look; share(node: string): number; objective: string; show: ShowMode; gradients: Map<string, Tensor> }

/**
 * What a picture of one number is given (pictures/): the arithmetic, and room on the stage. An explanation without steps
 * is of a window that passes unread. heavy: how much each step weighs where not all have room, the same while windows
 * pass. added: how many terms are added so far, where they come one by one.
 */
export interface PictureInput { stage: Stage; explanation: ExplanationView; node: NodeView; source: NodeView; box: Box; heavy: number[]; added: number | null }
/** key: a picture of another kind than the node's usual one, which is moved to. */
export interface PictureFrame {
  key?: string; poses: Map<string, Pose>; photo?: Box; under: Mark[]; over: Mark[]; labels: Label[]; targets: Target[];
  spans: { node: string; x0: number; x1: number; y: number }[];
}
