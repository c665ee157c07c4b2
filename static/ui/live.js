/** What a change says, for those who listen: one sentence, said when things have come to rest. */
import { changes } from './h.js';
import { chance } from '../lens/digits.js';
import { gradientSentence, sentence } from '../lens/speak.js';
import { isWindowed } from '../state/moment.js';
import { isBackward, lensOf, said } from '../state/objective.js';
import { stepText } from './steps.js';

/** @typedef {import('../types.d.ts').Part} Part */
/** @typedef {import('../types.d.ts').State} State */
/** @typedef {import('../types.d.ts').Scene} Scene */

const REST = 250; // ms
const VIEWS = { overview: 'The network, each layer a volume.', maps: 'Unravelled: each layer laid out as its feature maps.', window: 'One window.' };
const RANGES = { node: 'each node its own', group: 'one for a layer and the operations after it', network: 'one for the whole network' };

/**
 * @param {HTMLElement} root
 * @returns {Part}
 */
export function mountLive(root) {
  const viewed = changes(), ranged = changes(), numbered = changes(), pictured = changes(), turned = changes(), stepped = changes();
  let timer = 0, started = false;
  /** @type {Map<string, string>} */
  const due = new Map();

  /** @param {string} topic @param {string} text */
  function say(topic, text) {
    due.set(topic, text);
    clearTimeout(timer);
    timer = setTimeout(() => {
      root.textContent = [...due.values()].join(' ');
      due.clear();
    }, REST);
  }

  return {
    update(state, scene) {
      if (!scene) return;
      if (pictured(scene.trace)) say('picture', picture(scene));
      if (viewed(state.view) && started) say('view', VIEWS[state.view]);
      if (ranged(state.range) && started) say('range', `Colour range: ${RANGES[state.range]}.`);
      if (turned(scene.objective?.name, isBackward(state)) && started) say('pass', passText(state, scene));
      if (stepped(state.t, state.playing, state.t < Infinity && scene.objective?.name) && started && !state.playing && !isWindowed(state)) say('step', stepText(state, scene));
      const shown = lensOf(state, scene);
      if (numbered(shown) && shown) say('number', shown.of === 'activation' ? sentence(shown) : gradientSentence(shown, objective(scene)));
      started = true;
    },
  };
}

/** @param {Scene} scene */
const objective = (scene) => said(scene.objective?.name ?? '', scene.network.labels);

/** @param {State} state @param {Scene} scene */
function passText(state, scene) {
  if (!isBackward(state) || !scene.objective) return 'Forward: the numbers themselves.';
  const what = scene.objective.of === 'product' ? 'Each number times its gradient' : 'Backward: gradients';
  return `${what}, of the ${objective(scene)}, which is ${chance(scene.objective.value).replace('−', 'minus ')}.`;
}

/** @param {Scene} scene */
function picture({ image, network, trace }) {
  const top = trace.prediction?.top[0];
  return `${image.title}, in ${network.title}.${top ? ` It says ${top.label}, probability ${chance(top.probability)}.` : ''}`;
}
