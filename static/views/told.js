/** What shows gradients says so: ∂ before the name of every node whose gradient has come back. Pure. */

/** @import { Back, Label, View } from '../stage.d.ts' */

/** What stands before the name of what is shown. */
export const SIGN = { value: '', gradient: '∂', product: 'x·∂' };

/** A view, its labels with the sign of what stands over them. @param {View} view @returns {View} */
export const told = (view) => (stage) => {
  const frame = view(stage);
  const { back } = stage;
  return back ? { ...frame, labels: frame.labels.map((label) => signed(label, back)) } : frame;
};

/** @param {Label} label @param {Back} back @returns {Label} */
function signed(label, back) {
  if (!label.node || back.share(label.node) <= 0) return label;
  const lines = label.lines.map((line) => (line.look === 'name' && line.text === label.node ? { ...line, text: SIGN[back.show] + line.text } : line));
  return { ...label, lines };
}
