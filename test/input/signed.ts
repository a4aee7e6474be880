/** Signed transactions made by ethers, as an independent source of bytes, hashes and senders. */
import { type SigningKey, Transaction, type TransactionLike, toBeHex, Wallet } from 'ethers';
import fc from 'fast-check';

/** A hex string that is nobody's secret: 32 times one byte. */
export function walletOf(byte: number): Wallet {
  return new Wallet(`0x${byte.toString(16).padStart(2, '0').repeat(32)}`);
}

/** Signs the fields as they are. */
export function sign(fields: TransactionLike, key: SigningKey = walletOf(0x11).signingKey): Transaction {
  const tx = Transaction.from(fields);
  tx.signature = key.sign(tx.unsignedHash);
  return tx;
}

type Json = Record<string, unknown>;

/** The object that a node returns for a mined transaction, its unspecific fields included. */
export function toRpc(tx: Transaction): Json {
  const { signature } = tx;
  const json: Json = {
    blockHash: `0x${'ab'.repeat(32)}`,
    blockNumber: '0x10',
    transactionIndex: '0x0',
    type: toBeHexQuantity(tx.type ?? 0),
    hash: tx.hash,
    from: tx.from?.toLowerCase(),
    to: tx.to?.toLowerCase() ?? null,
    nonce: toBeHexQuantity(tx.nonce),
    gas: toBeHexQuantity(tx.gasLimit),
    value: toBeHexQuantity(tx.value),
    input: tx.data,
    // A mined transaction of any type shows the price that it paid.
    gasPrice: toBeHexQuantity(tx.gasPrice ?? 1n),
  };
  if (signature !== null) {
    json.r = toBeHexQuantity(BigInt(signature.r));
    json.s = toBeHexQuantity(BigInt(signature.s));
    json.v = toBeHexQuantity(vOf(tx, signature.yParity));
    if (tx.type !== 0) json.yParity = json.v;
  }
  if (tx.type !== 0 || tx.chainId !== 0n) json.chainId = toBeHexQuantity(tx.chainId);
  if (tx.accessList !== null) json.accessList = tx.accessList;
  if (tx.type !== null && tx.type >= 2) {
    json.maxFeePerGas = toBeHexQuantity(tx.maxFeePerGas ?? 0n);
    json.maxPriorityFeePerGas = toBeHexQuantity(tx.maxPriorityFeePerGas ?? 0n);
  }
  if (tx.type === 3) {
    json.maxFeePerBlobGas = toBeHexQuantity(tx.maxFeePerBlobGas ?? 0n);
    json.blobVersionedHashes = tx.blobVersionedHashes;
  }
  if (tx.type === 4) {
    json.authorizationList = tx.authorizationList?.map(({ address, nonce, chainId, signature: own }) => ({
      address,
      chainId: toBeHexQuantity(chainId),
      nonce: toBeHexQuantity(nonce),
      yParity: toBeHexQuantity(own.yParity),
      r: toBeHexQuantity(BigInt(own.r)),
      s: toBeHexQuantity(BigInt(own.s)),
    }));
  }
  return json;
}

function vOf(tx: Transaction, yParity: number): bigint {
  if (tx.type !== 0) return BigInt(yParity);
  return tx.chainId === 0n ? 27n + BigInt(yParity) : 35n + 2n * tx.chainId + BigInt(yParity);
}

/** As JSON-RPC has quantities: no leading zeros. */
function toBeHexQuantity(value: bigint | number): string {
  return toBeHex(value).replace(/^0x0+(?=.)/, '0x');
}

const hex = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);
const address = hex(20);
const amount = fc.bigInt({ min: 0n, max: 2n ** 128n });
const small = fc.bigInt({ min: 0n, max: 2n ** 40n });

/** Signed transactions of every type, on mainnet or (type 0) without a chain. */
export const signedTransaction: fc.Arbitrary<Transaction> = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 3, 4),
    hasChain: fc.boolean(),
    creates: fc.boolean(),
    to: address,
    nonce: fc.nat(),
    gasLimit: small,
    value: amount,
    data: fc.uint8Array({ maxLength: 300 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
    price: small,
    accessList: fc.array(fc.record({ address, storageKeys: fc.array(hex(32), { maxLength: 3 }) }), {
      maxLength: 3,
    }),
    blobs: fc.array(hex(31), { minLength: 1, maxLength: 3 }),
    delegate: address,
    key: fc.integer({ min: 1, max: 100 }),
  })
  .map((draw) => {
    const { type, to, nonce, gasLimit, value, data, price, accessList, key } = draw;
    const fields: TransactionLike = {
      type,
      nonce,
      gasLimit,
      value,
      data,
      to: type < 3 && draw.creates ? null : to,
    };
    fields.chainId = type === 0 && !draw.hasChain ? 0n : 1n;
    if (type < 2) fields.gasPrice = price;
    else Object.assign(fields, { maxFeePerGas: price * 2n, maxPriorityFeePerGas: price });
    if (type > 0) fields.accessList = accessList;
    if (type === 3) {
      fields.maxFeePerBlobGas = price;
      fields.blobVersionedHashes = draw.blobs.map((blob) => `0x01${blob.slice(2)}`);
    }
    if (type === 4) {
      const authority = walletOf(key + 100);
      fields.authorizationList = [
        authority.authorizeSync({ address: draw.delegate, nonce: nonce % 1000, chainId: 1n }),
      ];
    }
    return sign(fields, walletOf(key).signingKey);
  });
