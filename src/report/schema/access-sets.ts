/** Access sets: regions, lists, and why sets are not exact. */
import * as z from 'zod';
import { REASONS, type ReasonCode } from '../../analysis/reason.ts';
import { address, count, indices, key, keys, mode, quantity, selector, word } from './values.ts';

/** What was hashed. `words` are 32-byte words; the last one may be shorter and is padded with zeros. */
const preimage = z
  .strictObject({
    byteLength: count,
    get words() {
      return z.array(
        z.union([word, z.null(), z.strictObject({ hashOf: preimage, offset: quantity })]).meta({
          description: 'A known word, null for an unknown one, or keccak256(hashOf) + offset.',
        }),
      );
    },
  })
  .meta({ id: 'Preimage', description: 'What was hashed, in 32-byte words.' });

const slotOrigin = z
  .strictObject({ preimage, offset: quantity })
  .meta({ id: 'SlotOrigin', description: 'keccak256(preimage) + offset.' });

export const region = z
  .discriminatedUnion('shape', [
    z
      .strictObject({
        address,
        field: z.literal('storage'),
        shape: z.literal('mapping'),
        mode,
        baseSlot: word.nullable().meta({ description: 'Slot of the mapping itself, where it is known.' }),
        keys: z.array(word.nullable()).meta({ description: 'Mapping keys, outermost first; null: unknown.' }),
        preimage,
        first: quantity.meta({ description: 'Smallest offset added to the hash.' }),
        last: quantity.meta({ description: 'Largest offset added to the hash.' }),
      })
      .meta({
        description: 'Slots keccak256(p) + i for every p that fits the preimage, first <= i <= last.',
      }),
    z
      .strictObject({
        address,
        field: z.literal('storage'),
        shape: z.literal('array'),
        mode,
        baseSlot: word
          .nullable()
          .meta({ description: 'Slot that holds the length, where `first` is its hash.' }),
        first: word,
        last: word,
        origin: slotOrigin.nullable(),
      })
      .meta({ description: 'The slots from first to last, both included.' }),
    z
      .strictObject({ address, field: z.literal('storage'), shape: z.literal('account'), mode })
      .meta({ description: 'All storage of one account.' }),
    z
      .strictObject({
        address: z.null(),
        field: z.enum(['balance', 'nonce', 'code', 'storage', 'any']),
        shape: z.literal('everything'),
        mode,
      })
      .meta({ description: 'This field of every account; `any` is every field.' }),
  ])
  .meta({ id: 'Region', description: 'A set of state keys that are not known one by one.' });

export const accessList = z
  .array(z.strictObject({ address, storageKeys: z.array(word) }))
  .meta({ id: 'AccessList', description: 'EIP-2930 access list.' });

const codeList = Object.entries(REASONS)
  .map(([code, sentence]) => `${code}: ${sentence}.`)
  .join(' ');

export const reason = z
  .strictObject({
    code: z
      .enum(Object.keys(REASONS) as ReasonCode[])
      .meta({ id: 'ReasonCode', description: `Most important first. ${codeList}` }),
    message: z.string(),
    at: z
      .strictObject({
        address: address.meta({ description: 'Account whose code runs.' }),
        selector: selector
          .nullable()
          .meta({ description: 'Function of the frame; null: none, or not known.' }),
        pc: count,
      })
      .meta({ description: 'Place in the byte code.' }),
    dependsOn: keys.meta({ description: 'State keys that the unknown value depends on.' }),
    writtenBy: z
      .record(key, indices)
      .meta({ description: 'Who may write them: earlier transactions, in a mempool any other one.' }),
  })
  .meta({ id: 'Reason', description: 'Why something is not known, or not exact.' });
