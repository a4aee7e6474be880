/**
 * Storage layouts as solc writes them (`storageLayout`, Solidity documentation, "Layout of State Variables in
 * Storage"): which variable, which member of it, which element a place is.
 */
import * as z from 'zod';
import { cleanName } from './clean-text.ts';
import type { NamedPlace } from './names.ts';
import type { PlaceStep, StoragePlace } from './place.ts';
import { shortHex, stepsText, type WordText } from './place-text.ts';

const variable = z.object({
  label: z.string('a name'),
  offset: z.int('bytes within the slot'),
  slot: z.string('a slot in decimal').regex(/^[0-9]{1,78}$/, 'a slot in decimal'),
  type: z.string('the name of a type'),
});

/** Types other than structs have no members. */
const type = z.object({
  encoding: z.string('an encoding'),
  label: z.string('the name of a type'),
  numberOfBytes: z.string('bytes in decimal').regex(/^[0-9]{1,78}$/, 'bytes in decimal'),
  base: z.string('the name of a type').optional(),
  key: z.string('the name of a type').optional(),
  value: z.string('the name of a type').optional(),
  members: z.array(variable, 'members').optional(),
});

export const storageLayoutSchema = z.object(
  {
    storage: z.array(variable, 'variables'),
    types: z.record(z.string(), type, 'types by name').nullable(),
  },
  'a storage layout',
);

export type StorageLayout = z.infer<typeof storageLayoutSchema>;

type Variable = StorageLayout['storage'][number];
type Type = z.infer<typeof type>;

/** Types refer to each other; a hostile file may have them do so in a circle. */
const MOST_LEVELS = 32;

/** Variables of one slot that are named. */
const SHOWN_TOGETHER = 3;

/** The variable of a place; `null`: the layout has none there. */
export function variableAt(layout: StorageLayout, place: StoragePlace, word: WordText): NamedPlace | null {
  const { root, steps } = place;
  if (root.kind !== 'slot') return null;
  const [first, ...rest] = steps;
  const [slot, path] = first?.kind === 'member' ? [root.slot + first.slots, rest] : [root.slot, steps];
  const named = within(layout, layout.storage, slot, path, word, 0);
  if (named === null) return null;
  const name = cleanName(named.label);
  return name === null ? null : { variable: name, text: `${name}${named.rest}` };
}

interface Found {
  readonly label: string;
  readonly rest: string;
}

/** Among variables that lie beside each other: those of a contract, or the members of a struct. */
function within(
  layout: StorageLayout,
  variables: readonly Variable[],
  slot: bigint,
  steps: readonly PlaceStep[],
  word: WordText,
  level: number,
): Found | null {
  const here = variables.filter((one) => {
    const start = BigInt(one.slot);
    return slot >= start && slot < start + slotsOf(layout.types?.[one.type]);
  });
  const [first] = here;
  if (first === undefined || level > MOST_LEVELS) return null;
  if (here.length > 1) {
    const names = here.map(({ label }) => cleanName(label) ?? '?');
    const more = names.length > SHOWN_TOGETHER ? ', …' : '';
    return { label: `${names.slice(0, SHOWN_TOGETHER).join(', ')}${more}`, rest: stepsText(steps, word) };
  }
  const rest = inside(layout, layout.types?.[first.type], slot - BigInt(first.slot), steps, word, level);
  return rest === null ? null : { label: first.label, rest };
}

/** What stands behind the name of a variable of this type. */
function inside(
  layout: StorageLayout,
  own: Type | undefined,
  slots: bigint,
  steps: readonly PlaceStep[],
  word: WordText,
  level: number,
): string | null {
  const [step, ...others] = steps;
  const typed = (name: string | undefined) => (name === undefined ? undefined : layout.types?.[name]);
  switch (own?.encoding) {
    case 'inplace': {
      if (own.members !== undefined) {
        const member = within(layout, own.members, slots, steps, word, level + 1);
        return member === null ? null : `.${cleanName(member.label) ?? '?'}${member.rest}`;
      }
      const base = typed(own.base);
      if (base !== undefined) return element(layout, base, slots, steps, word, level);
      return slots === 0n && step === undefined ? '' : null;
    }
    case 'mapping': {
      if (step === undefined) return slots === 0n ? '' : null;
      if (slots !== 0n || (step.kind !== 'key' && step.kind !== 'bytes-key')) return null;
      const [behind, path] = afterKey(others);
      const rest = inside(layout, typed(own.value), behind, path, word, level + 1);
      return rest === null ? null : `[${keyText(step, typed(own.key), word)}]${rest}`;
    }
    case 'dynamic_array': {
      if (step === undefined) return slots === 0n ? '.length' : null;
      const base = typed(own.base);
      if (slots !== 0n || step.kind !== 'element' || base === undefined) return null;
      return element(layout, base, step.slots, others, word, level);
    }
    case 'bytes':
      return slots === 0n && (step === undefined || (step.kind === 'element' && others.length === 0))
        ? ''
        : null;
    default:
      return null;
  }
}

/** An element of an array of such elements, by the slots behind the first one. */
function element(
  layout: StorageLayout,
  base: Type,
  slots: bigint,
  steps: readonly PlaceStep[],
  word: WordText,
  level: number,
): string | null {
  if (level > MOST_LEVELS) return null;
  const size = BigInt(base.numberOfBytes);
  if (size > 0n && size <= 16n && base.encoding === 'inplace') {
    const together = 32n / size;
    const first = slots * together;
    return steps.length === 0 ? `[${first}…${first + together - 1n}]` : null;
  }
  const each = slotsOf(base);
  const rest = inside(layout, base, slots % each, steps, word, level + 1);
  return rest === null ? null : `[${slots / each}]${rest}`;
}

/** What a mapping's value begins with: slots behind its start, and the way from there. */
function afterKey(steps: readonly PlaceStep[]): readonly [bigint, readonly PlaceStep[]] {
  const [first, ...rest] = steps;
  return first?.kind === 'member' ? [first.slots, rest] : [0n, steps];
}

function slotsOf(own: Type | undefined): bigint {
  const slots = (BigInt(own?.numberOfBytes ?? 32) + 31n) / 32n;
  return slots === 0n ? 1n : slots;
}

function keyText(step: PlaceStep, own: Type | undefined, word: WordText): string {
  if (step.kind !== 'key' || step.key === null || own === undefined)
    return stepsText([step], word).slice(2, -1);
  const { label, numberOfBytes } = own;
  if (label === 'bool') return step.key === 0n ? 'false' : 'true';
  if (/^int/.test(label)) return numberText(BigInt.asIntN(256, step.key), word, step.key);
  if (/^(uint|enum)/.test(label)) return numberText(step.key, word, step.key);
  const fixedBytes = /^bytes[0-9]+$/.test(label) ? Number(numberOfBytes) : 0;
  if (fixedBytes > 0)
    return shortHex(
      `0x${step.key
        .toString(16)
        .padStart(64, '0')
        .slice(0, 2 * fixedBytes)}`,
    );
  return word(step.key);
}

/** Larger numbers are easier to tell apart as words. */
const LARGEST_NUMBER = 10n ** 15n;

function numberText(value: bigint, word: WordText, key: bigint): string {
  return value < LARGEST_NUMBER && value > -LARGEST_NUMBER ? value.toString() : word(key);
}
