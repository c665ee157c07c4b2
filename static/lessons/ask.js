/** Asks for a figure; while an answer is under way only the last of the next questions is kept. */
import { getJson, Problem } from '../api/client.js';

/**
 * @template T
 * @param {string} path
 * @param {(answer: T) => void} arrived
 * @param {(text: string) => void} say hears what went wrong
 */
export function createAsker(path, arrived, say) {
  let busy = false;
  /** @type {string | null} */
  let waiting = null;

  /** @param {Record<string, any>} values */
  function ask(values) {
    waiting = JSON.stringify(values);
    if (!busy) next();
  }

  async function next() {
    while (waiting !== null) {
      const query = waiting;
      waiting = null;
      busy = true;
      try {
        arrived(await getJson(`${path}?values=${encodeURIComponent(query)}`));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        say(error.view.detail);
      } finally {
        busy = false;
      }
    }
  }

  return ask;
}
