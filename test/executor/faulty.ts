/** Entries of worker threads that go wrong. */

/** @param fault - Of `faulty-worker.js`. */
export function faultyWorker(fault: { readonly kind: string; readonly at?: number }): URL {
  const file = new URL('./faulty-worker.js', import.meta.url);
  const source = `import { misbehave } from '${file.href}'; await misbehave(${JSON.stringify(fault)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}
