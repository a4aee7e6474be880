/** Accesses of an instruction that halts its frame: as `instructions/attempt.ts` has them. */
import { BALANCE, CODE, NONCE } from './accounts.ts';
import type { Frame } from './frame.ts';
import { WORD } from './limbs.ts';
import type { Machine } from './machine.ts';
import { writeField } from './state.ts';

/** The operands are still on the stack. */
export function attempt(machine: Machine, frame: Frame, opcode: number): void {
  const { state } = machine;
  const { stack, top, account } = frame;
  switch (opcode) {
    case 0x31: // BALANCE
      state.accounts.ofWord(stack, top - WORD).read |= BALANCE;
      return;
    case 0x47: // SELFBALANCE
      account.read |= BALANCE;
      return;
    case 0x3b: // EXTCODESIZE
    case 0x3c: // EXTCODECOPY
    case 0x3f: // EXTCODEHASH
      state.accounts.ofWord(stack, top - WORD).read |= CODE;
      return;
    case 0xf1: // CALL
    case 0xf2: // CALLCODE
    case 0xf4: // DELEGATECALL
    case 0xfa: // STATICCALL
      state.accounts.ofWord(stack, top - 2 * WORD).read |= CODE;
      return;
    case 0x54: {
      // SLOAD
      const cell = state.locate(account, stack, top - WORD);
      state.slots.markRead(cell);
      state.valueAt(cell);
      return;
    }
    case 0x55: // SSTORE
      if (!frame.isStatic) state.slots.markWritten(state.locate(account, stack, top - WORD));
      return;
    case 0xf0: // CREATE
    case 0xf5: // CREATE2
      if (!frame.isStatic) writeField(account, NONCE);
      return;
    case 0xff: // SELFDESTRUCT
      if (frame.isStatic) return;
      writeField(account, machine.rules.keepsOldAccounts ? BALANCE : BALANCE | NONCE | CODE);
      state.accounts.ofWord(stack, top - WORD).credited |= BALANCE;
      return;
  }
}
