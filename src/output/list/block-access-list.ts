/** The block access list of an execution (EIP-7928), as `eth_getBlockAccessList` answers it. */
import { InternalError } from '../../errors.ts';
import { blockAccessListToJson } from '../../input/block-access-list/json.ts';
import type { Findings } from '../../report/document.ts';

/** Of an executed block. */
export function renderBlockAccessList({ execution }: Findings): string {
  if (execution === null) throw new InternalError('a block access list without an execution');
  return `${JSON.stringify(blockAccessListToJson(execution.blockAccessList), null, 2)}\n`;
}
