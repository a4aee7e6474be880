/** Processes that use an executor end by themselves: no thread, timer or unhandled rejection is left. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { faultyWorker } from './faulty.ts';

const root = new URL('../../', import.meta.url);

/** What a script says that has a block (`input`, `state`) and the library's names. */
function outputOf(script: string): string {
  const source = `
    import { readFileSync } from 'node:fs';
    import { createExecutor, readInput, snapshotState } from '${new URL('dist/index.js', root)}';
    const read = (name) => JSON.parse(readFileSync('examples/mixed-block/' + name + '.json', 'utf8'));
    const input = readInput(read('block'));
    const how = { state: snapshotState(read('prestate')), mode: 'parallel', verify: true };
    const said = ({ execution }) => console.log(execution.mode, execution.verified.sequential);
    ${script}`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: fileURLToPath(root),
    encoding: 'utf8',
    timeout: 100_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('after it was closed', () => {
  const script = `
    const executor = await createExecutor({ workers: 2, engine: 'tuned' });
    said(await executor.executeBlock(input, how));
    await executor.close();`;
  expect(outputOf(script)).toBe('parallel true\n');
});

test('without closing it', () => {
  const script = `
    const executor = await createExecutor({ workers: 2, engine: 'tuned' });
    said(await executor.executeBlock(input, how));`;
  expect(outputOf(script)).toBe('parallel true\n');
});

test('when a block was given up', () => {
  const script = `
    const executor = await createExecutor({ workers: 2, engine: 'tuned' });
    const controller = new AbortController();
    executor.on('transaction', () => controller.abort());
    await executor.executeBlock(input, { ...how, signal: controller.signal }).catch(({ code }) => console.log(code));`;
  expect(outputOf(script)).toBe('aborted\n');
});

test('whatever listeners throw', () => {
  const script = `
    const thrown = [];
    process.on('uncaughtException', ({ message }) => thrown.push(message));
    const executor = await createExecutor({ workers: 2, engine: 'tuned' });
    executor.on('transaction', () => { throw new Error('mine'); });
    let heard = 0;
    executor.on('transaction', () => heard++);
    said(await executor.executeBlock(input, how));
    console.log(heard === input.transactions.length, thrown.length === heard, thrown[0]);`;
  expect(outputOf(script)).toBe('parallel true\ntrue true mine\n');
});

test.each(['exit', 'silence'])('with workers that go wrong: %s', (kind) => {
  const script = `
    const workerUrl = new URL(${JSON.stringify(faultyWorker({ kind, at: 2 }).href)});
    const executor = await createExecutor({ workers: 2, engine: 'tuned', workerUrl, hangTimeoutMs: 500 });
    const faults = [];
    executor.on('fault', (fault) => faults.push(fault));
    said(await executor.executeBlock(input, how));
    console.log(faults.length > 0);`;
  expect(outputOf(script)).toBe('parallel true\ntrue\n');
});
