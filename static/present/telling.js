/** A lesson told on the stage, in beats: the words of each stand under the picture, and the stage goes where the beat is. */

import { classOf } from '../state/objective.js';
import { fromQuery } from '../state/url.js';
import { changes, fill, h } from '../ui/h.js';
import { createRun } from './run.js';

/** @import { Context, LessonView, Part, Scene, State } from '../types.d.ts' */

/** @type {Record<string, number>} */
const KEYS = { PageDown: 1, PageUp: -1 };
/** A layer takes so much of its time in play: a beat is soon told. */
const CALM = 0.8;
const still = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)');

/**
 * Where a beat is: what its address says of the pass and of what is looked at; the rest of the state stays.
 * @param {string} stage
 * @returns {Partial<State>}
 */
export function placeOf(stage) {
  const { network, image, view, node, at, t, objective, show, weight, grain, camera } = fromQuery(stage.slice(stage.indexOf('?')));
  return { network, image, view, node, at, t, objective, show, weight, grain, camera, playing: false, field: false };
}

/**
 * The time at which a beat begins: where the pass stands, if it can run on from there, else where the beat is.
 * @param {number} now @param {number} goal
 */
export const beginning = (now, goal) => (now < goal ? now : goal);

/**
 * What the lesson is told of: the picture on the stage, and the label of the loss there, else the picture's, else what the network says.
 * @param {State} state @param {Scene} scene
 * @returns {Record<string, string>}
 */
export function toldOf({ objective, image }, { network, trace, image: view }) {
  const label = network.labels.find((_, k) => objective === classOf(k)) ?? view.label ?? trace.prediction?.top[0].label;
  return label && network.labels.includes(label) ? { image, label } : { image };
}

/** Where the told beat stands in its lesson: the page of the lesson counts the same. @param {LessonView} lesson @param {number} k */
export const countedSaid = ({ title, count, beats }, k) => `${title}, ${beats[k].number} of ${count}`;

/** What stands on the lesson's page between this beat and the next that is told. @param {LessonView} lesson @param {number} k */
function asks({ beats, count }, k) {
  const missed = (beats[k + 1]?.number ?? count + 1) - beats[k].number - 1;
  return missed > 0 ? '; what comes next there asks you to do something' : '';
}

/**
 * @param {HTMLElement} footer @param {Context} context
 * @returns {Part & { turn(by: number): boolean }}
 */
export function mountTelling(footer, { actions, clock, resources, seek, store }) {
  const bar = h('aside', { class: 'telling', 'aria-label': 'The lesson, part by part', hidden: true });
  footer.before(bar);
  const run = createRun({ clock, store, seek }, CALM), moved = changes();
  /** @type {LessonView | null} */
  let lesson = null;
  let asked = '';

  const here = () => lesson?.beats.findIndex(({ name }) => store.get().lesson === `${lesson?.slug}/${name}`) ?? -1;

  /** @param {number} by */
  function turn(by) {
    if (bar.hidden) return false;
    const beat = lesson?.beats[here() + by];
    if (!beat || !lesson) return true;
    const to = placeOf(beat.stage), goal = to.t ?? Infinity, from = still?.matches ? goal : beginning(store.get().t, goal);
    run.stop();
    actions.tell(`${lesson.slug}/${beat.name}`, { ...to, t: from });
    if (from < goal) run.to(goal);
    return true;
  }

  function show() {
    const k = here(), beat = lesson?.beats[k];
    if (!lesson || !beat) return fill(bar);
    const last = lesson.beats.length - 1;
    return fill(bar,
      h('div', { class: 'words', role: 'status' }, h('h2', null, beat.title), h('p', null, beat.text, ' ', h('b', null, beat.say))),
      h('div', { class: 'ways', role: 'group', 'aria-label': 'Parts of the lesson' },
        h('a', { href: `/lessons/${lesson.slug}#${beat.name}`, title: `This part on the page of the lesson${asks(lesson, k)}` }, countedSaid(lesson, k)),
        h('button', { title: 'The part before (PageUp)', disabled: k === 0, on: { click: () => turn(-1) } }, '← back'),
        h('button', { title: 'The next part (PageDown)', disabled: k === last, on: { click: () => turn(1) } }, 'on →'),
        h('button', { class: 'close', title: 'Stop telling', 'aria-label': 'Stop telling', on: { click: () => actions.tell('') } }, '×')));
  }

  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || !KEYS[event.key] || document.querySelector('dialog[open]') || !turn(KEYS[event.key])) return;
    event.preventDefault();
  });

  /** @param {State} state @param {Scene} scene */
  function ask(state, scene) {
    const [slug] = state.lesson.split('/'), values = toldOf(state, scene), key = JSON.stringify([slug, values]);
    if (key === asked) return show();
    asked = key;
    return resources.lesson(slug, values).then((view) => {
      if (key !== asked) return;
      lesson = view;
      if (here() < 0) actions.tell('');
      show();
    }, () => actions.tell('')); // a lesson that is not there is not told
  }

  return {
    turn,
    update(state, scene) {
      bar.hidden = !state.lesson;
      if (!state.lesson || !scene || !moved(state.lesson, state.objective, scene)) return;
      ask(state, scene);
    },
  };
}
