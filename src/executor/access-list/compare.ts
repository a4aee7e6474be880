/** What of a given access list is not as execution found it, in words. */
import type { AccountChanges, BlockAccessList, ValueChange } from '../../input/block-access-list/list.ts';
import { encodeBlockAccessList } from '../../input/block-access-list/rlp.ts';
import { bytesToHex } from '../../input/hex.ts';
import { equalBytes } from '../transaction-state.ts';

/** What is said of one key at one step, and by whom. */
type Facts = Map<string, string>;

/**
 * Each difference in words, by account.
 *
 * @param got - What execution gave.
 * @param given - What it is compared with.
 * @param name - What `given` is called, such as `the given list`.
 */
export function accessListMismatches(got: BlockAccessList, given: BlockAccessList, name: string): string[] {
  // Nearly always they are the same, and that is found out in a fraction of the time that the words take.
  if (equalBytes(encodeBlockAccessList(got), encodeBlockAccessList(given))) return [];
  const mismatches: string[] = [];
  const expected = new Map(given.map((account) => [account.address, account]));
  for (const account of got) {
    const other = expected.get(account.address);
    expected.delete(account.address);
    const say = (text: string): void => {
      mismatches.push(`block access list, ${account.address}: ${text}`);
    };
    if (other === undefined) say(`it was touched, and is not in ${name}`);
    else for (const text of accountMismatches(account, other, name)) say(text);
  }
  for (const address of expected.keys()) {
    mismatches.push(`block access list, ${address}: it is in ${name}, and was not touched`);
  }
  return mismatches;
}

function accountMismatches(got: AccountChanges, given: AccountChanges, name: string): string[] {
  const found = factsOf(got);
  const expected = factsOf(given);
  return [...new Set([...found.keys(), ...expected.keys()])]
    .filter((place) => found.get(place) !== expected.get(place))
    .map(
      (place) =>
        `${place}: ${name} has ${expected.get(place) ?? 'none'}, execution gave ${found.get(place) ?? 'none'}`,
    );
}

function factsOf(account: AccountChanges): Facts {
  const facts: Facts = new Map();
  const addAll = (what: string, changes: readonly ValueChange[]): void => {
    for (const { index, value } of changes)
      facts.set(`${what} after step ${index}`, `0x${value.toString(16)}`);
  };
  for (const slot of account.storageReads) facts.set(`slot 0x${slot.toString(16)}`, 'a read');
  for (const { slot, changes } of account.storageChanges) addAll(`slot 0x${slot.toString(16)}`, changes);
  addAll('balance', account.balanceChanges);
  addAll('nonce', account.nonceChanges);
  for (const { index, code } of account.codeChanges) facts.set(`code after step ${index}`, bytesToHex(code));
  return facts;
}
