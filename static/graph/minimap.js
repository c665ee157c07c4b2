/** The whole of a large network, small, with the part that is on the screen; a click or a drag on it goes there. */

import { PALETTE } from '../color/palette.js';
import { createPainter } from '../paint/canvas.js';
import { line, rect } from '../scene/marks.js';
import { changes, h } from '../ui/h.js';
import { mountAnswer } from './answer.js';
import { cameraOn, cameraTo, fitted, held, isWide, screenIn } from './world.js';

/** @import { State } from '../types.d.ts' */
/** @import { Box, Frame, Mark, Stage } from '../stage.d.ts' */
/** @typedef {{ width: number, height: number }} Size */

/** px: the map is as wide as this, or as tall as this where it would be taller; at least so tall. */
const MAP = { w: 300, h: 96, least: 30, pad: 5 };
/** A volume is at least so large on the map, px. */
const SEEN = 1.6;

/** @typedef {{ w: number, h: number, scale: number, x: number, y: number, marks: Mark[] }} Chart a point of the layout is at (x, y) + scale · point */

/** What the map shows. @param {Stage} stage @param {Frame} frame @returns {Chart} */
export function minimapOf({ graph }, { extents = new Map(), groups = [], world, lit }) {
  const all = cropped(/** @type {Box} */ (world), [...extents.values()]);
  const scale = Math.min((MAP.w - 2 * MAP.pad) / all.w, (MAP.h - 2 * MAP.pad) / all.h);
  const [w, h] = [MAP.w, Math.max(MAP.least, all.h * scale + 2 * MAP.pad)];
  const [x, y] = [(w - all.w * scale) / 2 - all.x * scale, (h - all.h * scale) / 2 - all.y * scale];
  const small = (/** @type {Box} */ b) => ({ x: x + b.x * scale, y: y + b.y * scale, w: Math.max(SEEN, b.w * scale), h: Math.max(SEEN, b.h * scale) });
  const folded = new Set(groups.filter((group) => !group.open).map((group) => group.node));
  const frames = groups.filter((group) => group.open).map((group) => rect(small(group.box), { fill: 'ink', fillAlpha: 0.06 }));
  const volumes = [...extents].map(([name, box]) => rect(small(box), { fill: 'ink', fillAlpha: lit.has(name) ? 1 : folded.has(name) || (graph.byName.get(name)?.params.length ?? 0) > 0 ? 0.62 : 0.36 }));
  const flow = line([[x, y + (all.y + all.h / 2) * scale], [x + all.w * scale, y + (all.y + all.h / 2) * scale]], { alpha: 0.12 });
  return { w, h, scale, x, y, marks: [flow, ...frames, ...volumes] };
}

/** The part of the map that is on the screen. @param {Chart} map @param {State['camera']} camera @param {Size} size of the stage @returns {Box} */
export function seenOn({ x, y, scale, w, h }, camera, size) {
  const screen = screenIn(camera, size);
  return inside({ x: x + screen.x * scale, y: y + screen.y * scale, w: screen.w * scale, h: screen.h * scale }, w, h);
}

/** What the map is of: as wide as the world, as tall as what stands in it. @param {Box} world @param {Box[]} boxes @returns {Box} */
function cropped(world, boxes) {
  const [top, bottom] = [Math.min(...boxes.map((b) => b.y)), Math.max(...boxes.map((b) => b.y + b.h))];
  return { ...world, y: top - 20, h: bottom - top + 40 };
}

/** @param {Box} box @param {number} width @param {number} height of the map @returns {Box} */
function inside({ x, y, w, h }, width, height) {
  const [x0, y0] = [Math.max(1, x), Math.max(1, y)];
  return { x: x0, y: y0, w: Math.max(4, Math.min(width - 1, x + w) - x0), h: Math.max(4, Math.min(height - 1, y + h) - y0) };
}

/**
 * @param {HTMLElement} root @param {{ go: (camera: State['camera'], far: boolean) => void, fold: () => void, find: () => void }} actions
 */
export function mountMinimap(root, { go, fold, find }) {
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const view = h('div', { class: 'view' });
  const fit = h('button', { type: 'button', title: 'All of it on the screen' }, 'all of it');
  const seek = h('button', { type: 'button', title: 'Find a layer by its name (/)' }, 'find /');
  const close = h('button', { type: 'button', title: 'Fold every group again' }, 'fold all');
  const panel = h('div', { class: 'minimap', role: 'group', 'aria-label': 'Map of the network' }, h('div', { class: 'map' }, canvas, view), h('div', { class: 'tools' }, seek, fit, close));
  panel.hidden = true;
  root.append(panel);
  const answer = mountAnswer(panel, (box) => shown?.frame.world && go(cameraTo(box, shown.stage.state.camera, shown.frame.world, shown.size), true));
  const painter = createPainter(canvas);
  const [drawn, sized] = [changes(), changes()];
  /** @type {{ stage: Stage, frame: Frame, size: Size, map: Chart } | null} */
  let shown = null;

  fit.addEventListener('click', () => shown && go(fitted(shown.frame.world, shown.size), true));
  close.addEventListener('click', fold);
  seek.addEventListener('click', find);
  const point = (/** @type {PointerEvent} */ event) => {
    if (!shown || event.buttons !== 1) return;
    const box = canvas.getBoundingClientRect();
    const { map: { x, y, scale }, stage: { state: { camera } }, frame: { world }, size } = shown;
    const at = [(event.clientX - box.left - x) / scale, (event.clientY - box.top - y) / scale];
    go(held(cameraOn(at[0], at[1], Math.max(camera.zoom, 0.8), size), world, size), false);
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    point(event);
  });
  canvas.addEventListener('pointermove', point);
  for (const kind of ['click', 'dblclick', 'wheel']) panel.addEventListener(kind, (event) => event.stopPropagation());

  return {
    /** @param {Stage} stage @param {Frame} frame @param {Size} size */
    show(stage, frame, size) {
      panel.hidden = !frame.world || !(isWide(frame.world, size) || stage.state.open !== '');
      if (panel.hidden) return;
      close.hidden = !frame.groups?.length;
      const theme = stage.look.theme;
      const again = drawn(frame, theme);
      const map = again || !shown ? minimapOf(stage, frame) : shown.map;
      shown = { stage, frame, size: { ...size }, map };
      answer.show(frame, stage.state.camera, size);
      const box = seenOn(map, stage.state.camera, size);
      Object.assign(view.style, { transform: `translate(${box.x.toFixed(1)}px, ${box.y.toFixed(1)}px)`, width: `${box.w.toFixed(1)}px`, height: `${box.h.toFixed(1)}px` });
      if (!again) return;
      if (sized(map.w, map.h)) {
        Object.assign(canvas.style, { width: `${map.w}px`, height: `${map.h}px` });
        painter.resize(map.w, map.h, window.devicePixelRatio || 1);
      }
      painter.draw(map.marks, PALETTE[theme], [1, 0, 0, 1, 0, 0]);
    },
  };
}
