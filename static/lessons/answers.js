/** What a reader has predicted, kept in this browser and nowhere else. */

/** @typedef {{ given: any, right: boolean }} Answer */

const KEY = 'convoscope.answers';

/** @returns {Record<string, Answer>} */
function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

/** @param {string} lesson @param {string} beat @returns {Answer | undefined} */
export const kept = (lesson, beat) => all()[`${lesson}/${beat}`];

/** @param {string} lesson @param {string} beat @param {Answer} answer */
export function keep(lesson, beat, answer) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...all(), [`${lesson}/${beat}`]: answer }));
  } catch {
    // a browser that keeps nothing still shows the answer
  }
}
