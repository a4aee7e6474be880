/** Entry of a worker thread: says that it is ready, then answers each request, one after the other, in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { receivedBlock } from './block-data.ts';
import { BlockRunner, describeFailure } from './block-runner.ts';
import type {
  Answer,
  FromWorker,
  Request,
  RequestHandlers,
  RequestKind,
  ToWorker,
  WorkerData,
} from './protocol.ts';
import { signersAnswer } from './recovery.ts';
import { WorkerControl } from './worker-control.ts';

const { engine, control: shared } = workerData as WorkerData;
const control = new WorkerControl(shared);
const blocks = new BlockRunner(engine);
const handlers: RequestHandlers = {
  task: async (task) => ({ value: await blocks.run(task) }),
  signatures: signersAnswer,
};
const CANCELLED: Answer = { value: null };
let last: Promise<void> = Promise.resolve();

function send(message: FromWorker, transfer: Answer['transfer'] = []): void {
  parentPort?.postMessage(message, transfer);
}

async function answer<K extends RequestKind>(id: number, { kind, body }: Request<K>): Promise<void> {
  const advance = () => control.advance();
  const isCancelled = () => control.isCancelled(id);
  advance();
  try {
    const { value, transfer } = isCancelled()
      ? CANCELLED
      : await handlers[kind](body, { advance, isCancelled });
    send({ kind: 'answer', id, value }, transfer);
  } catch (error) {
    send({ kind: 'failure', id, failure: describeFailure(error) });
  }
}

parentPort?.on('message', (message: ToWorker) => {
  last = last.then(() =>
    message.kind === 'broadcast'
      ? blocks.setBlock(receivedBlock(message.broadcast))
      : answer(message.id, message.request),
  );
});
send({ kind: 'ready' });
