/** The worker's entry, but that its answers take a random time: those of different workers come in any order. */
import { parentPort } from 'node:worker_threads';

const { postMessage } = parentPort;
let last = Promise.resolve();
parentPort.postMessage = (message, transfer) => {
  if (message.kind !== 'ready' && Math.random() < 0.7) {
    const delay = 4 * Math.random() ** 3;
    last = last.then(() => new Promise((resolve) => setTimeout(resolve, delay)));
  }
  // A worker's own answers keep their order.
  last = last.then(() => postMessage.call(parentPort, message, transfer));
};

await import('../../dist/executor/worker.js');
