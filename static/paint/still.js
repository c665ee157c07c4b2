/** Pixels in and out of files, without loss: what is drawn by hand goes to the server as PNG. */
import { put } from './small.js';

/** @typedef {import('../stage.d.ts').Pixels} Pixels */

/** @param {Pixels} pixels opaque ones: they come back as they are @returns {Blob} */
export function asPng(pixels) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: pixels.width, height: pixels.height });
  put(canvas, pixels);
  return fileOf(canvas);
}

/** What a camera sees now, as a file. @param {HTMLVideoElement} video @returns {Blob} */
export function stillOf(video) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return fileOf(canvas);
}

/** At once: toBlob waits until a browser is idle, up to a second. @param {HTMLCanvasElement} canvas */
function fileOf(canvas) {
  const [, text] = canvas.toDataURL('image/png').split(',');
  return new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], { type: 'image/png' });
}
