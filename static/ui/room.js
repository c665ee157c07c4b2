/** A stage that is taller than its place: on a phone what follows moves down, on a wide screen the stage scrolls. */

const PHONE = matchMedia('(max-width: 699px)');

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} scene what stands on it
 * @param {() => void} resized
 */
export function makeRoom(stage, scene, resized) {
  const settle = () => {
    const over = PHONE.matches ? `${Math.max(0, scene.offsetHeight - stage.clientHeight)}px` : '';
    stage.style.marginBottom = over;
    stage.style.setProperty('--over', over || '0px'); // what stands below the scene begins there
  };
  new ResizeObserver(() => {
    settle();
    resized();
  }).observe(scene);
  new ResizeObserver(settle).observe(stage);  // it gets lower when the lens opens, and the scene stays as tall
}

/**
 * What is printed has the size of the screen, since the canvas has; and on a phone the lens stands on the timeline.
 * @param {HTMLElement} stage @param {HTMLElement} timeline
 */
export function rememberScreen(stage, timeline) {
  const { style } = document.documentElement;
  new ResizeObserver(() => {
    if (matchMedia('print').matches) return;
    style.setProperty('--wide', `${innerWidth}px`);
    style.setProperty('--high', `${innerHeight}px`);
    style.setProperty('--stage-wide', `${stage.clientWidth}px`);
  }).observe(stage);
  new ResizeObserver(() => style.setProperty('--strip', `${timeline.offsetHeight}px`)).observe(timeline, { box: 'border-box' });
}
