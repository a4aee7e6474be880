/** How the page calls accounts, keys and transactions. */
import { shortHex } from '../names/place-text.ts';
import { counted, grouped } from '../report/text/layout.ts';
import { type Block, transactionAt } from './block.ts';
import type { Outcome } from './outcome.ts';

const ADDRESS_LENGTH = 42;

/** Its name, where it has one, and the ends of its address. */
export function accountText({ data }: Block, address: string): string {
  const name = data.accountNames[address];
  return name === undefined ? shortHex(address) : `${name} ${shortHex(address)}`;
}

/** A state key or a region. */
export function keyText(block: Block, key: string): string {
  const location = block.locationOf.get(key);
  if (location !== undefined && location >= block.data.accesses.keys.length) return ownText(block, key);
  return `${accountText(block, key.slice(0, ADDRESS_LENGTH))} ${ownText(block, key)}`;
}

/** A key without its account; a region with it. */
export function ownText({ data, locationOf }: Block, key: string): string {
  const name = data.accesses.names[locationOf.get(key) ?? -1];
  const own = key.slice(ADDRESS_LENGTH + 1);
  return name || (own.startsWith('0x') ? `slot ${shortHex(own)}` : own);
}

/** What it does: the account it is sent to, and what it asks of it. */
export function callText(block: Block, index: number): string {
  const { to, call } = transactionAt(block, index);
  return to === null ? call : `${accountText(block, to)} ${call}`;
}

/** A transaction in one line, as a tooltip and a screen reader say it. */
export function transactionText(block: Block, outcome: Outcome, index: number): string {
  const { status, gasEstimate } = transactionAt(block, index);
  const place = outcome.placeOf[index] as number;
  const parts = [`#${index}`, callText(block, index), status, `${grouped(gasEstimate)} gas`];
  if (place === -1) return [...parts, 'dropped'].join(' · ');
  const waits = outcome.graph.predecessors[place]?.length ?? 0;
  parts.push(waits === 0 ? 'waits for nobody' : `waits for ${counted(waits, 'transaction')}`);
  if (outcome.isCritical[place] === 1) parts.push('on the critical path');
  return parts.join(' · ');
}
