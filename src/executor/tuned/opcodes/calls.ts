/** Calls and creations (Yellow Paper appendix H, f0s; EIP-150, 2929, 3860, 7702): price, then a message. */
import { OBSERVED } from '../../observed.ts';
import { type Cell, isEmpty } from '../../transaction-state.ts';
import { type Frame, HALT, type Message } from '../frame.ts';
import type { Machine } from '../machine.ts';
import { chargeWords, expand } from './expand.ts';
import type { OpcodeRow, Run } from './row.ts';

const EMPTY = new Uint8Array(0);

type CallKind = 'call' | 'callcode' | 'delegatecall' | 'staticcall';

function call(kind: CallKind): Run {
  const takesValue = kind === 'call' || kind === 'callcode';
  return (frame, machine) => {
    const { stack, memory, message, self } = frame;
    const requested = stack.pop();
    const target = machine.account(stack.pop());
    const value = takesValue ? stack.pop() : 0n;
    const inputAt = Number(stack.pop());
    const inputLength = Number(stack.pop());
    const at = Number(stack.pop());
    const length = Number(stack.pop());
    const paysValue = value !== 0n;
    if (kind === 'call' && paysValue && message.isStatic) throw HALT;
    // The price depends on it, affordable or not.
    const delegate = machine.rules.hasDelegations ? machine.delegateOf(machine.readCode(target)) : null;
    expand(frame, machine, inputAt, inputLength);
    expand(frame, machine, at, length);
    const given = chargeCall(frame, machine, { kind, target, delegate, requested, paysValue });
    frame.returned = EMPTY;
    const gas = paysValue ? given + machine.rules.callStipend : given;
    if (!observePayment(frame, machine, value)) {
      frame.gas += gas - given;
      stack.push(0n);
      return;
    }
    if (paysValue && kind === 'call') target.observedBalance |= OBSERVED.delta;
    frame.gas -= given;
    const isOwn = kind === 'callcode' || kind === 'delegatecall';
    const next: Message = {
      kind: 'call',
      self: isOwn ? self : target,
      caller: kind === 'delegatecall' ? message.caller : self,
      value: kind === 'delegatecall' ? message.value : value,
      input: memory.read(inputAt, inputLength),
      gas,
      isStatic: message.isStatic || kind === 'staticcall',
      depth: message.depth + 1,
      returnTo: { frame, at, length },
    };
    machine.call(next, target, kind === 'delegatecall' ? 'keeps-value' : 'moves-value');
  };
}

interface CallPrice {
  readonly kind: CallKind;
  readonly target: Cell;
  /** The account that the target delegates to (EIP-7702). */
  readonly delegate: Cell | null;
  readonly requested: bigint;
  readonly paysValue: boolean;
}

/** Charges what a call itself costs. Returns the gas that goes with it, not charged yet. */
function chargeCall(frame: Frame, machine: Machine, price: CallPrice): number {
  const { rules, state } = machine;
  const { kind, target, delegate, requested, paysValue } = price;
  if (rules.hasColdAccess) frame.charge(machine.accessPrice(target));
  if (paysValue) frame.charge(rules.callValue);
  target.isReached = true;
  if (kind === 'call' && (paysValue || !rules.isSpuriousDragon)) {
    const isNew = rules.isSpuriousDragon ? !target.exists || isEmpty(target) : !target.exists;
    if (isNew) frame.charge(rules.callNewAccount);
  }
  if (delegate !== null) {
    frame.charge(state.warm(delegate) ? rules.coldAccount : rules.warmRead);
    delegate.isReached = true;
  }
  const wanted = Number(requested);
  if (rules.keepsBack64th) return Math.min(wanted, frame.gas - Math.floor(frame.gas / 64));
  if (wanted > frame.gas) throw HALT;
  return wanted;
}

/** Whether a message may start. What it takes to find out that the balance is too small is a read of it. */
function observePayment({ self, message }: Frame, { rules }: Machine, value: bigint): boolean {
  if (message.depth >= rules.stackLimit) return false;
  const canPay = self.balance >= value;
  if (value > 0n) self.observedBalance |= canPay ? OBSERVED.write : OBSERVED.read;
  return canPay;
}

function create(kind: 'create' | 'create2'): Run {
  return (frame, machine) => {
    const { stack, memory, message, self } = frame;
    const { rules, state } = machine;
    if (message.isStatic) throw HALT;
    const value = stack.pop();
    const at = Number(stack.pop());
    const length = Number(stack.pop());
    const salt = kind === 'create2' ? stack.pop() : null;
    chargeWords(frame, length, rules.initCodeWord + (salt === null ? 0 : rules.hashWord));
    expand(frame, machine, at, length);
    const canStart = observePayment(frame, machine, value);
    if (canStart) self.observedNonce |= OBSERVED.write;
    if (rules.hasInitCodeLimit && length > rules.maximumInitCodeLength) throw HALT;
    const code = memory.read(at, length);
    // What begins like an EOF container is not created (@ethereumjs, ahead of EIP-3540, on every hardfork).
    const isContainer = code[0] === 0xef && code[1] === 0x00;
    if (!isContainer) frame.returned = EMPTY;
    if (!canStart || isContainer || self.nonce >= MAXIMUM_NONCE) {
      stack.push(0n);
      return;
    }
    state.touch(self);
    state.put(self, self.balance, self.nonce + 1n);
    const gas = rules.keepsBack64th ? frame.gas - Math.floor(frame.gas / 64) : frame.gas;
    frame.gas -= gas;
    machine.create(code, salt, {
      caller: self,
      value,
      gas,
      depth: message.depth + 1,
      returnTo: { frame, at: 0, length: 0 },
    });
  };
}

/** EIP-2681. */
const MAXIMUM_NONCE = (1n << 64n) - 1n;

export const CALLS: readonly OpcodeRow[] = [
  { code: 0xf0, takes: 3, gives: 1, run: create('create') },
  { code: 0xf1, takes: 7, gives: 1, run: call('call') },
  { code: 0xf2, takes: 7, gives: 1, run: call('callcode') },
  { code: 0xf4, takes: 6, gives: 1, run: call('delegatecall') },
  { code: 0xf5, takes: 4, gives: 1, run: create('create2') },
  { code: 0xfa, takes: 6, gives: 1, run: call('staticcall') },
];
