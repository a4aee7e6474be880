/** Entry of a worker thread: says that it is ready, then answers each task with its result. */
import { deserialize } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { BlockRunner, describeFailure } from './block-runner.ts';
import type { BlockData, FromWorker, ToWorker, WorkerData } from './protocol.ts';

const runner = new BlockRunner((workerData as WorkerData).engine);
// One task at a time, in the order of the messages.
let last: Promise<void> = Promise.resolve();

function send(message: FromWorker): void {
  parentPort?.postMessage(message);
}

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'block': {
      const bytes = new Uint8Array(message.data);
      await runner.setBlock(deserialize(bytes.slice()) as BlockData);
      break;
    }
    case 'task':
      try {
        send({ kind: 'result', id: message.id, result: await runner.run(message.task) });
      } catch (error) {
        send({ kind: 'failure', id: message.id, failure: describeFailure(error) });
      }
      break;
    default:
      message satisfies never;
  }
}

parentPort?.on('message', (message: ToWorker) => {
  last = last.then(() => handle(message));
});
send({ kind: 'ready' });
