/**
 * Loops of one frame whose end is not known: after some rounds what is known at the head is widened, until a
 * round adds nothing to it and the loop is done. A loop counts as one from its first backward jump; its end is
 * not known where ways out of its last round are still under way. One that always goes round once more is run
 * as it is. Which loops are widened, and when, changes how tight the result is, never whether it is sound.
 */
import { MAX_WORDS, type Path, type TransactionContext } from './machine.ts';
import { isSamePath, mergePaths } from './path-merge.ts';
import type { Marks } from './reason-recorder.ts';
import { cellsOf, joinWords, knownValue, sameKnowledge, unknownWord, widenWord } from './word.ts';

/** Rounds with an open end that are run as they are, and marks made in them: cheap loops go on for longer. */
const EXACT_ROUNDS = 1;
const EXACT_MARKS = 64;
/** Merges after which a word that still changes is unknown. */
const WIDENINGS = 2;

interface Head {
  readonly firstMark: number;
  /** Marks from here on were made since the last visit. */
  nextMark: number;
  openRounds: number;
  merges: number;
  /** What has been known at the head, and gone on from; `null` while rounds are run as they are. */
  state: Path | null;
}

export class LoopHeads {
  readonly #tx: TransactionContext;
  readonly #jumpDestinations: Uint8Array;
  readonly #heads = new Map<string, Head>();

  constructor(tx: TransactionContext, jumpDestinations: Uint8Array) {
    this.#tx = tx;
    this.#jumpDestinations = jumpDestinations;
  }

  /**
   * The path that goes on from the head that `path` has jumped back to: itself, one that stands for it, or
   * `null` where all that it can do has been followed already.
   *
   * @param from - Where it jumped.
   * @param others - Paths of the frame that wait.
   * @param ended - Marks of those that have left the frame.
   */
  revisit(path: Path, from: number, others: readonly Path[], ended: Marks): Path | null {
    const { nextMark } = this.#tx.recorder.reasons;
    const key = this.#keyOf(path);
    const head = this.#heads.get(key);
    if (head === undefined) {
      this.#heads.set(key, { firstMark: nextMark, nextMark, openRounds: 0, merges: 0, state: null });
      return path;
    }
    const since = head.nextMark;
    head.nextMark = nextMark;
    if (head.state === null) {
      const isOpen =
        hasOther(ended, path.marks, since) ||
        others.some((other) => hasLeft(other, path, from) && hasOther(other.marks, path.marks, since));
      if (isOpen) head.openRounds++;
      if (head.openRounds > EXACT_ROUNDS && nextMark - head.firstMark > EXACT_MARKS)
        head.state = path.fork([]);
      return path;
    }
    const merged = this.#widened(head.state, path, head.merges++);
    if (isSamePath(merged, head.state)) return null;
    head.state = merged.fork([]);
    return merged;
  }

  #widened(old: Path, now: Path, merges: number): Path {
    const merged = mergePaths(this.#tx, old, now, (a, b, control) => {
      if (merges === 0) return joinWords(a, b, control);
      const joined = widenWord(a, b, control);
      return merges < WIDENINGS || sameKnowledge(joined, a) ? joined : unknownWord(cellsOf(joined));
    });
    if (merged.gas.min < old.gas.min) merged.gas = { min: 0, max: merged.gas.max };
    if (merged.words.max > old.words.max) merged.words = { min: merged.words.min, max: MAX_WORDS };
    return merged;
  }

  /** Paths that will jump to other places are in other loops. */
  #keyOf({ pc, stack }: Path): string {
    const targets = stack.map(knownValue).filter((value) => value !== null && this.#isDestination(value));
    return `${pc} ${stack.length} ${targets.join()}`;
  }

  #isDestination(value: bigint): boolean {
    return value < 65536n && this.#jumpDestinations[Number(value)] === 1;
  }
}

/** Whether a path is out of the loop that another goes round: in compiled code, loops are in one piece. */
function hasLeft(other: Path, { pc, stack }: Path, from: number): boolean {
  const height = other.stack.length - stack.length;
  return height < 0 || (height === 0 && (other.pc < pc || other.pc > from));
}

/** Whether there are marks since some time that are not among `own`. */
function hasOther(marks: Marks, own: Marks, since: number): boolean {
  return (marks & ~own) >> BigInt(since) !== 0n;
}
