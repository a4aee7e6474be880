import { workloadGroups } from '../../../examples/workloads/registry.ts';
import { describeWorkloads } from './examine.ts';

describeWorkloads(workloadGroups.arbitrage.workloads);
