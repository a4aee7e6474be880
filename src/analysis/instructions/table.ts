/** The 256 opcodes: transfer function, and what each takes from and leaves on the stack. */
import { within } from '../head-window.ts';
import type { Instruction } from '../machine.ts';
import { unknownWord } from '../word.ts';
import {
  binaryInstruction as binary,
  exp,
  keccak,
  modularInstruction as modular,
  unaryInstruction as unary,
} from './arithmetic.ts';
import {
  type Attempt,
  attemptBalance,
  attemptCall,
  attemptCode,
  attemptCreate,
  attemptSelfBalance,
  attemptSelfDestruct,
  attemptSload,
  attemptSstore,
} from './attempt.ts';
import { callInstruction } from './calls.ts';
import {
  addressWord,
  balanceOf,
  blobHash,
  blockHash,
  blockValue,
  callDataCopy,
  callDataLoad,
  callDataSize,
  codeCopy,
  codeSize,
  extCodeCopy,
  extCodeHash,
  extCodeSize,
  pushes,
  returnDataCopy,
  returnDataSize,
  selfBalance,
} from './environment.ts';
import {
  drop,
  duplicate,
  gasLeft,
  jump,
  jumpIf,
  leave,
  mcopy,
  mload,
  msize,
  mstore,
  mstore8,
  nothing,
  programCounter,
  push,
  pushZero,
  stop,
  swap,
} from './stack.ts';
import { sload, sstore, tload, tstore } from './storage.ts';
import { createInstruction, log, selfDestruct } from './system.ts';

/** One row: `needs` words must be on the stack, `grows` more are on it afterwards. */
export interface Row {
  readonly run: Instruction;
  readonly needs: number;
  readonly grows: number;
  /** Accesses that count although the instruction halts. */
  readonly attempt: Attempt | null;
}

/** By opcode; `undefined` where no hardfork has one, or it only halts. */
export type InstructionTable = readonly (Row | undefined)[];

const rows: (Row | undefined)[] = new Array(256).fill(undefined);

function row(
  opcode: number,
  needs: number,
  leaves: number,
  run: Instruction,
  attempt: Attempt | null = null,
): void {
  rows[opcode] = { run, needs, grows: leaves - needs, attempt };
}

row(0x00, 0, 0, stop);
for (const [opcode, operation] of [
  [0x01, 'add'],
  [0x02, 'mul'],
  [0x03, 'sub'],
  [0x04, 'div'],
  [0x05, 'sdiv'],
  [0x06, 'mod'],
  [0x07, 'smod'],
  [0x0b, 'signextend'],
  [0x10, 'lt'],
  [0x11, 'gt'],
  [0x12, 'slt'],
  [0x13, 'sgt'],
  [0x14, 'eq'],
  [0x16, 'and'],
  [0x17, 'or'],
  [0x18, 'xor'],
  [0x1a, 'byte'],
  [0x1b, 'shl'],
  [0x1c, 'shr'],
  [0x1d, 'sar'],
] as const) {
  row(opcode, 2, 1, binary(operation));
}
row(0x08, 3, 1, modular('addmod'));
row(0x09, 3, 1, modular('mulmod'));
row(0x0a, 2, 1, exp);
row(0x15, 1, 1, unary('iszero'));
row(0x19, 1, 1, unary('not'));
row(0x1e, 1, 1, unary('clz'));
row(0x20, 2, 1, keccak);
row(
  0x30,
  0,
  1,
  pushes((machine) => addressWord(machine.frame.address)),
);
row(0x31, 1, 1, balanceOf, attemptBalance);
row(
  0x32,
  0,
  1,
  pushes((machine) => addressWord(machine.tx.origin)),
);
row(
  0x33,
  0,
  1,
  pushes((machine) => addressWord(machine.frame.caller)),
);
row(
  0x34,
  0,
  1,
  pushes((machine) => machine.frame.value),
);
row(0x35, 1, 1, callDataLoad);
row(0x36, 0, 1, callDataSize);
row(0x37, 3, 0, callDataCopy);
row(0x38, 0, 1, codeSize);
row(0x39, 3, 0, codeCopy);
row(
  0x3a,
  0,
  1,
  pushes((machine) => machine.tx.gasPrice),
);
row(0x3b, 1, 1, extCodeSize, attemptCode);
row(0x3c, 4, 0, extCodeCopy, attemptCode);
row(0x3d, 0, 1, returnDataSize);
row(0x3e, 3, 0, returnDataCopy);
row(0x3f, 1, 1, extCodeHash, attemptCode);
row(0x40, 1, 1, blockHash);
row(
  0x41,
  0,
  1,
  blockValue((block) => addressWord(block.feeRecipient)),
);
row(
  0x42,
  0,
  1,
  blockValue((block, { tx }) => within(block.timestamp, tx.span.seconds)),
);
row(
  0x43,
  0,
  1,
  blockValue((block, { tx }) => within(block.number, tx.span.blocks)),
);
row(
  0x44,
  0,
  1,
  blockValue((block, machine) =>
    machine.tx.rules.hasPrevRandao ? BigInt(block.prevRandao) : block.difficulty,
  ),
);
row(
  0x45,
  0,
  1,
  blockValue((block) => block.gasLimit),
);
row(
  0x46,
  0,
  1,
  pushes((machine) => machine.tx.chainId),
);
row(0x47, 0, 1, selfBalance, attemptSelfBalance);
row(
  0x48,
  0,
  1,
  blockValue((block) => block.baseFeePerGas ?? 0n),
);
row(0x49, 1, 1, blobHash);
row(
  0x4a,
  0,
  1,
  pushes((machine) => (machine.tx.block === null ? unknownWord([]) : machine.tx.blobBaseFee)),
);
row(0x50, 1, 0, drop);
row(0x51, 1, 1, mload);
row(0x52, 2, 0, mstore);
row(0x53, 2, 0, mstore8);
row(0x54, 1, 1, sload, attemptSload);
row(0x55, 2, 0, sstore, attemptSstore);
row(0x56, 1, 0, jump);
row(0x57, 2, 0, jumpIf);
row(0x58, 0, 1, programCounter);
row(0x59, 0, 1, msize);
row(0x5a, 0, 1, gasLeft);
row(0x5b, 0, 0, nothing);
row(0x5c, 1, 1, tload);
row(0x5d, 2, 0, tstore);
row(0x5e, 3, 0, mcopy);
row(0x5f, 0, 1, pushZero);
for (let opcode = 0x60; opcode <= 0x7f; opcode++) row(opcode, 0, 1, push);
for (let n = 1; n <= 16; n++) {
  row(0x7f + n, n, n + 1, duplicate);
  row(0x8f + n, n + 1, n + 1, swap);
}
for (let topics = 0; topics <= 4; topics++) row(0xa0 + topics, 2 + topics, 0, log);
row(0xf0, 3, 1, createInstruction('create'), attemptCreate);
row(0xf1, 7, 1, callInstruction('call'), attemptCall);
row(0xf2, 7, 1, callInstruction('callcode'), attemptCall);
row(0xf3, 2, 0, leave);
row(0xf4, 6, 1, callInstruction('delegatecall'), attemptCall);
row(0xf5, 4, 1, createInstruction('create2'), attemptCreate);
row(0xfa, 6, 1, callInstruction('staticcall'), attemptCall);
row(0xfd, 2, 0, leave);
row(0xff, 1, 0, selfDestruct, attemptSelfDestruct);

export const table: InstructionTable = rows;
