/** The worker's entry, but that its answers take a random time: transactions end in any order. */
import { parentPort } from 'node:worker_threads';

const { postMessage } = parentPort;
parentPort.postMessage = (message) => {
  const send = () => postMessage.call(parentPort, message);
  if (message.kind === 'ready') send();
  else setTimeout(send, Math.random() < 0.5 ? 0 : 4 * Math.random());
};

await import('../../dist/executor/worker.js');
