/** A volume as a stack of slices that unravels into its maps, drawn by the stage's own painter. */
import { cubicInOut, lerp } from '../../anim/ease.js';
import { PALETTE } from '../../color/palette.js';
import { createPainter } from '../../paint/canvas.js';
import { attention, image, line, quad, shape } from '../../scene/marks.js';
import { blockOn, corners } from '../../scene/matrix.js';
import { mapQuad, slicesOf } from '../../scene/slices.js';
import { h } from '../../ui/h.js';
import { clock } from '../clock.js';
import { onPaper, theme } from '../theme.js';
import { heading, plain, scaleOf } from './say.js';
import { volumeSvg } from './volume_svg.js';

/** @typedef {import('../types.d.ts').VolumeItem} VolumeItem */
/** @typedef {import('../../stage.d.ts').Pose} Pose */
/** @typedef {import('../../stage.d.ts').Mark} Mark */

const MOVE = 700; // ms
const GAP = 6;
const still = matchMedia('(prefers-reduced-motion: reduce)');
/** How far each volume was open when it was last drawn. @type {Map<string, number>} */
const opened = new Map();

/** @param {VolumeItem} item */
export function volume(item) {
  const { width, height, pose } = layout(item);
  const label = `${plain(item.title)}: ${item.shape.join(' by ')} numbers, ${item.open > 0.5 ? 'its maps side by side' : 'a stack of slices'}`;
  if (onPaper()) return [...heading(item.title, item.note), volumeSvg(marks(item, pose), { width, height, label, palette: PALETTE.light })];
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  canvas.style.setProperty('width', `${width}px`);
  canvas.style.setProperty('aspect-ratio', `${width} / ${height}`);
  const painter = createPainter(canvas);
  const from = opened.get(item.title) ?? item.open;
  opened.set(item.title, item.open);
  let start = 0;
  const stop = clock.add((now) => {
    start ||= now;
    const f = still.matches || from === item.open ? 1 : Math.min(1, (now - start) / MOVE);
    const shown = canvas.clientWidth / width || 1;
    painter.resize(width * shown, height * shown, devicePixelRatio);
    painter.draw(marks(item, { ...pose, u: lerp(from, item.open, cubicInOut(f)) }), PALETTE[theme()], [shown, 0, 0, shown, 0, 0]);
    if (f >= 1) stop();
    return f < 1;
  });
  return [...heading(item.title, item.note), canvas];
}

/** Where the slices stand, closed and open, in one box. @param {VolumeItem} item */
function layout({ shape: [channels, rows, columns], front, open, opens }) {
  const side = Math.min(rows, columns) >= 24 ? 150 : Math.min(rows, columns) >= 12 ? 110 : Math.min(rows, columns) >= 6 ? 96 : 64;
  const w = (side * columns) / Math.max(rows, columns), tall = (side * rows) / Math.max(rows, columns);
  const [ax, ay] = [0.62, 0.2];
  const dx = channels > 24 ? 4 : channels > 6 ? 13 : 34, dy = -dx * 0.18;
  const across = Math.min(channels, 5), gw = Math.min(110, w), gh = (gw * tall) / w;
  const down = Math.ceil(channels / across);
  const stack = { w: w * ax + dx * (channels - 1), h: tall + w * ay - dy * (channels - 1) };
  const grid = { w: across * (gw + GAP) - GAP, h: down * (gh + GAP) - GAP };
  const [width, height] = [Math.max(stack.w, opens ? grid.w : 0) + 8, Math.max(stack.h, opens ? grid.h : 0) + 8];
  /** @type {Pose} */
  const pose = {
    x: 4 + (width - 8 - stack.w) / 2, y: 4 + (height - 8 - stack.h) / 2 - dy * (channels - 1), w, h: tall, ax, ay, dx, dy, u: open,
    gx: 4 + (width - 8 - grid.w) / 2, gy: 4 + (height - 8 - grid.h) / 2, gw, gh, gc: across, gpx: gw + GAP, gpy: gh + GAP, alpha: 1, front,
  };
  return { width, height, pose };
}

/** @param {VolumeItem} item @param {Pose} pose @returns {Mark[]} */
function marks({ shape: [channels, rows, columns], values, span, role, title, block }, pose) {
  const scale = scaleOf(role);
  const size = rows * columns;
  const box = { channels, rows, columns, vector: false, cells: size };
  const made = slicesOf(box, pose).flatMap(({ channel, m }) => [
    quad(m, { fill: 'sheet' }),
    image({ key: `${title} ${channel} ${theme()}`, pixels: () => ({ width: columns, height: rows, data: scale.paint(values.slice(channel * size, (channel + 1) * size), span) }) }, m),
    shape(corners(m), { stroke: 'ink', width: 0.9, alpha: 0.55 }),
  ]);
  return block.length ? [...made, ...prism(box, pose, block)] : made;
}

/** The part that stands out, through all of its channels. @param {{ channels: number, rows: number, columns: number, vector: boolean, cells: number }} box @param {Pose} pose @param {[number, number][]} block */
function prism(box, pose, [[c0, c1], [r0, r1], [k0, k1]]) {
  const outline = (/** @type {number} */ channel) => blockOn(mapQuad(box, pose, channel).m, box.rows, box.columns, [r0, r1, k0, k1]);
  const each = Array.from({ length: c1 - c0 }, (_, k) => outline(c0 + k));
  const edges = pose.u < 0.5 && each.length > 1 ? each[0].map((p, k) => line([p, each[each.length - 1][k]], { width: 1.3, alpha: 0.85 })) : [];
  return [...edges, ...each.flatMap((points) => attention(points, 1.8))];
}
