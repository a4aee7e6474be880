/** A worker that does not find the optional native package for recovering signers. */
import Module from 'node:module';

const load = Module._load;
Module._load = (request, ...rest) => {
  if (request.startsWith('secp256k1')) throw new Error('there is no such package');
  return load(request, ...rest);
};
await import('../../dist/executor/worker.js');
