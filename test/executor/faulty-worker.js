/**
 * The worker's entry, but that it goes wrong at some point: at the n-th request that comes in, or at the n-th
 * message that goes out. Workers begin with a `data:` URL that imports this file and says how; see `faulty.ts`.
 */
import { parentPort } from 'node:worker_threads';

const WORKER = new URL('../../dist/executor/worker.js', import.meta.url);

/** What happens instead of taking a request. */
const ON_REQUEST = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('out of order');
  },
  hang: () => {
    for (;;);
  },
  fill: () => {
    for (const hoard = []; ; ) hoard.push(Array.from({ length: 100_000 }, (_, i) => [i]));
  },
};

/** What is said instead of an answer. */
const ON_ANSWER = {
  nonsense: (answer) => [{ ...answer, kind: 'answer', value: { values: ['seven'] } }],
  stranger: (answer) => [{ ...answer, id: answer.id + 100 }],
  noise: () => ['hello'],
  unready: () => [{ kind: 'ready' }],
  twice: (answer) => [answer, answer],
  misfailure: ({ id }) => [{ kind: 'failure', id, failure: 'because' }],
};

/** @param {{ kind: string, at?: number }} fault - `at` counts from 1. */
export async function misbehave({ kind, at = 1 }) {
  if (kind === 'import') throw new Error('cannot be imported');
  const { on, postMessage } = parentPort;
  const post = (message, transfer) => postMessage.call(parentPort, message, transfer);
  let requests = 0;
  let answers = 0;
  parentPort.on = (event, listener) =>
    on.call(parentPort, event, (message) => {
      if (message.kind === 'request' && ++requests === at) ON_REQUEST[kind]?.();
      listener(message);
    });
  parentPort.postMessage = (message, transfer) => {
    if (message.kind === 'ready') {
      if (kind !== 'unborn') post(message, transfer);
    } else if (kind === 'silence' && answers + 1 >= at) {
      // From here on it says nothing.
    } else if (++answers === at && ON_ANSWER[kind] !== undefined) {
      for (const said of ON_ANSWER[kind](message)) post(said);
    } else post(message, transfer);
  };
  await import(WORKER.href);
}
