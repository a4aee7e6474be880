/** Entry of a worker thread: says that it is ready, then answers each request, one after the other, in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { BatchRunner } from './dispatch/batch-runner.ts';
import { ListedRunner } from './dispatch/listed-runner.ts';
import type {
  Answer,
  Broadcast,
  FromWorker,
  Request,
  RequestHandlers,
  RequestKind,
  TaskFailure,
  ToWorker,
  WorkerData,
} from './protocol.ts';
import { signersAnswer } from './recovery.ts';
import { WorkerControl } from './worker-control.ts';

const { place, engine, control: shared } = workerData as WorkerData;
const control = new WorkerControl(shared);
const batches = new BatchRunner(engine, place);
const listed = new ListedRunner(place);
const handlers: RequestHandlers = {
  batch: async (batch, context) => {
    const value = await batches.run(batch, context);
    return { value, transfer: [value.bytes.buffer] };
  },
  listed: async (range, context) => {
    const value = await listed.run(range, context);
    return { value, transfer: [value.bytes.buffer] };
  },
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

async function setBlock(broadcast: Broadcast): Promise<void> {
  await batches.setBlock(broadcast);
  listed.setBlock(broadcast, batches.runner);
}

/** An error as plain data. */
function describeFailure(error: unknown): TaskFailure {
  const { code, message, keys } = error as { code?: unknown; message?: unknown; keys?: unknown };
  return {
    code: typeof code === 'string' ? code : 'internal-error',
    message: typeof message === 'string' ? message : String(error),
    keys: Array.isArray(keys) ? keys : [],
  };
}

parentPort?.on('message', (message: ToWorker) => {
  last = last.then(() =>
    message.kind === 'broadcast' ? setBlock(message.broadcast) : answer(message.id, message.request),
  );
});
send({ kind: 'ready' });
