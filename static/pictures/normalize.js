/** A softmax: logits in, probabilities out, and the four steps between for one class. Other norms step by step. Pure. */

import { attention, curve, line, rect } from '../scene/marks.js';
import { across, isAcross } from './parts/across.js';
import { chain } from './parts/chain.js';
import { sizeOf } from './parts/tiles.js';
import { measures } from './parts/stack_sum.js';
import { CAPTION, WEDGE, caption, drawn, indexed, label, printer } from './parts/words.js';
import { about, chance as chanceText, thousandths, valueText } from '../lens/digits.js';
import { cellTarget } from '../scene/hit.js';
import { ofBox } from '../scene/matrix.js';

/** @import { Box, Label, Mark, PictureFrame, PictureInput, Target } from '../stage.d.ts' */

/** Classes shown; of more, the likeliest and the chosen one. */
const MOST = 12;
const STEP = { w: 190, h: 38, gap: 14 };

/** @param {PictureInput} input @returns {PictureFrame} */
export function normalize(input) {
  const row = input.node.shape.length === 1 && input.explanation.kind === 'softmax';
  if (row) return softmax(input);
  return isAcross(input) ? across(input) : chain(input);
}

/** @param {PictureInput} input @returns {PictureFrame} */
function softmax(input) {
  const { stage, explanation: e, node, source, box } = input;
  const m = measures(box);
  const logits = e.operands[0].values;
  const chances = stage.scene.activations.get(node.name)?.data ?? new Float32Array(logits.length);
  const shown = classes(chances, e.at[0]);
  const pitch = Math.min(42, (box.h - 20) / shown.length);
  const tight = box.w < 720, name = m.capped ? 60 : tight ? 74 : 92;
  const [left, right] = [
    { x: box.x + name, y: box.y, w: box.w * (m.capped ? 0.26 : tight ? 0.16 : 0.24), h: pitch * shown.length },
    { x: box.x + box.w * (m.capped ? 0.7 : tight ? 0.8 : 0.74), y: box.y, w: box.w * (m.capped ? 0.14 : tight ? 0.09 : 0.18), h: pitch * shown.length },
  ];
  const range = sizeOf(shown.map((k) => logits[k]));
  const print = printer(shown.map((k) => logits[k]));
  const rows = shown.map((k, n) => row(input, { k, y: box.y + n * pitch, pitch, left, right, name, range, logit: logits[k], chance: chances[k], print }));
  const steps = m.capped ? { marks: [], labels: [] } : stepBoxes(input, { x: (left.x + left.w + 50 + right.x) / 2 - STEP.w / 2, y: box.y, w: STEP.w, h: right.h }, box.y + (shown.indexOf(e.at[0]) + 0.5) * pitch, left.x + left.w + 58, right.x - 8);
  return {
    poses: new Map(), under: [],
    over: [
      line([[left.x + left.w / 2, box.y - 4], [left.x + left.w / 2, box.y + left.h + 4]], { width: 0.9, alpha: 0.45 }),
      ...rows.flatMap((r) => r.marks), ...steps.marks,
    ],
    labels: [
      caption('from', source, 'logits f', left.x, box.y - CAPTION),
      caption('to', node, 'probabilities p', right.x, box.y - CAPTION),
      ...rows.flatMap((r) => r.labels), ...steps.labels,
    ],
    targets: rows.flatMap((r) => r.targets),
    spans: [{ node: source.name, x0: box.x, x1: left.x + left.w + 56, y: box.y - WEDGE }, { node: node.name, x0: right.x - 4, x1: box.x + box.w, y: box.y - WEDGE }],
  };
}

/** @param {Float32Array} chances @param {number} chosen @returns {number[]} */
function classes(chances, chosen) {
  const all = Array.from(chances, (_, k) => k);
  if (all.length <= MOST) return all;
  const best = [...all].sort((a, b) => chances[b] - chances[a]).slice(0, MOST);
  return best.includes(chosen) ? best : [...best.slice(0, -1), chosen];
}

/**
 * One class: its name, its logit, its probability.
 * @param {PictureInput} input
 * @param {{ k: number, y: number, pitch: number, left: Box, right: Box, name: number, range: number, logit: number, chance: number, print: ReturnType<typeof printer> }} r
 * @returns {{ marks: Mark[], labels: Label[], targets: Target[] }}
 */
function row({ stage, explanation: e, node, source, box }, { k, y, pitch, left, right, name, range, logit, chance, print }) {
  const { scale } = stage.look;
  const chosen = k === e.at[0];
  const middle = left.x + left.w / 2;
  const long = ((logit / range) * left.w) / 2;
  const thick = Math.min(18, pitch - 6);
  const top = y + (pitch - thick) / 2;
  const bar = { x: Math.min(middle, middle + long), y: top, w: Math.abs(long), h: thick };
  const chanceBar = { x: right.x, y: top, w: Math.max(1, right.w * chance), h: thick };
  const look = chosen ? 'row chosen' : 'row';
  return {
    marks: [
      rect(bar, { fill: scale.css(Math.sign(logit) * 0.62, 1), stroke: 'ink', width: 0.8, alpha: 0.85 }),
      rect(chanceBar, { fill: chosen ? 'ink' : 'ink3' }),
      ...(chosen ? attention([[box.x - 6, y], [left.x + left.w + 58, y], [left.x + left.w + 58, y + pitch], [box.x - 6, y + pitch]], 1.4) : []),
      ...(chosen ? attention([[right.x - 8, y], [right.x + right.w + 62, y], [right.x + right.w + 62, y + pitch], [right.x - 8, y + pitch]], 1.4) : []),
    ],
    labels: [
      label(`name ${k}`, left.x - 12, y + pitch / 2, 'e', look, stage.scene.network.labels[k] ?? String(k)),
      label(`logit ${k}`, left.x + left.w + 52, y + pitch / 2, 'e', chosen ? 'number' : 'number quiet', print.signed(logit)),
      label(`chance ${k}`, right.x + right.w + 56, y + pitch / 2, 'e', chosen ? 'number' : 'number quiet', chosen ? chanceText(e.value) : thousandths(chance)),
    ],
    targets: [
      cellTarget(source.name, [k], ofBox({ x: left.x - name, y, w: left.w + name + 56, h: pitch })),
      cellTarget(node.name, [k], ofBox({ x: right.x - 6, y, w: right.w + 66, h: pitch })),
    ],
  };
}

/** The steps from the chosen logit to its probability. @param {PictureInput} input @param {Box} room @param {number} y of the chosen class @param {number} from @param {number} to @returns {{ marks: Mark[], labels: Label[] }} */
function stepBoxes({ explanation: e, node, added }, room, y, from, to) {
  const all = drawn(e.steps), steps = all.slice(0, added ?? undefined), whole = steps.length === all.length;
  const print = printer(steps.map((s) => s.value));
  const tall = all.length * (STEP.h + STEP.gap) - STEP.gap;
  const top = room.y + Math.max(0, (room.h - tall) / 2);
  const at = (/** @type {number} */ k) => ({ x: room.x, y: top + k * (STEP.h + STEP.gap), w: room.w, h: STEP.h });
  const first = at(0);
  const last = at(steps.length - 1);
  return {
    marks: [
      ...steps.map((_, k) => rect(at(k), { fill: 'sheet', stroke: 'ink', width: whole && k === steps.length - 1 ? 1.6 : 0.8, alpha: 0.85 })),
      ...steps.slice(1).map((_, k) => line([[room.x + room.w / 2, at(k).y + STEP.h], [room.x + room.w / 2, at(k + 1).y - 1]], { width: 1.1, alpha: 0.6, head: true })),
      curve([[from, y], [from + 40, y], [first.x - 40, first.y + STEP.h / 2], [first.x - 4, first.y + STEP.h / 2]], { width: 1.4, alpha: 0.85, head: true }),
      ...(!whole ? [] : [curve([[last.x + last.w + 4, last.y + STEP.h / 2], [last.x + last.w + 40, last.y + STEP.h / 2], [to - 34, y], [to - 4, y]], { width: 1.4, alpha: 0.85, head: true })]),
    ],
    labels: [
      ...steps.flatMap((step, k) => [
        label(`step ${k}`, at(k).x + 12, at(k).y + STEP.h / 2, 'w', 'row', step.label),
        label(`step value ${k}`, at(k).x + room.w - 12, at(k).y + STEP.h / 2, 'e', 'number', step.value !== 0 && print.faint(step.value) ? about(step.value) : print.plain(step.value)),
      ]),
      label('result', room.x + room.w / 2, last.y + STEP.h + 14, 'n', 'result', { text: whole ? valueText(e) : '…', look: 'value' }, { text: indexed(node.name, e.at), look: 'place' }),
    ],
  };
}
