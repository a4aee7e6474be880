/** One counter against a counter in shards: how many may count at the same time. */
import { deploySource } from '../../generator/stage.ts';
import { patternWorkload } from './pattern.ts';

const hit = async () => ({ method: 'hit' });

export const oneCounter = patternWorkload({
  name: 'counter',
  title: 'everybody counts up one slot',
  gasLimit: 60_000n,
  deploy: (stage) => deploySource(stage, 'OneCounter', [], 'Counters'),
  callOf: hit,
});

export const shardedCounter = patternWorkload({
  name: 'counter-sharded',
  title: 'everybody counts up one of 16 slots, by their address',
  gasLimit: 60_000n,
  deploy: (stage) => deploySource(stage, 'ShardedCounter', [], 'Counters'),
  callOf: hit,
});
