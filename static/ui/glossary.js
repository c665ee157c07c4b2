/** What the words on the page mean, for the help: those that a first look does not explain. */

/** @type {[string, string][]} */
export const GLOSSARY = [
  ['network view, lens', 'the picture of the network in the middle; the panel at the right, which shows how one number is made'],
  ['layer, window, term', 'what a step computes: a whole layer, one of its numbers, or one product of that number’s sum'],
  ['logit, softmax', 'the last layer’s number for a class; softmax makes probabilities of all of them, which add up to 1'],
  ['loss L, gradient ∂L/∂x', '−log of the probability of the right class; how much L rises when the number x grows, per unit'],
  ['ticks at the left of a volume', 'it shows gradients, and they leave it to the left'],
  ['in front', 'the channels that are drawn at the front of their volumes: the liveliest ones'],
  ['dead map', 'a map that is 0 everywhere for this picture, so that no gradient comes back through it'],
  ['r', 'the number at which the colours end; larger numbers have the same colour'],
  ['field', 'the receptive field: all that one number has seen, back to the picture'],
  ['pin', 'keep a number on the screen; two that are pinned are compared'],
  ['‖∂‖', 'how large all gradients of a layer are together, as bars by powers of ten'],
];
