/** Where numbers come from. */
import { availableParallelism, cpus, loadavg } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** E.g. `v20.20.2`. */
  readonly node: string;
  /** Load average of the last 15 minutes: what is far above the threads measured is others' work. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    load: loadavg()[2] ?? 0,
  };
}

export function machineText({ processor, cores, node, load }: Machine): string {
  return `${processor}, ${cores} cores, Node ${node.slice(1)}, load average ${load.toFixed(1)}`;
}
