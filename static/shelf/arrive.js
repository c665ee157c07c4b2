/** Pictures come by drop anywhere on the page and by paste. */

/**
 * @param {(file: File, place?: { x: number, y: number }) => void} take
 * @param {ReturnType<typeof import('../ui/notes.js').mountNotes>} notes
 */
export function listenForPictures(take, notes) {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const over = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    document.body.toggleAttribute('data-dropping', depth > 0);
  };

  addEventListener('dragenter', () => over(1));
  addEventListener('dragleave', () => over(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    over(-depth);
    const place = { x: event.clientX, y: event.clientY }, file = chosen(event.dataTransfer);
    if (file) take(file, place);
    else notes.say({ title: 'No file in it', detail: 'What was dropped is a link or a text. Save the picture first, then drop its file.', place });
  });
  addEventListener('paste', (event) => {
    const file = chosen(event.clipboardData);
    if (file) take(file);
    else notes.say({ title: 'No picture in the clipboard', detail: 'Copy a picture itself, not its link, and paste again.' });
  });
}

/** @param {DataTransfer | null} data The first picture, else the first file: the server says what is wrong with it. */
function chosen(data) {
  const files = [...(data?.files ?? [])];
  return files.find((file) => file.type.startsWith('image/')) ?? files[0];
}
