/** A still from the camera, where the browser has one and a person allows it. */
import { stillOf } from '../paint/still.js';

/** @type {Record<string, string>} */
const WHY = {
  NotAllowedError: 'The camera was not allowed. The browser’s address bar has a sign for it, where that can be changed.',
  NotFoundError: 'This machine has no camera that the browser knows of.',
  NotReadableError: 'The camera is in use by another program.',
};
const NONE = 'This browser gives no camera to this page. Browsers do so only for https and for localhost: take a photograph and open its file.';

/**
 * @param {HTMLVideoElement} video shows what the camera sees until `stop`
 * @returns {Promise<{ still: () => Blob, stop: () => void }>} rejects with words that say why there is none
 */
export async function openCamera(video) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error(NONE);
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
    .catch((error) => Promise.reject(new Error(WHY[error?.name] ?? `The camera did not open: ${error?.message ?? 'no reason given'}.`)));
  video.srcObject = stream;
  await video.play();
  return {
    still: () => stillOf(video),
    stop() {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}
