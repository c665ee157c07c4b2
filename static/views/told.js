/** What shows gradients says so: ∂ before the name of every node whose gradient has come back; Δ where an edit's changes are shown. Pure. */

/** @import { Back, Label, View } from '../stage.d.ts' */

/** What stands before the name of what is shown. */
export const SIGN = { value: '', gradient: '∂', product: 'x·∂' };

/** What stands before it where it is what an edit changes. */
export const CHANGED = 'Δ';

/** A view, its labels with the sign of what stands over them. @param {View} view @returns {View} */
export const told = (view) => (stage) => {
  const frame = view(stage);
  const { back, scene } = stage;
  if (scene.difference) return { ...frame, labels: frame.labels.map((label) => (label.node ? named(label, CHANGED) : label)) };
  return back ? { ...frame, labels: frame.labels.map((label) => signed(label, back)) } : frame;
};

/** @param {Label} label @param {Back} back @returns {Label} */
function signed(label, back) {
  return !label.node || back.share(label.node) <= 0 ? label : named(label, SIGN[back.show]);
}

/** @param {Label} label @param {string} sign @returns {Label} */
const named = (label, sign) => ({ ...label, lines: label.lines.map((line) => (line.look === 'name' && line.text === label.node ? { ...line, text: sign + line.text } : line)) });
