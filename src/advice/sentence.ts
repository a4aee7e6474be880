/** Advice in the words of who wrote the contract. */
import type { Hex } from '../input/block.ts';
import type { Names } from '../names/names.ts';
import { parseKey } from '../state/key.ts';
import type { Advice, Caller } from './advice.ts';
import { PATTERNS, type PatternId } from './patterns.ts';

const SHOWN_CALLERS = 2;
const SHOWN_COMPANIONS = 3;
/** Less is not worth a word. */
const NOTABLE_GAIN = 1.05;

/** One sentence: what it is, who does what, and how many wait; the remedy is another one. */
export function adviceSentence(advice: Advice, names: Names): string {
  const { pattern, key, transactions, waiting, total, bound } = advice;
  const callers = callersOf(advice, names);
  const verb = VERBS[pattern] ?? ['writes', 'write'];
  const touching = transactions > waiting + 1 ? ` (${transactions} touch it)` : '';
  const gain =
    bound.without >= bound.now * NOTABLE_GAIN
      ? `; without that the block could run ${bound.without.toFixed(1)}× as fast as one by one, instead of ${bound.now.toFixed(1)}×`
      : '';
  return (
    `${PATTERNS[pattern].title}: ${callers.text} ${verb[callers.isOne ? 0 : 1]} ${names.key(key).text}` +
    `${growthText(advice)}: ${waiting} of ${total} transactions wait on it${touching}${gain}.`
  );
}

/** What else the same transactions wait on, in one sentence; empty where there is nothing. */
export function companionSentence({ companions }: Advice, names: Names): string {
  const shown = companions
    .slice(0, SHOWN_COMPANIONS)
    .map(({ pattern, key }) => `${names.key(key).text} (${PATTERNS[pattern].title.toLowerCase()})`);
  const rest = companions.length - shown.length;
  if (shown.length === 0) return '';
  return `The same transactions also wait on ${[...shown, ...(rest > 0 ? [rest === 1 ? 'one more key' : `${rest} more keys`] : [])].join(', ')}.`;
}

interface Callers {
  readonly text: string;
  /** One call, or every one of one function. */
  readonly isOne: boolean;
}

function callersOf({ callers, key }: Advice, names: Names): Callers {
  const { address } = parseKey(key);
  const shown = callers.slice(0, SHOWN_CALLERS);
  const rest = callers.slice(SHOWN_CALLERS).reduce((sum, { transactions }) => sum + transactions, 0);
  const [only] = callers;
  return {
    text: [
      ...shown.map((caller) => callerText(caller, address, names)),
      ...(rest > 0 ? [rest === 1 ? 'one more transaction' : `${rest} more transactions`] : []),
    ].join(', '),
    isOne: only !== undefined && callers.length === 1 && only.transactions === only.calls,
  };
}

/** Every call of a function, if all that the block has do it, else how many. */
function callerText({ to, selector, transactions, calls }: Caller, address: Hex, names: Names): string {
  if (to === null) return transactions === 1 ? 'a creation' : `${transactions} creations`;
  const where = to === address ? '' : ` on ${names.account(to)}`;
  const data = selector === null ? new Uint8Array(0) : Buffer.from(selector.slice(2), 'hex');
  const what =
    selector === null ? `without data${where}` : `of \`${names.call({ to, data, value: 0n }).text}\`${where}`;
  if (transactions < calls) return `${transactions} of ${calls} calls ${what}`;
  return calls === 1 ? `the call ${what}` : `every call ${what}`;
}

/** For one, and for several. */
const VERBS: Partial<Record<PatternId, readonly [string, string]>> = {
  'one-sender': ['touches', 'touch'],
  ether: ['touches', 'touch'],
  factory: ['counts up', 'count up'],
  'credited-entry': ['credits', 'credit'],
  flags: ['sets a bit of', 'set a bit of'],
  lock: ['writes and restores', 'write and restore'],
};

function growthText({ pattern, step }: Advice): string {
  switch (pattern) {
    case 'counter':
    case 'entry-counter': {
      const by = step === null ? 0n : step;
      const amount = by < 0n ? -by : by;
      return `, which ${by < 0n ? 'shrinks' : 'grows'} by ${amount === 1n ? 'one' : amount} each time`;
    }
    case 'array-push':
      return ', the length of a list that grows by one each time';
    case 'total':
      return ', which changes by the amount that is moved';
    case 'accumulator':
      return ', which grows each time';
    case 'pool':
      return ', which its trades depend on';
    case 'clock':
      return ', which is the time of the block then';
    default:
      return '';
  }
}
