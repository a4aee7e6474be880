/**
 * Random byte code that does what contracts do: storage at computed slots, mappings, calls among a few
 * accounts, creations, loops, branches on state and on gas. Statements leave the stack as they found it.
 */
import fc from 'fast-check';
import { assemble, type Code, label, OP, placeOf, push } from './assembler.ts';
import { ADDRESSES, SLOTS } from './universe.ts';

/** Memory: hashes are made below this, call data and init code lie above. */
const SCRATCH = 0n;
const BUFFER = 0x80n;

const smallNumber = fc.bigInt(0n, 6n);

/** Pushes an address of the universe. */
const knownAddress = fc.constantFrom(...ADDRESSES).map((address) => push(BigInt(address), 20));

function op(...codes: number[]): Code {
  return codes;
}

/** `keccak256(key . base)`, or in Vyper's order; leaves the hash on the stack. */
function mappingSlot(key: Code, base: Code, order: 'solidity' | 'vyper'): Code {
  const [first, second] = order === 'solidity' ? [key, base] : [base, key];
  return [
    ...first,
    ...push(SCRATCH),
    OP.mstore,
    ...second,
    ...push(SCRATCH + 32n),
    OP.mstore,
    ...push(64n),
    ...push(SCRATCH),
    OP.keccak256,
  ];
}

/** `keccak256(base) + (index & 3)`. */
function arraySlot(base: Code, index: Code): Code {
  return [
    ...index,
    ...push(3n),
    OP.and,
    ...base,
    ...push(SCRATCH),
    OP.mstore,
    ...push(32n),
    ...push(SCRATCH),
    OP.keccak256,
    OP.add,
  ];
}

/** `keccak256` of a range of memory whose place and length are computed. */
function hashOfRange(offset: Code, length: Code): Code {
  return [...below(0x40n, length), ...below(0x80n, offset), OP.keccak256];
}

/** The word modulo a power of two. */
function below(limit: bigint, word: Code): Code {
  return [...word, ...push(limit - 1n), OP.and];
}

const ENVIRONMENT = [
  OP.address,
  OP.origin,
  OP.caller,
  OP.callValue,
  OP.callDataSize,
  OP.gasPrice,
  OP.returnDataSize,
  OP.coinbase,
  OP.timestamp,
  OP.number,
  OP.prevRandao,
  OP.selfBalance,
  OP.msize,
  OP.pc,
  OP.gas,
  OP.codeSize,
  OP.chainId,
  OP.gasLimit,
  OP.baseFee,
  OP.blobBaseFee,
];

const BINARY = [
  OP.add,
  OP.mul,
  OP.sub,
  OP.div,
  OP.mod,
  OP.lt,
  OP.gt,
  OP.eq,
  OP.and,
  OP.or,
  OP.xor,
  OP.byte,
  OP.shr,
  OP.shl,
  OP.sar,
  OP.sdiv,
  OP.smod,
  OP.exp,
  OP.signExtend,
  OP.slt,
  OP.sgt,
];

const TERNARY = [OP.addMod, OP.mulMod];

/** Nested deeply enough for calls in branches in loops. */
const depth = { depthSize: 'medium', maxDepth: 6, withCrossShrink: true } as const;

/** First hardfork of instructions that were not always there. */
const SINCE: ReadonlyMap<number, string> = new Map([
  [OP.delegateCall, 'homestead'],
  [OP.returnDataSize, 'byzantium'],
  [OP.returnDataCopy, 'byzantium'],
  [OP.staticCall, 'byzantium'],
  [OP.revert, 'byzantium'],
  [OP.shr, 'petersburg'],
  [OP.shl, 'petersburg'],
  [OP.sar, 'petersburg'],
  [OP.chainId, 'istanbul'],
  [OP.baseFee, 'london'],
  [OP.blobHash, 'cancun'],
  [OP.blobBaseFee, 'cancun'],
  [OP.create2, 'petersburg'],
  [OP.extCodeHash, 'petersburg'],
  [OP.selfBalance, 'istanbul'],
  [OP.tload, 'cancun'],
  [OP.tstore, 'cancun'],
  [OP.mcopy, 'cancun'],
]);

/** Oldest first. */
export const HARDFORKS: readonly string[] = [
  'homestead',
  'byzantium',
  'petersburg',
  'istanbul',
  'berlin',
  'london',
  'shanghai',
  'cancun',
  'prague',
  'osaka',
];

function statementOf(hardfork: string): fc.Arbitrary<Code> {
  const has = (code: number): boolean =>
    HARDFORKS.indexOf(hardfork) >= HARDFORKS.indexOf(SINCE.get(code) ?? 'homestead');
  const anyOf = (...codes: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...codes.filter(has));
  const transientWeight = has(OP.tload) ? 1 : 0;
  return fc.letrec<{
    word: Code;
    slot: Code;
    account: Code;
    statement: Code;
    statements: Code;
    init: Code;
  }>((tie) => ({
    /** Leaves one word. */
    word: fc.oneof(
      depth,
      { weight: 4, arbitrary: smallNumber.map((value) => push(value)) },
      { weight: 1, arbitrary: fc.bigInt(0n, (1n << 256n) - 1n).map((value) => push(value)) },
      { weight: 1, arbitrary: knownAddress },
      { weight: 2, arbitrary: anyOf(...ENVIRONMENT).map((code) => op(code)) },
      { weight: 3, arbitrary: smallNumber.map((index) => [...push(index * 32n), OP.callDataLoad]) },
      { weight: 3, arbitrary: tie('slot').map((at) => [...at, OP.sload]) },
      { weight: transientWeight, arbitrary: smallNumber.map((at) => [...push(at), OP.tload]) },
      { weight: 1, arbitrary: fc.nat(0xc0).map((at) => [...push(BigInt(at)), OP.mload]) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie('account'), anyOf(OP.balance, OP.extCodeSize, OP.extCodeHash))
          .map(([of, code]) => [...of, code]),
      },
      { weight: 1, arbitrary: smallNumber.map((past) => [...push(past), OP.number, OP.sub, OP.blockHash]) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('word'), fc.constantFrom(OP.isZero, OP.not))
          .map(([value, code]) => [...value, code]),
      },
      { weight: 1, arbitrary: tie('word').map((at) => [...below(0x80n, at), OP.mload]) },
      {
        weight: 1,
        arbitrary: fc.tuple(tie('word'), tie('word')).map(([at, length]) => hashOfRange(at, length)),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('word'), tie('word'), tie('word'), fc.constantFrom(...TERNARY))
          .map(([a, b, c, code]) => [...a, ...b, ...c, code]),
      },
      {
        weight: has(OP.blobHash) ? 1 : 0,
        arbitrary: tie('word').map((at) => [...at, OP.blobHash]),
      },
      /** A field of a packed slot. */
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.bigInt(0n, SLOTS), fc.constantFrom(1n, 0x100n, 1n << 160n), fc.constantFrom(1n, 8n, 160n))
          .map(([at, unit, bits]) => [
            ...push(unit),
            ...push(at),
            OP.sload,
            OP.div,
            ...push((1n << bits) - 1n),
            OP.and,
          ]),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie('word'), tie('word'), anyOf(...BINARY))
          .map(([a, b, code]) => [...a, ...b, code]),
      },
    ),

    /** Leaves the number of a storage slot. */
    slot: fc.oneof(
      depth,
      { weight: 6, arbitrary: fc.bigInt(0n, SLOTS).map((at) => push(at)) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(tie('word'), tie('slot'), fc.constantFrom('solidity' as const, 'vyper' as const))
          .map(([key, base, order]) => mappingSlot(key, base, order)),
      },
      { weight: 1, arbitrary: fc.tuple(tie('slot'), tie('word')).map(([base, at]) => arraySlot(base, at)) },
      { weight: 1, arbitrary: tie('word').map((value) => [...push(SLOTS), ...value, OP.mod]) },
      {
        weight: 1,
        arbitrary: fc.tuple(tie('word'), tie('word')).map(([at, length]) => hashOfRange(at, length)),
      },
      /** A member of a struct in a mapping or an array. */
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('slot'), smallNumber)
          .map(([base, member]) => [...base, ...push(member), OP.add]),
      },
      { weight: 1, arbitrary: tie('word') },
    ),

    /** Leaves an address. */
    account: fc.oneof(
      depth,
      { weight: 6, arbitrary: knownAddress },
      { weight: 1, arbitrary: fc.constantFrom(OP.caller, OP.address, OP.coinbase).map((code) => op(code)) },
      { weight: 1, arbitrary: tie('slot').map((at) => [...at, OP.sload]) },
      { weight: 1, arbitrary: tie('word') },
    ),

    statement: fc.oneof(
      depth,
      {
        weight: 24,
        arbitrary: fc.tuple(tie('word'), tie('slot')).map(([value, at]) => [...value, ...at, OP.sstore]),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(tie('word'), smallNumber)
          .map(([value, at]) => [...value, ...push(at), OP.tstore]),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(tie('word'), fc.nat(0xc0), fc.constantFrom(OP.mstore, OP.mstore8))
          .map(([value, at, code]) => [...value, ...push(BigInt(at)), code]),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie('word'), tie('word'), fc.constantFrom(OP.mstore, OP.mstore8))
          .map(([value, at, code]) => [...value, ...below(0x80n, at), code]),
      },
      {
        weight: 6,
        arbitrary: fc
          .tuple(
            operandOf(tie('word'), 40),
            operandOf(tie('word'), 40),
            operandOf(tie('word'), 0xa0),
            anyOf(OP.callDataCopy, OP.codeCopy, OP.returnDataCopy, OP.mcopy),
          )
          .map(([length, from, to, code]) => [...length, ...from, ...to, code]),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            operandOf(tie('word'), 40),
            operandOf(tie('word'), 40),
            operandOf(tie('word'), 0x80),
            tie('account'),
          )
          .map(([length, from, to, of]) => [...length, ...from, ...to, ...of, OP.extCodeCopy]),
      },
      /** A field of a packed slot is written. */
      {
        weight: 3,
        arbitrary: fc
          .tuple(
            tie('word'),
            tie('slot'),
            fc.constantFrom(8n, 128n, 160n),
            fc.constantFrom(1n, 1n << 8n, 1n << 96n),
          )
          .map(([value, at, bits, unit]) => packedStore(value, at, bits, unit)),
      },
      /** An array grows: its length is one more, its last element is written. */
      {
        weight: 2,
        arbitrary: fc.tuple(tie('word'), fc.bigInt(0n, SLOTS)).map(([value, base]) => arrayPush(value, base)),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(tie('statements'), tie('statements'))
          .map(([body, between]) => calledTwice(body, between)),
      },
      {
        weight: 12,
        arbitrary: fc
          .tuple(tie('word'), tie('statements'), tie('statements'))
          .map(([condition, yes, no]) => branch(condition, yes, no)),
      },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.integer({ min: 2_000, max: 100_000 }), tie('statements'), tie('statements'))
          .map(([limit, yes, no]) => branch([OP.gas, ...push(BigInt(limit)), OP.lt], yes, no)),
      },
      {
        weight: 4,
        arbitrary: fc.tuple(tie('word'), tie('statements')).map(([times, body]) => loop(times, body)),
      },
      {
        weight: 4,
        arbitrary: fc.tuple(tie('word'), tie('statements')).map(([to, body]) => computedJump(to, body)),
      },
      { weight: 24, arbitrary: callOf(anyOf, tie('account'), tie('word'), tie('slot')) },
      { weight: 8, arbitrary: creationOf(has(OP.create2), tie('init'), tie('word')) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(tie('word'), operandOf(tie('word'), 40), operandOf(tie('word'), 40))
          .map(([topic, length, at]) => [...topic, ...length, ...at, OP.log1]),
      },
      { weight: 1, arbitrary: tie('account').map((to) => [...to, OP.selfDestruct]) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Code>(
          op(OP.stop),
          op(OP.invalid),
          op(OP.pop),
          [...push(32n), ...push(SCRATCH), OP.return],
          [...push(32n), ...push(SCRATCH), OP.revert],
        ),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(operandOf(tie('word'), 0x60), operandOf(tie('word'), 0x40), anyOf(OP.return, OP.revert))
          .map(([length, at, code]) => [...length, ...at, code]),
      },
    ),

    statements: fc.array(tie('statement'), { maxLength: 3 }).map((several) => several.flat()),

    /** Init code: some statements, then what becomes of the new account. */
    init: fc
      .tuple(
        tie('statements'),
        fc.constantFrom<Code>(
          [],
          // Leaves code that counts up slot 0.
          [...push(0x600160005401600055n), ...push(0n), OP.mstore, ...push(9n), ...push(23n), OP.return],
          // Leaves code that destroys itself in favour of its caller.
          [...push(0x33ffn), ...push(0n), OP.mstore, ...push(2n), ...push(30n), OP.return],
          op(OP.caller, OP.selfDestruct),
          [...push(0n), ...push(0n), OP.revert],
        ),
      )
      .map(([before, end]) => [...before, ...end]),
  })).statement;
}

function branch(condition: Code, yes: Code, no: Code): Code {
  const [then, end] = [label(), label()];
  return [...condition, placeOf(then), OP.jumpIf, ...no, placeOf(end), OP.jump, then, ...yes, end];
}

/** A small number: a constant, or computed. */
function operandOf(word: fc.Arbitrary<Code>, most: number): fc.Arbitrary<Code> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.nat(most).map((value) => push(BigInt(value))) },
    { weight: 1, arbitrary: word.map((value) => below(0x40n, value)) },
  );
}

/** `slot = slot & ~mask | (value & (2^bits - 1)) * unit`. */
function packedStore(value: Code, at: Code, bits: bigint, unit: bigint): Code {
  const field = (1n << bits) - 1n;
  const kept = ((1n << 256n) - 1n) ^ BigInt.asUintN(256, field * unit);
  return [
    ...below(1n << bits, value),
    ...push(unit),
    OP.mul,
    ...at,
    OP.sload,
    ...push(kept),
    OP.and,
    OP.or,
    ...at,
    OP.sstore,
  ];
}

/** `array.push(value)` of an array at `base`, as Solidity does it. */
function arrayPush(value: Code, base: bigint): Code {
  return [
    ...value,
    ...push(base),
    OP.sload,
    OP.dup1,
    ...push(1n),
    OP.add,
    ...push(base),
    OP.sstore,
    ...push(base),
    ...push(SCRATCH),
    OP.mstore,
    ...push(32n),
    ...push(SCRATCH),
    OP.keccak256,
    OP.add,
    OP.sstore,
  ];
}

/** An internal function that is called from two places. */
function calledTwice(body: Code, between: Code): Code {
  const [start, first, second, end] = [label(), label(), label(), label()];
  return [
    placeOf(first),
    placeOf(start),
    OP.jump,
    first,
    ...between,
    placeOf(second),
    placeOf(start),
    OP.jump,
    second,
    placeOf(end),
    OP.jump,
    start,
    ...body,
    OP.jump,
    end,
  ];
}

/** Runs the body up to three times. */
function loop(times: Code, body: Code): Code {
  const [start, end] = [label(), label()];
  return [
    ...times,
    ...push(3n),
    OP.and,
    start,
    OP.dup1,
    OP.isZero,
    placeOf(end),
    OP.jumpIf,
    ...body,
    ...push(1n),
    OP.swap1,
    OP.sub,
    placeOf(start),
    OP.jump,
    end,
    OP.pop,
  ];
}

/** Jumps to one of two places whose difference is added to the first. */
function computedJump(selector: Code, body: Code): Code {
  const [first, second] = [label(), label()];
  return [
    ...selector,
    ...push(1n),
    OP.and,
    placeOf(first),
    placeOf(second),
    OP.sub,
    OP.mul,
    placeOf(first),
    OP.add,
    OP.jump,
    first,
    ...body,
    second,
  ];
}

function callOf(
  anyOf: (...codes: readonly number[]) => fc.Arbitrary<number>,
  account: fc.Arbitrary<Code>,
  word: fc.Arbitrary<Code>,
  slot: fc.Arbitrary<Code>,
): fc.Arbitrary<Code> {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constant(push(0n)) },
    { weight: 2, arbitrary: fc.bigInt(1n, 100n).map((amount) => push(amount)) },
    { weight: 1, arbitrary: word },
  );
  const gas = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Code>(op(OP.gas)) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }).map((amount) => push(BigInt(amount))) },
    { weight: 1, arbitrary: fc.constant<Code>([...push(2n), OP.gas, OP.div]) },
  );
  const used = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Code>(op(OP.pop)) },
    { weight: 2, arbitrary: slot.map((at) => [...at, OP.sstore]) },
    {
      weight: 1,
      arbitrary: fc.constant(0).map(() => branch([], [], [...push(0n), ...push(0n), OP.revert])),
    },
  );
  const kind = anyOf(OP.call, OP.call, OP.callCode, OP.delegateCall, OP.staticCall);
  const size = (...sizes: readonly bigint[]): fc.Arbitrary<Code> =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...sizes).map((value) => push(value)) },
      { weight: 1, arbitrary: word.map((value) => below(0x40n, value)) },
    );
  const sizes = fc.tuple(size(0n, 4n, 32n, 64n), size(0n, 32n, 64n));
  return fc
    .tuple(kind, account, value, gas, used, sizes, word)
    .map(([code, to, amount, left, use, [input, output], data]) => [
      ...data,
      ...push(BUFFER),
      OP.mstore,
      ...output,
      ...push(SCRATCH),
      ...input,
      ...push(BUFFER),
      ...(code === OP.call || code === OP.callCode ? amount : []),
      ...to,
      ...left,
      code,
      ...use,
    ]);
}

/** Creates with CREATE or CREATE2, and sometimes calls what was created. */
function creationOf(
  hasSalt: boolean,
  init: fc.Arbitrary<Code>,
  word: fc.Arbitrary<Code>,
): fc.Arbitrary<Code> {
  const use = fc.constantFrom<Code>(
    op(OP.pop),
    [...push(1n), OP.sstore],
    // Call it: outputs, inputs and value are zero.
    [...push(0n), ...push(0n), ...push(0n), ...push(0n), ...push(0n), 0x85, OP.gas, OP.call, OP.pop, OP.pop],
  );
  const amount = fc.oneof(
    { weight: 3, arbitrary: fc.constant(push(0n)) },
    { weight: 1, arbitrary: fc.constant(push(7n)) },
  );
  const salt = fc.oneof(
    { weight: 2, arbitrary: smallNumber.map((value) => push(value)) },
    { weight: 1, arbitrary: word },
  );
  return fc
    .tuple(init, amount, use, hasSalt ? fc.option(salt, { freq: 1 }) : fc.constant(null))
    .map(([code, value, after, chosen]) => {
      const bytes = assemble(code);
      const stores: (readonly number[])[] = [];
      for (let at = 0; at < bytes.length; at += 32) {
        const part = new Uint8Array(32);
        part.set(bytes.subarray(at, at + 32));
        stores.push([0x7f, ...part, ...(push(BUFFER + BigInt(at)) as number[]), OP.mstore]);
      }
      return [
        ...stores.flat(),
        ...(chosen ?? []),
        ...push(BigInt(bytes.length)),
        ...push(BUFFER),
        ...value,
        chosen === null ? OP.create : OP.create2,
        ...after,
      ];
    });
}

const programs = new Map<string, fc.Arbitrary<Uint8Array>>();

/** Init code of a creation transaction, or the code of a contract, for one of `HARDFORKS`. */
export function programOf(hardfork: string): fc.Arbitrary<Uint8Array> {
  const known = programs.get(hardfork);
  if (known !== undefined) return known;
  const program = fc
    .array(statementOf(hardfork), { minLength: 2, maxLength: 8, size: 'max' })
    .map((several) => assemble(several.flat()))
    .filter((code) => code.length <= 0x6000);
  programs.set(hardfork, program);
  return program;
}
