/**
 * Reading with the worker threads: they recover the signers while this thread goes on decoding. What comes out is
 * what `readInput` makes on one thread, errors included.
 */
import { setImmediate } from 'node:timers/promises';
import type { BlockInput } from '../input/block.ts';
import { completeInput, decodeInput, type ReadOptions } from '../input/read.ts';
import { answerLength, FULL_BATCH, recoverBatch } from '../input/signature-batch.ts';
import type { WorkerPool } from './pool.ts';
import type { Answer } from './protocol.ts';

/**
 * Reads an input as `readInput` does.
 *
 * @throws InputError
 */
export async function readInputOnPool(
  pool: Pick<WorkerPool, 'request'>,
  json: unknown,
  options: ReadOptions,
): Promise<BlockInput> {
  const decoding = decodeInput(json, options);
  const answers: (Uint8Array | Promise<Uint8Array>)[] = [];
  for (;;) {
    const step = decoding.next();
    if (step.done === true) return completeInput(step.value, await Promise.all(answers));
    answers.push(recover(step.value, pool));
    // Answers come in and further batches go out only between two pieces of this thread's work.
    await setImmediate();
  }
}

/** A batch that is not full is the last one: few signatures, for which the others need not be asked. */
function recover(records: Uint8Array, pool: Pick<WorkerPool, 'request'>): Uint8Array | Promise<Uint8Array> {
  return records.length < FULL_BATCH ? recoverBatch(records) : askToRecover(records, pool);
}

async function askToRecover(records: Uint8Array, pool: Pick<WorkerPool, 'request'>): Promise<Uint8Array> {
  const accept = (answer: unknown) => receivedSigners(answer, records);
  const end = await pool.request({ kind: 'signatures', body: records }, { accept });
  switch (end.kind) {
    case 'answer':
      return end.value;
    case 'failure':
      // The workers were lost or closed, which is no property of the signatures.
      return recoverBatch(records);
    default:
      return end satisfies never;
  }
}

/** What a worker answers to a batch. */
export function signersAnswer(records: Uint8Array): Answer {
  const signers = recoverBatch(records);
  return { value: signers, transfer: [signers.buffer as ArrayBuffer] };
}

function receivedSigners(answer: unknown, records: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(answer) || answer.byteLength !== answerLength(records)) {
    throw new TypeError('not the signers of these signatures');
  }
  return answer as Uint8Array;
}
