/**
 * Nonces and funds of senders while a block is filled: at least so much is there, whatever is not known of the
 * transactions so far.
 */
import { isOpen } from '../analysis/block.ts';
import { type BlockEnding, leastBalanceAfter, nonceAfter } from '../analysis/growing-block.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { Address, Transaction } from '../input/block.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import type { Inclusion } from './inclusion.ts';

/** Whether a transaction may come next. */
export type Standing =
  | { readonly kind: 'valid' }
  /** Its sender's earlier ones come first. */
  | { readonly kind: 'too-early' }
  /** Another one has its nonce. */
  | { readonly kind: 'too-late' }
  | { readonly kind: 'funds' | 'sender-code' };

const VALID: Standing = { kind: 'valid' };
const NO_ACCOUNT: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) };

export class SenderLedger {
  readonly #inclusion: Inclusion;
  readonly #state: StateSource;
  /** Of those that have sent something, or whose nonce code may have written (`null`: any). */
  readonly #nonces = new Map<Address, bigint | null>();
  /** Of those whose balance has changed. */
  readonly #funds = new Map<Address, bigint>();
  /** Those that may have got code from a transaction. */
  readonly #coded = new Set<Address>();
  /** Whoever has code may have lost everything. */
  #isShaken = false;

  /** @param state - Before the first transaction. */
  constructor(inclusion: Inclusion, state: StateSource) {
    this.#inclusion = inclusion;
    this.#state = state;
  }

  /** As it is now; a change of the copy leaves this one as it is. */
  copy(): SenderLedger {
    const copy = new SenderLedger(this.#inclusion, this.#state);
    for (const [address, nonce] of this.#nonces) copy.#nonces.set(address, nonce);
    for (const [address, funds] of this.#funds) copy.#funds.set(address, funds);
    for (const address of this.#coded) copy.#coded.add(address);
    copy.#isShaken = this.#isShaken;
    return copy;
  }

  /** @param end - Of the block so far. */
  standingOf(tx: Transaction, end: BlockEnding): Standing {
    const { from } = tx;
    const nonce = this.#nonceOf(from);
    if (nonce === null || nonce > tx.nonce) return { kind: 'too-late' };
    if (nonce < tx.nonce) return { kind: 'too-early' };
    const code = end.codeOf(from);
    if (code === null || !isPlain(code)) return { kind: 'sender-code' };
    const least = end.leastBalance(from);
    const own = this.#fundsOf(from);
    return (own > least ? own : least) < this.#inclusion.fundsFor(tx) ? { kind: 'funds' } : VALID;
  }

  /** Adds a transaction; says whose balances have changed. */
  add(tx: Transaction, analysis: TransactionAnalysis): ReadonlySet<Address> {
    const { receipt, debits, nonceWrites } = analysis;
    const { feeRecipient } = this.#inclusion.block;
    const { from } = tx;
    const changed = new Set<Address>();
    const set = (address: Address, funds: bigint): void => {
      changed.add(address);
      this.#funds.set(address, funds < 0n ? 0n : funds);
    };
    const moved = receipt?.isSuccess === false ? 0n : tx.value;
    const fees = this.#inclusion.feesOf(tx, this.#inclusion.gasOf(tx, analysis).most);
    set(from, this.#fundsOf(from) - fees - moved);
    if (receipt?.isSuccess !== false && tx.to === from) set(from, this.#fundsOf(from) + tx.value);
    for (const address of debits) set(address, leastBalanceAfter(analysis, address));
    for (const [address, amount] of receipt?.credits ?? []) {
      if (!debits.has(address)) set(address, this.#fundsOf(address) + amount);
    }
    set(feeRecipient, this.#fundsOf(feeRecipient) + (receipt?.gasUsed ?? 0n) * this.#inclusion.tipOf(tx));
    this.#nonces.set(from, tx.nonce + 1n);
    for (const address of nonceWrites) {
      this.#coded.add(address);
      this.#nonces.set(address, nonceAfter(analysis, address));
    }
    if (isOpen(analysis) || analysis.accesses.regions.some(isOverAccounts)) this.#isShaken = true;
    for (const [key, mode] of analysis.accesses.keys) {
      if (mode !== 'read' && key.endsWith(BALANCE)) changed.add(key.slice(0, -BALANCE.length) as Address);
    }
    return changed;
  }

  #nonceOf(address: Address): bigint | null {
    if (this.#mayBeShaken(address)) return null;
    const known = this.#nonces.get(address);
    return known === undefined ? this.#account(address).nonce : known;
  }

  #fundsOf(address: Address): bigint {
    if (this.#mayBeShaken(address)) return 0n;
    return this.#funds.get(address) ?? this.#account(address).balance;
  }

  /** Without code nothing but its own transactions takes from an account. */
  #mayBeShaken(address: Address): boolean {
    return this.#isShaken && (this.#coded.has(address) || this.#account(address).code.length > 0);
  }

  #account(address: Address): AccountState {
    return this.#state.account(address) ?? NO_ACCOUNT;
  }
}

const BALANCE = ':balance';

function isOverAccounts(region: TransactionAnalysis['accesses']['regions'][number]): boolean {
  return region.shape === 'everything' && region.mode !== 'read' && region.field !== 'storage';
}

/** Whether an account with such code may send transactions (EIP-3607, EIP-7702). */
function isPlain(code: Uint8Array): boolean {
  return code.length === 0 || (code[0] === 0xef && code[1] === 0x01 && code[2] === 0x00);
}
