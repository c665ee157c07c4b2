/** The photograph of the scene as an image to draw; the last one stays until the next has come. */

/** @param {() => void} changed another one has come */
export function mountPhoto(changed) {
  let wanted = '';
  /** @type {HTMLImageElement | null} */
  let shown = null;

  /** @param {string} url */
  async function load(url) {
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
    } catch {
      return; // the shelf says that a picture cannot be had; the stage shows none
    }
    if (url !== wanted) return;
    shown = image;
    changed();
  }

  return {
    current: () => shown,
    /** @param {string} url */
    of(url) {
      if (url !== wanted) {
        wanted = url;
        load(url);
      }
      return shown;
    },
  };
}
