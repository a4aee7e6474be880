/**
 * Changes to a block as people write them, in the words of the page's links: `drop:ORDER`, `move:ORDER:PLACE`,
 * `add:ORDER` or `add:ORDER:PLACE`, `commute:KEY`. In place of an order to add stands the name of a file with some
 * that are not in the pool. An order is named by its id, by the hash of one of its
 * transactions, by the beginning of one of these if no other order's begins so, or by the place of one of its
 * transactions in the block as ordered.
 */
import { InputError } from '../errors.ts';
import type { Order } from '../mempool/order.ts';
import type { Ordering } from '../mempool/ordering.ts';
import type { OrderChange } from '../mempool/what-if.ts';

const EXPECTED = 'drop:ORDER, move:ORDER:PLACE, add:ORDER, add:ORDER:PLACE or commute:KEY';
const KEY = /^0x[0-9a-f]{40}:(balance|nonce|code|0x[0-9a-f]{64})$/;
/** As short as a beginning may be; shorter ones are as likely a slip. */
const LEAST_BEGINNING = 6;

/** Orders that are not in the pool, to be added to its block by their name. */
export interface Candidates {
  /** E.g. that of their file. */
  readonly name: string;
  readonly orders: readonly Order[];
}

/**
 * @param orders - All of the pool.
 * @param candidates - Others that `add` may name.
 * @returns One change; several where more than one order is added.
 * @throws InputError for what is no change, and for an order that is not there.
 */
export function readChange(
  text: string,
  orders: readonly Order[],
  ordering: Ordering,
  candidates: readonly Candidates[] = [],
): OrderChange[] {
  const { name, to } = addedBy(text) ?? {};
  const added = candidates.find((one) => one.name === name);
  if (added === undefined) return [singleChange(text, orders, ordering)];
  return added.orders.map(({ id }, at) => ({
    kind: 'add',
    id,
    ...(to !== undefined && { to: to + at }),
  }));
}

/** What `add` names, and the place; `null` for another change. */
export function addedBy(text: string): { readonly name: string; readonly to?: number } | null {
  const [, name, to] = /^add:(.+?)(?::([0-9]{1,9}))?$/s.exec(text) ?? [];
  if (name === undefined) return null;
  return to === undefined ? { name } : { name, to: Number(to) };
}

function singleChange(text: string, orders: readonly Order[], ordering: Ordering): OrderChange {
  const [, kind, rest = ''] = /^(drop|move|add|commute):(.+)$/s.exec(text) ?? [];
  const id = (name: string): string => orderNamed(name, orders, ordering);
  switch (kind) {
    case 'drop':
      return { kind: 'leave-out', id: id(rest) };
    case 'move': {
      const [, name, to] = /^(.+):([0-9]{1,9})$/s.exec(rest) ?? [];
      if (name === undefined || to === undefined) throw wrong(EXPECTED, text);
      return { kind: 'move', id: id(name), to: Number(to) };
    }
    case 'add': {
      const { name = rest, ...place } = addedBy(text) ?? {};
      return { kind: 'add', id: id(name), ...place };
    }
    case 'commute': {
      const key = rest.toLowerCase();
      if (!KEY.test(key)) throw wrong('a state key, <address>:balance or <address>:<slot>', rest);
      return { kind: 'commute', key };
    }
    default:
      throw wrong(EXPECTED, text);
  }
}

function orderNamed(name: string, orders: readonly Order[], { placed }: Ordering): string {
  if (/^[0-9]{1,9}$/.test(name)) {
    const place = Number(name);
    const found = placed.find(({ first, count }) => place >= first && place < first + count);
    if (found !== undefined) return found.id;
  }
  const namesOf = ({ id, transactions }: Order): string[] => [id, ...transactions.map(({ hash }) => hash)];
  const whole = orders.find((order) => namesOf(order).includes(name));
  if (whole !== undefined) return whole.id;
  const begun =
    name.length < LEAST_BEGINNING
      ? []
      : orders.filter((order) => namesOf(order).some((one) => one.startsWith(name)));
  const [only, another] = begun;
  if (only !== undefined && another === undefined) return only.id;
  throw wrong(another === undefined ? 'an order of the pool' : 'a beginning of one id only', name);
}

function wrong(expected: string, got: string): InputError {
  return new InputError({ source: '--what-if', path: '', expected, got });
}
