/** Parsed JSON of which little is known yet, with the place where it stands. */
import { member, unexpected, type Where } from './schema.ts';

/** A value and where it stands. */
export interface Located {
  readonly value: unknown;
  readonly where: Where;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: `constructor` and its like are in every object. */
export function has(value: JsonObject, name: string): boolean {
  return Object.hasOwn(value, name);
}

/** A field of an object, whatever it is. */
export function fieldOf(object: JsonObject, name: string, where: Where): Located {
  return { value: has(object, name) ? object[name] : undefined, where: member(where, name) };
}

/**
 * The elements of an array.
 *
 * @throws InputError for anything else.
 */
export function elementsOf({ value, where }: Located, expected: string): readonly Located[] {
  if (!Array.isArray(value)) throw unexpected(where, expected, value);
  return value.map((element: unknown, index) => ({ value: element, where: member(where, index) }));
}

/**
 * A field of which an absent one and `null` say nothing.
 *
 * @param read - `undefined` for a wrong value.
 * @throws InputError
 */
export function readOptional<T>(
  { value, where }: Located,
  expected: string,
  read: (value: unknown) => T | undefined,
): T | null {
  if (value === undefined || value === null) return null;
  const result = read(value);
  if (result === undefined) throw unexpected(where, expected, value);
  return result;
}
