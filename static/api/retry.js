/** Asks again when the server was away or busy, later each time and never all pages at once. */
import { Problem } from './client.js';

const TRIES = 6;
const FIRST = 300; // ms
const LONGEST = 8000; // ms

/** @type {(ms: number, signal?: AbortSignal) => Promise<void>} */
const sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });

/**
 * How long to wait before try number `attempt` + 1: twice as long each time, between half and all of it by chance; never
 * less than the server asked for, and up to as much again, so that a class that was refused together does not come back so.
 * @param {number} attempt from 0
 * @param {number | undefined} asked ms that the server asked for
 * @param {number} chance 0 … 1
 */
export const delay = (attempt, asked, chance) =>
  asked === undefined ? Math.min(LONGEST, FIRST * 2 ** attempt) * (0.5 + chance / 2) : asked * (1 + chance);

/**
 * @template T
 * @param {(signal?: AbortSignal) => Promise<T>} ask
 * @param {{ signal?: AbortSignal, trouble?: (problem: Problem | null) => void, wait?: typeof sleep }} [options]
 * @returns {Promise<T>}
 */
export async function patiently(ask, { signal, trouble = () => {}, wait = sleep } = {}) {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await ask(signal);
      if (attempt) trouble(null);
      return answer;
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing || attempt + 1 >= TRIES) throw error;
      trouble(error);
      await wait(delay(attempt, error.wait, Math.random()), signal);
    }
  }
}
