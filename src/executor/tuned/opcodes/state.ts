/** Accounts, storage, logs (Yellow Paper appendix H, 30s, 50s, a0s, ff; EIP-1153, 2200, 2929, 6780). */
import { OBSERVED } from '../../observed.ts';
import { type Cell, currentValue, isEmpty, type Slot } from '../../transaction-state.ts';
import { type Frame, HALT } from '../frame.ts';
import type { Machine } from '../machine.ts';
import type { NetPrices } from '../rules.ts';
import { wordBytes } from '../words.ts';
import { chargeWords, expand } from './expand.ts';
import type { OpcodeRow } from './row.ts';

/** How @ethereumjs shows code that begins like an EOF container (EIP-3540) to legacy code. */
const EOF_CODE = Uint8Array.of(0xef, 0x00);

/** The account of an address in a word, paid for (EIP-2929). */
function accessedAccount(frame: Frame, machine: Machine, word: bigint): Cell {
  const cell = machine.account(word);
  if (machine.rules.hasColdAccess) frame.charge(machine.accessPrice(cell));
  return cell;
}

/** The same where nothing more is to be paid before it is looked at. */
function reachedAccount(frame: Frame, machine: Machine, word: bigint): Cell {
  const cell = accessedAccount(frame, machine, word);
  cell.isReached = true;
  return cell;
}

function balance(frame: Frame, machine: Machine): void {
  const cell = reachedAccount(frame, machine, frame.stack.top());
  cell.observedBalance |= OBSERVED.read;
  frame.stack.replace(cell.balance);
}

function selfBalance({ self, stack }: Frame): void {
  self.observedBalance |= OBSERVED.read;
  stack.push(self.balance);
}

function visibleCode(machine: Machine, cell: Cell): Uint8Array {
  const code = machine.readCode(cell);
  return code[0] === EOF_CODE[0] && code[1] === EOF_CODE[1] ? EOF_CODE : code;
}

function codeSize(frame: Frame, machine: Machine): void {
  const cell = reachedAccount(frame, machine, frame.stack.top());
  frame.stack.replace(BigInt(visibleCode(machine, cell).length));
}

function codeCopy(frame: Frame, machine: Machine): void {
  const { stack, memory } = frame;
  const cell = accessedAccount(frame, machine, stack.pop());
  const to = Number(stack.pop());
  const from = Number(stack.pop());
  const length = Number(stack.pop());
  chargeWords(frame, length, machine.rules.copyWord);
  expand(frame, machine, to, length);
  cell.isReached = true;
  if (length > 0) memory.write(to, visibleCode(machine, cell), from, length);
}

/**
 * EXTCODEHASH tells an empty account from one without code. A nonce that counted up once settles that for good:
 * nothing else was read then.
 */
function codeHash(frame: Frame, machine: Machine): void {
  const cell = reachedAccount(frame, machine, frame.stack.top());
  if (cell.code.length === 0 && cell.nonce === 0n) {
    cell.observedBalance |= OBSERVED.read;
    cell.observedNonce |= OBSERVED.read;
  }
  const code = visibleCode(machine, cell);
  const isNone = code !== EOF_CODE && (!cell.exists || isEmpty(cell));
  frame.stack.replace(isNone ? 0n : machine.codeHash(code));
}

function blockHash({ stack }: Frame, machine: Machine): void {
  stack.replace(machine.blockHash(stack.top()));
}

function load(frame: Frame, machine: Machine): void {
  const { self, stack } = frame;
  const slot = machine.state.slot(self, stack.top());
  const { rules } = machine;
  if (rules.hasColdAccess) frame.charge(machine.state.warmSlot(slot) ? rules.coldSlot : rules.warmRead);
  slot.observed |= OBSERVED.read;
  slot.isReached = true;
  stack.replace(currentValue(self, slot));
}

function store(frame: Frame, machine: Machine): void {
  const { self, stack } = frame;
  if (frame.message.isStatic) throw HALT;
  const { rules, state } = machine;
  const slot = state.slot(self, stack.pop());
  const value = stack.pop();
  // The price depends on what is there, affordable or not.
  slot.observed |= OBSERVED.read;
  const prices = rules.storage;
  if (prices.kind === 'plain') {
    slot.isReached = true;
    const current = currentValue(self, slot);
    frame.charge(current === 0n && value !== 0n ? prices.set : prices.reset);
    if (current !== 0n && value === 0n) machine.refund += prices.clearRefund;
  } else {
    if (frame.gas <= prices.sentry) throw HALT;
    slot.isReached = true;
    const isCold = rules.hasColdAccess && state.warmSlot(slot);
    frame.charge(
      netPrice(machine, slot, currentValue(self, slot), value, prices) + (isCold ? rules.coldSlot : 0),
    );
  }
  slot.observed |= OBSERVED.write;
  state.write(slot, value);
}

/** EIP-1283, EIP-2200. */
function netPrice(
  machine: Machine,
  { original }: Slot,
  current: bigint,
  value: bigint,
  prices: NetPrices,
): number {
  if (value === current) return prices.noop;
  if (original === current) {
    if (original === 0n) return prices.init;
    if (value === 0n) machine.refund += prices.clearRefund;
    return prices.clean;
  }
  if (original !== 0n) {
    if (current === 0n) takeRefund(machine, prices.clearRefund);
    else if (value === 0n) machine.refund += prices.clearRefund;
  }
  if (value === original) machine.refund += original === 0n ? prices.initRefund : prices.cleanRefund;
  return prices.dirty;
}

function takeRefund(machine: Machine, amount: number): void {
  machine.refund -= amount;
  if (machine.refund < 0) throw HALT;
}

function loadTransient({ self, stack }: Frame, { state }: Machine): void {
  stack.replace(state.transient(self, stack.top()));
}

function storeTransient({ self, stack, message }: Frame, { state }: Machine): void {
  if (message.isStatic) throw HALT;
  const key = stack.pop();
  state.writeTransient(self, key, stack.pop());
}

function logRow(topicCount: number): OpcodeRow {
  return {
    code: 0xa0 + topicCount,
    takes: 2 + topicCount,
    gives: 0,
    run: (frame, machine) => {
      const { stack, memory, message, self } = frame;
      if (message.isStatic) throw HALT;
      const at = Number(stack.pop());
      const length = Number(stack.pop());
      const { logTopic, logByte } = machine.rules;
      frame.charge(logTopic * topicCount + logByte * length);
      expand(frame, machine, at, length);
      const topics: Uint8Array[] = [];
      for (let i = 0; i < topicCount; i++) topics.push(wordBytes(stack.pop()));
      machine.logs.push([wordBytes(self.word).subarray(12), topics, memory.read(at, length)]);
    },
  };
}

function selfDestruct(frame: Frame, machine: Machine): void {
  const { self, stack } = frame;
  if (frame.message.isStatic) throw HALT;
  const { rules, state } = machine;
  const heir = machine.account(stack.pop());
  if (!rules.hasColdAccess || heir.isWarm || frame.gas >= rules.coldAccount) heir.isReached = true;
  if (rules.isSpuriousDragon) {
    if (self.balance > 0n && (!heir.exists || isEmpty(heir))) frame.charge(rules.callNewAccount);
  } else if (rules.keepsBack64th && !heir.exists) {
    frame.charge(rules.callNewAccount);
  }
  if (rules.hasColdAccess && state.warm(heir)) frame.charge(rules.coldAccount);
  observeSelfDestruct(machine, self, heir);
  if (!self.isDoomed) machine.refund += rules.destroyRefund;
  state.doom(self);
  const { balance: left } = self;
  if (heir !== self) {
    state.touch(heir);
    state.put(heir, heir.balance + left, heir.nonce);
  }
  // EIP-6780: an account from before only sends its balance away.
  if (!rules.keepsDestroyed || self.isCreatedHere || heir !== self) state.put(self, 0n, self.nonce);
  frame.end('stopped', NOTHING);
}

const NOTHING = new Uint8Array(0);

function observeSelfDestruct({ rules, state }: Machine, self: Cell, heir: Cell): void {
  self.observedBalance |= OBSERVED.write;
  if (self.balance > 0n && heir !== self) heir.observedBalance |= OBSERVED.delta;
  if (!rules.keepsDestroyed || self.isCreatedHere) state.observeWhole(self);
}

export const STATE: readonly OpcodeRow[] = [
  { code: 0x30, takes: 0, gives: 1, run: ({ stack, self }) => stack.push(self.word) },
  { code: 0x31, takes: 1, gives: 1, run: balance },
  { code: 0x33, takes: 0, gives: 1, run: ({ stack, message }) => stack.push(message.caller.word) },
  { code: 0x34, takes: 0, gives: 1, run: ({ stack, message }) => stack.push(message.value) },
  { code: 0x3b, takes: 1, gives: 1, run: codeSize },
  { code: 0x3c, takes: 4, gives: 0, run: codeCopy },
  { code: 0x3f, takes: 1, gives: 1, run: codeHash },
  { code: 0x40, takes: 1, gives: 1, run: blockHash },
  { code: 0x47, takes: 0, gives: 1, run: selfBalance },
  { code: 0x54, takes: 1, gives: 1, run: load },
  { code: 0x55, takes: 2, gives: 0, run: store },
  { code: 0x5c, takes: 1, gives: 1, run: loadTransient },
  { code: 0x5d, takes: 2, gives: 0, run: storeTransient },
  ...[0, 1, 2, 3, 4].map(logRow),
  { code: 0xff, takes: 1, gives: 0, run: selfDestruct },
];
