/** What a declared list lacks of the best one, each part by what the transaction would use more without it. */

import { type AccessList, slotsByAddress, withoutEntry, withoutSlot } from './access-list.ts';
import type { BestList } from './best-list.ts';
import { type Finding, finding, gasText } from './finding.ts';
import type { Probe } from './probe.ts';

/** By address and slot. An account that is missing stands for its slots. */
export async function missingFindings(
  probe: Probe,
  declared: AccessList,
  best: BestList,
  transaction: number,
): Promise<Finding[]> {
  const known = slotsByAddress(declared);
  const findings: Finding[] = [];
  const lossOf = async (list: AccessList): Promise<bigint | null> => {
    const probed = await probe.run(list);
    return probed.status === 'ran' ? probed.gas - best.gas : null;
  };
  for (const [place, { address, storageKeys }] of best.list.entries()) {
    const slots = known.get(address);
    if (slots === undefined) {
      const gas = await lossOf(withoutEntry(best.list, place));
      const what = storageKeys.length === 0 ? '' : ` with ${counted(storageKeys.length)}`;
      const message = `${address}${what} is used and not listed${savingText(gas)}.`;
      findings.push(finding({ rule: 'missing-address', transaction, address, gas, message }));
      continue;
    }
    for (const [at, slot] of storageKeys.entries()) {
      if (slots.has(slot)) continue;
      const gas = await lossOf(withoutSlot(best.list, place, at));
      const message = `Slot ${slot} of ${address} is used and not listed${savingText(gas)}.`;
      findings.push(finding({ rule: 'missing-slot', transaction, address, slot, gas, message }));
    }
  }
  return findings;
}

function counted(slots: number): string {
  return slots === 1 ? 'one slot' : `${slots} slots`;
}

function savingText(gas: bigint | null): string {
  return gas === null ? '' : `: listing it saves ${gasText(gas)}`;
}
