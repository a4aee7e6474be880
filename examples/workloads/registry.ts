/** Every workload, in the groups in which they are told of. */
import { oneCounter, shardedCounter } from './patterns/counters.ts';
import { counterfactualFactory, create2Factory, createFactory } from './patterns/factories.ts';
import { eagerFee, lazyFee } from './patterns/fees.ts';
import { pullPayments, pushPayments } from './patterns/payments.ts';
import { globalTotal, userSums } from './patterns/totals.ts';
import type { Workload } from './workload.ts';

export interface WorkloadGroup {
  readonly title: string;
  readonly workloads: readonly Workload[];
}

export const workloadGroups = {
  patterns: {
    title: 'Patterns side by side',
    workloads: [
      oneCounter,
      shardedCounter,
      globalTotal,
      userSums,
      pushPayments,
      pullPayments,
      eagerFee,
      lazyFee,
      createFactory,
      create2Factory,
      counterfactualFactory,
    ],
  },
} satisfies Record<string, WorkloadGroup>;
