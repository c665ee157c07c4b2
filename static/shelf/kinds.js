/** What a file is, before it travels: by its name and, for JSON, by how it begins. */

/** @typedef {'network' | 'labels' | 'picture'} Kind */

/** @type {[RegExp, Kind][]} */
const ENDINGS = [
  [/\.(png|jpe?g|jfif|webp|gif|bmp)$/, 'picture'],
  [/\.(onnx|safetensors|pt|pth|pkl|ckpt|h5|hdf5|keras|tflite|pb|zip|npz)$/, 'network'],
  [/\.(txt|labels|names)$/, 'labels'],
];
/** The order in which files that come together are opened: labels are of the network, the picture is seen with both. @type {Kind[]} */
export const ORDER = ['network', 'labels', 'picture'];
const OURS = /"format"\s*:\s*"convoscope"/;
const HEAD = 400; // characters of a JSON file in which its format stands

/**
 * The server says what is wrong with a file that is none of these.
 * @param {File} file
 * @param {Kind} otherwise what a file is taken for whose name says nothing
 * @returns {Promise<Kind>}
 */
export async function kindOf(file, otherwise) {
  if (file.type.startsWith('image/')) return 'picture';
  const name = file.name.toLowerCase();
  if (name.endsWith('.json')) return OURS.test(await file.slice(0, HEAD).text()) ? 'network' : 'labels';
  return ENDINGS.find(([ending]) => ending.test(name))?.[1] ?? otherwise;
}
