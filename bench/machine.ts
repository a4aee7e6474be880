/** Where numbers come from. */
import { availableParallelism, cpus } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** E.g. `v20.20.2`. */
  readonly node: string;
}

export function describeMachine(): Machine {
  return { processor: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version };
}

export function machineText({ processor, cores, node }: Machine): string {
  return `${processor}, ${cores} cores, Node ${node.slice(1)}`;
}
