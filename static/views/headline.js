/** One sentence about what is on the screen, made from the data. Pure. */

import { said } from '../state/objective.js';
import { CALLED, VALUES_CALLED } from '../color/stops.js';
import { fieldHeadline } from '../field/say.js';
import { isDifference } from '../lab/differing.js';
import { chance, thousands } from '../lens/digits.js';
import { through } from '../pictures/parts/gather.js';
import { many } from '../pictures/parts/words.js';
import { givesSaid } from '../backward/words.js';
import { endOf, labelOf, lossOf, showOf } from '../scene/back.js';

/** @import { Scene, ShowMode, State } from '../types.d.ts' */
/** @typedef {{ title: { text: string, em?: boolean }[], sub: string, odds?: string }} Headline odds: what the answer is worth, where there is no room for more */

/** Said where no class can be right or wrong. */
const NO_CLASSES = 'The network has no classes: the pass back starts from this one number. ';
/** A loss that is written as 0.000. */
const LEARNT = 5e-4;
/** @param {string} noun */
const article = (noun) => (/^(?!one\b|uni)[aeiou]/i.test(noun) ? 'an' : 'a');

/**
 * @param {State} state @param {Scene} scene
 * @returns {Headline}
 */
export function headline(state, scene) {
  const seen = fieldHeadline(state, scene);
  if (seen) return seen;
  const way = wayBack(state, scene);
  if (way && state.view !== 'window') return recoloured(ofWayBack(scene, way), state.colours);
  const gives = way && state.reading === 'scatter' ? scene.network.nodes.find(({ name, inputs }) => name === scene.explanation?.node && inputs.length > 0) : undefined;
  if (gives) return { title: [{ text: `${gives.name} gives: ` }, { text: givesSaid(gives), em: true }], sub: '' };
  if (way && scene.backward?.of === 'gradient') return ofGathering(scene, scene.backward);
  if (isDifference(state, scene)) return OF_DIFFERENCE;
  if (state.view === 'maps') return ofMaps(scene, state.colours);
  if (state.view === 'window') return ofWindow(state, scene);
  return ofNetwork(state, scene);
}

/** The colours are called as they are. @param {Headline} line @param {State['colours']} colours @returns {Headline} */
const recoloured = ({ title, sub }, colours) => ({ title, sub: sub.replace('green', CALLED[colours][1]).replace('purple', CALLED[colours][0]) });

/** @type {Headline} */
const OF_DIFFERENCE = { title: [{ text: 'What if: ' }, { text: 'what your change changes.', em: true }], sub: 'Each number as it is now, less what it was. No colour: the change does not reach it.' };

/** What of the way back is on the screen: nothing while values are shown or computed. @param {State} state @param {Scene} scene */
function wayBack(state, scene) {
  const show = showOf(state, scene);
  const layers = scene.network.nodes.filter((node) => node.inputs.length > 0).length;
  return show === 'value' || state.t <= layers ? null : { show, done: state.t >= endOf(state, scene) };
}

/** @param {Scene} scene @param {{ show: ShowMode, done: boolean }} way @returns {Headline} */
function ofWayBack(scene, { show, done }) {
  const objective = scene.objective?.name ?? '';
  const label = labelOf(objective);
  const name = label === null ? said(objective, scene.network.labels) : called(scene.network.labels, label);
  const loss = lossOf(scene);
  const worth = loss ? ` is ${loss}` : '';
  const start = label === null ? `${name.replace(/^logit of/, 'The logit of')}${worth}. ` : `The loss for ${isWord(name) ? `${article(name)} ` : ''}${name}${worth}. `;
  const flows = done ? 'Every number has its gradient' : 'Gradients flow back';
  const what = label === null ? 'it' : 'the loss';
  const sure = label !== null && (scene.objective?.value ?? 1) < LEARNT ? 'The network is so sure that hardly anything is left to learn; choose another label. ' : '';
  const asks = show === 'product' ? 'Each number times its gradient: green for what raised it, purple for what lowered it, to first order.' : `If a number grew, would ${what} rise (green) or fall (purple)?`;
  return { title: [{ text: start }, { text: `${flows}.`, em: true }], sub: `${sure || starts(scene, label)}${scene.trace.prediction ? '' : NO_CLASSES}${asks}` };
}

/** @param {Scene} scene @param {import('../types.d.ts').ExplanationView} e @returns {Headline} */
function ofGathering(scene, e) {
  const readers = e.steps.filter(({ label }) => label.startsWith('through ')).length;
  if (readers > 1) return { title: [{ text: `${many(readers, 'layer')} read it: `.replace(/^./, (letter) => letter.toUpperCase()) }, { text: 'what they send back adds up', em: true }], sub: '' };
  const source = scene.network.nodes.find((node) => node.name === through(e));
  if (!source) return { title: [{ text: 'Where the way back starts: ' }, { text: e.steps.map((step) => step.label).filter((step) => step !== 'rounding').join(' ').replace(/ −/g, ' − '), em: true }], sub: '' };
  const how = /^conv/.test(source.kind) ? 'the same filter, the other way' : /max_pool/.test(source.kind) ? 'only to the largest' : source.kind === 'relu' ? 'only where it was open' : source.kind === 'dense' ? 'its weights, read the other way' : /average_pool/.test(source.kind) ? 'an equal share of each' : 'what it gives, times what it did';
  return { title: [{ text: `Back through ${source.name}: ` }, { text: how, em: true }], sub: '' };
}

/** Where the gradients start; of a picture whose label is not known, which class stands in for it. @param {Scene} scene @param {number | null} label */
function starts({ trace, network, image }, label) {
  const p = label === null ? undefined : trace.prediction?.probabilities[label];
  if (p === undefined || label === null) return '';
  const name = called(network.labels, label), known = image.label !== null && network.labels.includes(image.label);
  const own = !known && trace.prediction?.top[0]?.index === label ? `This picture has no label here: the network’s own answer, ${name}, is taken as the right one. ` : '';
  return `${own}L = −log p: the probability of ${name}, ${chance(p)}, should be 1. `;
}

/** A class by its name, or by its number where it has none. @param {string[]} labels @param {number} index */
const called = (labels, index) => labels[index] ?? `class ${index}`;
/** Whether a class's name is a word, which takes an article; `3` and `class 3` are none. @param {string} name */
const isWord = (name) => !/^(\d|class \d)/.test(name);

/** Whether the picture is the input that a lesson made for its network. @param {Scene} scene */
const isOwn = ({ image, network }) => image.title === `${network.title}: its input`;

/** @param {Scene} scene */
function seen(scene) {
  const { image } = scene;
  if (isOwn(scene)) return 'its input';
  if (image.label) return `${article(image.label)} ${image.label}`;
  return image.kind === 'upload' ? 'your picture' : `“${image.title.replace(/, a photograph$/, '')}”`;
}

/** @param {State} state @param {Scene} scene @returns {Headline} */
function ofNetwork(state, scene) {
  const { network, trace } = scene;
  const numbers = network.nodes.reduce((sum, node) => sum + node.shape.reduce((a, b) => a * b, 1), 0);
  const top = trace.prediction?.top[0];
  const layers = network.nodes.filter((node) => node.inputs.length > 0).length;
  if (state.t < layers || !top) {
    return { title: [{ text: `The network looks at ${seen(scene)}.` }], sub: `${thousands(numbers)} numbers, layer by layer, from ${isOwn(scene) ? 'there' : 'the picture'} to the ${top ? 'answer' : 'last layer'}.` };
  }
  const { label } = scene.image;
  const truth = label !== null && label !== top.label ? trace.prediction?.top.find((p) => p.label === label) : undefined;
  const odds = [top, ...(truth ? [truth] : [])].map((p) => (isWord(p.label) ? `${chance(p.probability)} ${p.label}` : `probability of ${p.label}: ${chance(p.probability)}`)).join(', ');
  return {
    title: [{ text: `The network looks at ${seen(scene)} and says ` }, { text: `${top.label}.`, em: true }], odds: `${odds}. `,
    sub: `${odds[0].toUpperCase()}${odds.slice(1)}. Click any of the ${thousands(numbers)} numbers that led here to see its arithmetic.`,
  };
}

/** @param {Scene} scene @param {State['colours']} colours @returns {Headline} */
function ofMaps({ network }, colours) {
  const channels = network.nodes.filter((node) => node.params.length > 0 && node.shape.length === 3).map((node) => node.shape[0]);
  const [least, most] = [Math.min(...channels), Math.max(...channels)];
  const count = least === most ? many(most, 'feature map') : `${least} to ${most} feature maps`;
  return {
    title: [{ text: 'Every layer, spread out into its ' }, { text: `${count}.`, em: true }],
    sub: `One column a layer, one row a channel. No colour is zero${network.nodes.some((node) => node.kind === 'relu') ? `; relu keeps only the ${VALUES_CALLED[colours][1]}` : ''}.`,
  };
}

/** @param {State} state @param {Scene} scene @returns {Headline} */
function ofWindow(state, scene) {
  const e = scene.explanation;
  const node = scene.network.nodes.find((n) => n.name === state.node);
  if (!e || !node) return { title: [{ text: 'One window, ' }, { text: 'one number', em: true }], sub: '' };
  const [x] = e.operands;
  const channels = x?.cells.length === 3 ? x.cells[0].length : 0;
  const titles = {
    weighted_sum: channels ? [`One window, ${many(channels, 'channel')}, `, 'one number'] : [`${thousands(x?.values.length ?? 0)} inputs, one row of weights, `, 'one number'],
    reduce: /max/.test(e.kind) ? ['Max-pool: ', 'the largest of a window goes on'] : [`${node.summary}: `, 'one number for a window'],
    pointwise: [`${node.summary}: `, node.kind === 'dropout' ? 'every number goes on' : 'each number by itself'],
    copy: node.inputs.length === 0 ? ['The input: ', 'a picture is numbers already'] : [`${node.name}: `, copied(node)],
    normalize: e.kind === 'softmax' ? ['From logits to probabilities: ', 'they must add up to one'] : [`${node.summary}: `, 'shifted and scaled, step by step'],
    combine: [`${node.summary}: `, 'numbers from several volumes meet'],
  };
  const [text, em] = titles[/** @type {keyof typeof titles} */ (e.picture)] ?? [`${node.name}: `, node.summary];
  return { title: [{ text }, { text: em, em: true }], sub: '' };
}

/** What becomes of numbers that nothing is done to. @param {import('../types.d.ts').NodeView} node */
const copied = ({ kind, shape }) => (kind === 'concat' ? 'several volumes, one behind the other' : shape.length === 1 ? 'the same numbers, read in one row' : 'the same number, at another place');
