/**
 * The 256 rows of a hardfork. Which opcodes there are and their fixed prices is @ethereumjs's opcode table; what
 * is run is this folder's where it has a row, and @ethereumjs's own function where it has none.
 */

import type { Common } from '@ethereumjs/common';
import { getOpcodesForHF } from '@ethereumjs/evm';
import { HALT } from '../frame.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { CALLS } from './calls.ts';
import { DATA } from './data.ts';
import { FLOW } from './flow.ts';
import type { OpcodeRow, Run } from './row.ts';
import { STATE } from './state.ts';
import { STOCK, stockRun } from './stock.ts';

/** One array for each column, as the run loop reads them. */
export interface OpcodeTable {
  readonly runs: readonly Run[];
  readonly fees: readonly number[];
  /** Height that the stack must have. */
  readonly least: readonly number[];
  /** Height that the stack must not exceed. */
  readonly most: readonly number[];
}

const ROWS: readonly OpcodeRow[] = [...ARITHMETIC, ...FLOW, ...DATA, ...STATE, ...CALLS];

const invalid: Run = () => {
  throw HALT;
};

export function opcodeTable(common: Common, stackLimit: number): OpcodeTable {
  const { opcodes, handlers } = getOpcodesForHF(common);
  const table = {
    runs: new Array<Run>(256).fill(invalid),
    fees: new Array<number>(256).fill(0),
    least: new Array<number>(256).fill(0),
    most: new Array<number>(256).fill(stackLimit),
  };
  const enter = ({ code, takes, gives }: Omit<OpcodeRow, 'run'>, run: Run): void => {
    const opcode = opcodes.get(code);
    if (opcode === undefined || opcode.isInvalid) return;
    table.runs[code] = run;
    table.fees[code] = opcode.fee;
    table.least[code] = takes;
    table.most[code] = Math.min(stackLimit, stackLimit - (gives - takes));
  };
  for (const row of ROWS) enter(row, row.run);
  for (const row of STOCK) {
    const handler = handlers.get(row.code);
    if (handler !== undefined) enter(row, stockRun(row.code, handler));
  }
  return table;
}
