/** Files come by drop anywhere on the page and by paste: pictures, networks, labels. */

/** @typedef {import('./upload.js').Place} Place */

/**
 * @param {(files: File[], place?: Place) => void} take
 * @param {ReturnType<typeof import('../ui/notes.js').mountNotes>} notes
 * @param {() => Promise<string>} welcome how large a file may be, in words
 */
export function listenForFiles(take, notes, welcome) {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const over = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    const was = 'dropping' in document.body.dataset;
    document.body.toggleAttribute('data-dropping', depth > 0);
    if (depth > 0 && !was) welcome().then((said) => depth > 0 && (document.body.dataset.dropping = said), () => {});
  };

  addEventListener('dragenter', () => over(1));
  addEventListener('dragleave', () => over(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    over(-depth);
    const place = { x: event.clientX, y: event.clientY }, files = [...(event.dataTransfer?.files ?? [])];
    if (files.length) take(files, place);
    else notes.say({ title: 'No file in it', detail: 'What was dropped is a link or a text. Save the picture first, then drop its file.', place });
  });
  addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) take(files);
    else notes.say({ title: 'No picture in the clipboard', detail: 'Copy a picture itself, not its link, and paste again.' });
  });
}
