/**
 * The flags of `evm t8n` as arguments of this program, so that a command line for it can be used again: `--input.txs`
 * is the input, `--input.env` is `--env`, `--input.alloc` is `--state`, and the rules are those of `--state.*`. Flags
 * for its outputs are not among them.
 */
import { InputError } from '../errors.ts';

/** Where geth's tool takes all three files from standard input, as one object. */
const STANDARD_INPUT = 'stdin';

/** What becomes of a flag and its value. */
const FLAGS: ReadonlyMap<string, (value: string) => readonly string[]> = new Map([
  ['--input.txs', (value: string) => [value === STANDARD_INPUT ? '-' : value]],
  ['--input.env', (value: string) => (value === STANDARD_INPUT ? [] : ['--env', value])],
  ['--input.alloc', (value: string) => (value === STANDARD_INPUT ? [] : ['--state', value])],
  ['--state.fork', (value: string) => ['--hardfork', value]],
  ['--state.chainid', (value: string) => ['--chain', value]],
  ['--state.reward', withoutReward],
]);

/**
 * The same arguments, with those of `evm t8n` replaced; `--flag value` and `--flag=value`.
 *
 * @throws InputError for a flag without its value, and for a reward, as none are paid.
 */
export function replaceT8nArguments(given: readonly string[]): readonly string[] {
  const replaced: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const argument = given[at] ?? '';
    const [flag = '', ...rest] = argument.split('=');
    const replace = FLAGS.get(flag);
    if (replace === undefined) {
      replaced.push(argument);
      continue;
    }
    const value = rest.length > 0 ? rest.join('=') : given[++at];
    if (value === undefined) throw wrong(flag, 'a value', 'nothing');
    replaced.push(...replace(value));
  }
  return replaced;
}

/** 0 pays nothing, and -1 says not to. */
function withoutReward(value: string): readonly string[] {
  if (value === '0' || value === '-1') return [];
  throw wrong('--state.reward', '0 or -1, as rewards of miners are not paid', value);
}

function wrong(flag: string, expected: string, got: string): InputError {
  return new InputError({ source: flag, path: '', expected, got });
}
