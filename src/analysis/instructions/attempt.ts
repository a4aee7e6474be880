/**
 * Accesses of an instruction that halts its frame for lack of gas: what it reached for counts as accessed, as
 * an execution's observer sees the instruction before it fails. One that a static call forbids reaches for
 * nothing.
 */
import type { Machine, Path } from '../machine.ts';
import { cellsOf, knownValue, type Word } from '../word.ts';
import { addressOfWord } from './environment.ts';

/** @param operands - The words that the instruction found on the stack, the top one last. */
export type Attempt = (machine: Machine, path: Path, operands: readonly Word[]) => void;

const top = (operands: readonly Word[]): Word => operands[operands.length - 1] as Word;

export const attemptSload: Attempt = (machine, path, operands) => {
  machine.tx.state.loadSlot(path, machine.frame.address, top(operands));
};

export const attemptSstore: Attempt = (machine, path, operands) => {
  if (machine.frame.isStatic) return;
  machine.tx.state.storeSlot(path, machine.frame.address, top(operands), 0n);
};

function attemptAccount(field: 'balance' | 'code', operand: (operands: readonly Word[]) => Word): Attempt {
  return (machine, path, operands) => {
    const { recorder, cells } = machine.tx;
    const word = operand(operands);
    const value = knownValue(word);
    if (value === null) {
      recorder.region({ shape: 'everything', address: null, field, mode: 'read' }, cellsOf(word));
    } else {
      recorder.assume(cellsOf(word));
      recorder.access(path.certain, cells.account(addressOfWord(value), field), 'read');
    }
  };
}

export const attemptBalance = attemptAccount('balance', top);

export const attemptSelfBalance: Attempt = (machine, path) => {
  const { recorder, cells } = machine.tx;
  recorder.access(path.certain, cells.account(machine.frame.address, 'balance'), 'read');
};

export const attemptCode = attemptAccount('code', top);

/** The target lies under the gas. */
export const attemptCall = attemptAccount('code', (operands) => operands[operands.length - 2] as Word);

export const attemptCreate: Attempt = (machine, path) => {
  if (machine.frame.isStatic) return;
  const { recorder, cells } = machine.tx;
  recorder.access(path.certain, cells.account(machine.frame.address, 'nonce'), 'write');
};

export const attemptSelfDestruct: Attempt = (machine, path, operands) => {
  const { recorder, cells, rules } = machine.tx;
  const { address, isStatic } = machine.frame;
  if (isStatic) return;
  recorder.access(path.certain, cells.account(address, 'balance'), 'write');
  if (!rules.keepsOldAccounts) {
    recorder.access(path.certain, cells.account(address, 'nonce'), 'write');
    recorder.access(path.certain, cells.account(address, 'code'), 'write');
  }
  const beneficiary = knownValue(top(operands));
  if (beneficiary === null) {
    const region = { shape: 'everything', address: null, field: 'balance', mode: 'delta' } as const;
    recorder.region(region, cellsOf(top(operands)));
  } else {
    recorder.assume(cellsOf(top(operands)));
    recorder.access(path.certain, cells.account(addressOfWord(beneficiary), 'balance'), 'delta');
  }
};
