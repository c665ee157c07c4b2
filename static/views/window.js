/** One number and the window that it was made from: the network as a ribbon, the layer enlarged, the lens beside it. Pure. */

import { gives } from '../backward/giving.js';
import { column, gathersRow } from '../backward/column.js';
import { landing, lands } from '../backward/landing.js';
import { sentOf } from '../backward/sending.js';
import { givesRow, inRows, strips } from '../backward/strips.js';
import { PICTURES } from '../pictures/index.js';
import { gather, through } from '../pictures/parts/gather.js';
import { veil } from '../pictures/parts/plate.js';
import { scatter, scatters } from '../pictures/parts/scatter.js';
import { drawn } from '../pictures/parts/words.js';
import { addedIn } from '../state/moment.js';
import { combine } from '../pictures/combine.js';
import { wedge } from '../scene/ribbon.js';
import { formOf } from './form.js';
import { strip } from './strip.js';

/** @import { ExplanationView, NodeView } from '../types.d.ts' */
/** @import { Frame, Label, Mark, PictureFrame, Pose, Stage } from '../stage.d.ts' */

/** Ribbon: px tall, how its blocks are seen, px between them; px from the ribbon to the picture's captions. */
const RIBBON = {
  wide: { h: 82, gap: 12, wedge: 82, look: { ax: 0.42, ay: 0.2, rise: 0.21, depth: 0.2 } },
  middle: { h: 70, gap: 9, wedge: 78, look: { ax: 0.42, ay: 0.2, rise: 0.21, depth: 0.16 } },
  narrow: { h: 62, gap: 7, wedge: 70, look: { ax: 0.42, ay: 0.2, rise: 0.21, depth: 0.16 } },
  phone: { h: 40, gap: 4, wedge: 66, look: { ax: 0.34, ay: 0.2, rise: 0.21, depth: 0.1 } },
};
const PHONE_HEIGHT = 404;
/** px across of a letter of a caption, on average, and from a caption to the stage's edge. */
const LETTER = 8;
const EDGE = 8;

/** @param {Stage} stage @returns {Frame} */
export function windowView(stage) {
  const form = formOf(stage.width, stage.margin);
  const { graph, state, width } = stage;
  const e = explained(stage);
  const node = e && graph.byName.get(e.node);
  const height = form.name === 'phone' ? PHONE_HEIGHT : stage.height;
  const r = RIBBON[form.name];
  const other = e?.of === 'gradient' && state.reading === 'scatter' ? stage.scene.explanation : null;
  const read = new Set([...((other?.operands.length ? other : e)?.operands.map((o) => o.source.replace(/^∂/, '')) ?? []), node?.name ?? '']);
  const { small, marks, targets } = strip(stage, { x: form.margin, y: form.head.window, w: width - 2 * form.margin, h: r.h }, r.look, r.gap, read);
  const top = form.head.window + r.h + r.wedge;
  const box = { x: form.margin, y: top, w: width - 2 * form.margin, h: height - top - (form.name === 'phone' ? 10 : 18) };
  const picture = e && node ? given(stage, e, box) ?? (e.of === 'gradient' ? wayBack : pictureOf)(stage, e, node, box) : EMPTY;
  return {
    key: `window ${form.name} ${e?.of ?? ''} ${e?.of === 'gradient' ? state.reading : ''} ${node?.name ?? ''} ${picture.key ?? ''}`, height, scrolls: form.name === 'phone',
    poses: picture.poses, photo: picture.photo ?? null, bars: null, lit: new Set(),
    under: [
      ...marks,
      ...picture.spans.flatMap((span) => wedge(graph, small, span, form.head.window + r.h + 6)),
      ...picture.under,
    ],
    over: [...writing(stage, picture.poses), ...picture.over],
    labels: [...picture.labels.filter((label) => !stage.passing || !(stage.passing.steps.length ? PARTS : READ).test(label.look)).map((label) => inside(label, width)), ...(state.node && !e ? [waiting(box)] : [])],
    targets: [...targets, ...picture.targets],
  };
}

/** How many terms are added at the stage's time; null where all are. @param {Stage} stage @param {ExplanationView} e */
const addedOf = ({ state, spot }, e) => addedIn(state, spot, e);

/** What the clock has not come to is not written yet; what gives is there, and what it gives to grows in its own picture. @param {Stage} stage @param {Map<string, Pose>} poses @returns {Mark[]} */
function writing({ spot, graph, state }, poses) {
  if (spot?.pass === 'backward' && state.reading === 'scatter') return [];
  const [pose, volume] = [poses.get(spot?.node.name ?? ''), graph.volumes.get(spot?.node.name ?? '')];
  return spot && pose && volume ? veil(spot.node, volume, pose, spot.cell) : [];
}

/** Labels with numbers: a window that passes unread has none, one that passes only its result. */
const READ = /^(result|number|cell)/, PARTS = /^number/;

/** @type {PictureFrame} */
const EMPTY = { poses: new Map(), under: [], over: [], labels: [], targets: [], spans: [] };

/** The arithmetic that is shown: of the number, or on the way back of its gradient. @param {Stage} stage */
const explained = ({ scene, back, passing }) => passing ?? (back && scene.backward?.of === 'gradient' ? scene.backward : scene.explanation);

/** @param {Stage} stage @param {ExplanationView} e @param {NodeView} node @param {import('../stage.d.ts').Box} box @returns {PictureFrame} */
function wayBack(stage, e, node, box) {
  const source = stage.graph.byName.get(through(e) ?? '') ?? node, look = stage.back?.look ?? stage.look;
  if (gathersRow(e, source)) return column({ stage: { ...stage, look }, explanation: e, node, from: source, box, added: addedOf(stage, e) });
  return gather({ stage: { ...stage, look }, explanation: e, node, source, box, heavy: [], added: addedOf(stage, e) });
}

/** In the other reading, what the number gives to all that it read; null where it is not asked for. @param {Stage} stage @param {ExplanationView} back @param {import('../stage.d.ts').Box} box */
function given(stage, back, box) {
  const e = stage.scene.explanation, node = stage.graph.byName.get(back.node), source = stage.graph.byName.get(e?.operands[0]?.source ?? '');
  if (stage.state.reading !== 'scatter' || back.of !== 'gradient' || !e || !node || !source || e.address !== back.address.replace(/^∂/, '')) return null;
  const shown = { ...stage, look: stage.back?.look ?? stage.look }, { giving } = stage.scene, told = giving?.node === e.node && giving.at.join() === e.at.join() && giving.objective === stage.back?.objective ? giving : null;
  const sent = told && sentOf(stage.state, stage.scene, told);
  if (told && givesRow(e) && inRows(told)) return strips({ stage: shown, giving: told, node, source, at: e.at, box, sent });
  const input = { stage: shown, explanation: e, node, source, box, heavy: [], added: sent };
  if (told && e.kind !== 'conv2d' && lands({ stage: shown, giving: told, node, box })) return landing({ stage: shown, giving: told, node, box, sent });
  return (told && gives(input, told)) ?? (scatters(e) ? scatter(input, back.value) : null);
}

/** @param {Stage} stage @param {ExplanationView} e @param {NodeView} node @param {import('../stage.d.ts').Box} box @returns {PictureFrame} */
function pictureOf(stage, e, node, box) {
  const read = e.operands.map((o) => stage.graph.byName.get(o.source)).find((n) => n !== undefined);
  const source = read ?? stage.graph.byName.get(node.inputs[0] ?? '') ?? node;
  const steps = (stage.passing && stage.scene.explanation ? stage.scene.explanation : e).steps;
  return (PICTURES[e.picture] ?? combine)({ stage, explanation: e, node, source, box, heavy: drawn(steps).map((step) => step.value), added: addedOf(stage, e) });
}

/** A caption that would run over the edge ends at it. @param {Label} label @param {number} width @returns {Label} */
function inside(label, width) {
  const across = label.lines.reduce((sum, { text }) => sum + text.length * LETTER, 0);
  return label.anchor === 'sw' && label.x + across > width - EDGE ? { ...label, x: width - EDGE, anchor: 'se' } : label;
}

/** @param {import('../stage.d.ts').Box} box @returns {Label} */
const waiting = (box) => ({ key: 'waiting', x: box.x + box.w / 2, y: box.y + box.h / 3, anchor: 'o', look: 'note', lines: [{ text: 'The numbers of this window are on their way.' }] });
