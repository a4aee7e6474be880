/** Slots in which a pool keeps what its trades depend on, told by relations that hold between their parts. */
import type { BlockHeader } from '../input/block.ts';
import type { Change } from './changes.ts';

/** All of the changes show the same relation. */
export function isPoolState(changes: readonly Change[], block: BlockHeader | null): boolean {
  return (
    (block !== null && changes.every(({ after }) => isReserves(after, block))) ||
    changes.every(({ after }) => isPrice(after)) ||
    changes.every(isExchange)
  );
}

/** Two slots that the same transactions change, one up and the other down in each: what a pool has of two things. */
export function isTrade(changes: readonly Change[], others: readonly Change[]): boolean {
  const byTransaction = new Map(others.map((change) => [change.transaction, deltaOf(change)]));
  return (
    changes.length > 1 &&
    changes.length === others.length &&
    changes.every((change) => {
      const [own, other] = [deltaOf(change), byTransaction.get(change.transaction) ?? 0n];
      return (own > 0n && other < 0n) || (own < 0n && other > 0n);
    })
  );
}

function deltaOf({ before, after }: Change): bigint {
  return after - before;
}

/** Uniswap V2 and its descendants: two reserves of 112 bits, and the time of the block above them. */
function isReserves(value: bigint, { timestamp }: BlockHeader): boolean {
  return (
    value >> 224n === BigInt.asUintN(32, timestamp) &&
    part(value, 0n, 112n) > 0n &&
    part(value, 112n, 112n) > 0n
  );
}

/** Uniswap V3 and its descendants: the square root of the price, 96 bits behind the point, and its tick above it. */
function isPrice(value: bigint): boolean {
  const root = Number(part(value, 0n, 160n)) / 2 ** 96;
  const tick = Number(BigInt.asIntN(24, value >> 160n));
  if (root === 0) return false;
  const exact = (2 * Math.log(root)) / Math.log(1.0001);
  return Math.abs(exact - tick) < 2 && value >> 184n !== 0n;
}

/** Two halves of which one grew and the other shrank: what comes in, and what goes out for it. */
function isExchange({ before, after }: Change): boolean {
  const low = part(after, 0n, 128n) - part(before, 0n, 128n);
  const high = part(after, 128n, 128n) - part(before, 128n, 128n);
  return part(before, 128n, 128n) > 0n && ((low > 0n && high < 0n) || (low < 0n && high > 0n));
}

function part(value: bigint, from: bigint, bits: bigint): bigint {
  return BigInt.asUintN(Number(bits), value >> from);
}
