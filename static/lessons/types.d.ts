/** Shapes only: figures as server/lessons/items.py makes them. */

export type Role = 'value' | 'gradient' | 'weight' | 'plain';
export type Look = 'window' | 'pick' | 'winner' | 'padding' | 'dim' | 'blank' | 'never';
export interface CellMark { look: Look; cells: [number, number][] }
export interface Grid {
  kind: 'grid'; name: string; title: string; note: string; role: Role; values: number[][]; span: number; rows: string[]; columns: string[];
  marks: CellMark[]; edit: string; slot: number[]; also: Record<string, any>; pick: string; first: number; decimals: number; small: boolean;
}
export interface Sum { kind: 'sum'; title: string; terms: [string, number][]; label: string; value: number; role: Role }
export interface Bars { kind: 'bars'; title: string; rows: [string, number][]; role: Role; span: number; pick: number }
export interface Curve { kind: 'curve'; title: string; x: string; y: string; points: [number, number][]; at: [number, number] | null; line: [number, number][]; dots: [number, number][] }
export interface ChainNode { name: string; does: string; formula: string; value: number | null; gradient: number | null; local: number | null; theta: string; pick: boolean }
export interface Chain { kind: 'chain'; title: string; nodes: ChainNode[] }
export interface Net { kind: 'net'; title: string; layers: { name: string; value: number }[][]; edges: { from: [number, number]; to: [number, number]; value: number; pick: boolean }[] }
export interface VolumeItem {
  kind: 'volume'; title: string; note: string; role: Role; shape: [number, number, number]; values: number[]; span: number; open: number;
  block: [number, number][]; front: number; opens: boolean;
}
export interface Boxes { kind: 'boxes'; title: string; boxes: [string, number[]][] }
export interface Code { kind: 'code'; title: string; source: string; output: string; failed: boolean }
/** A number that sets a control. part: what of the line it is. letter: its symbol, as words. */
export interface Dial { control: string; value: number; least: number; most: number; label: string; part: string; letter: string }
export interface Line { kind: 'line'; title: string; parts: ([string, string] | Dial)[]; pick: string }
export interface Size { kind: 'size'; before: string; top: (string | Dial)[]; bottom: (string | Dial)[]; after: string; result: string }
export interface MathItem { kind: 'math'; html: string; note: string }
export interface NumberItem { kind: 'number'; label: string; value: number; note: string; role: Role; decimals: number }
export interface Words { kind: 'words'; html: string }
export interface Op { kind: 'op'; text: string }
export interface Table { kind: 'table'; title: string; head: string[]; rows: string[][]; pick: number }
export interface Photo { kind: 'photo'; title: string; id: string; side: number }
export interface Links { kind: 'links'; entries: [string, string][] }
export type Item = Grid | Sum | Bars | Curve | Chain | Net | VolumeItem | Boxes | Code | Line | MathItem | NumberItem | Words | Op | Table | Links | Photo | Size;
/** rows: null for a figure that the page does not carry in itself. */
export interface Board { rows: Item[][] | null; say: string; bounds: Record<string, [number, number]>; values: Record<string, any>; stage: string }

/** What an item may do: set values of controls, and say which cell was picked for a question about the grid `asked`. */
export interface Hands { set(patch: Record<string, any>): void; asked?: string; picked?: (grid: string, cell: [number, number]) => boolean }

export interface Control {
  name: string; label: string; kind: 'number' | 'choice' | 'cells' | 'spot' | 'image'; default: any;
  least?: number; most?: number; step?: number; plays?: boolean; least_means?: string; first?: number; options?: [string, string][];
}
/** Moves one control at a time, step by step. */
export interface Player { toggle(name: string, step: () => boolean): boolean; stop(): void; playing(): string; pace(): number; faster(): void }
