/** One number from each of several volumes, put together: what is read, the steps, what comes of it. Pure. */

export { chain as combine } from './parts/chain.js';
