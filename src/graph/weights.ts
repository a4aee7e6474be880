/** Gas as floating-point numbers, in which scheduling is many times faster than in `bigint`. */

const EXACT = 1n << 53n;

export interface Weights {
  /** Of each transaction, in units of `unit` gas, rounded up. */
  readonly values: Float64Array;
  /** 1n, and so exact, unless all gas together exceeds 2^53. */
  readonly unit: bigint;
}

/** Every sum of weights is exact. */
export function weigh(gas: readonly bigint[]): Weights {
  const total = gas.reduce((sum, own) => sum + own, 0n);
  let unit = 1n;
  while (total / unit + BigInt(gas.length) >= EXACT) unit <<= 1n;
  const values = new Float64Array(gas.length);
  for (const [index, own] of gas.entries()) values[index] = Number((own + unit - 1n) / unit);
  return { values, unit };
}
