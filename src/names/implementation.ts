/** For whom an account stands: proxies and accounts that have delegated. */
import type { Address, Hex } from '../input/block.ts';
import { keccak256 } from '../input/keccak.ts';
import type { StateSource } from '../state/source.ts';

/** ERC-1167: the code of a minimal proxy. */
const MINIMAL_PROXY = /^363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3$/;

/** EIP-7702: the code of an account that has delegated. */
const DELEGATION = /^ef0100([0-9a-f]{40})$/;

/** Longer code is neither. */
const MINIMAL_PROXY_BYTES = 45;

/** ERC-1967: `keccak256(name) - 1`. */
const IMPLEMENTATION_NAME = 'eip1967.proxy.implementation';

let implementationSlot: bigint | null = null;

/** The account whose code this one runs on its own storage; `null`: none, or not known. */
export function implementationOf(address: Address, state: StateSource): Address | null {
  const code = codeOf(address, state);
  if (code.length === 0) return null;
  if (code.length <= MINIMAL_PROXY_BYTES) {
    const hex = Buffer.from(code).toString('hex');
    const target = (MINIMAL_PROXY.exec(hex) ?? DELEGATION.exec(hex))?.[1];
    if (target !== undefined) return `0x${target}`;
  }
  implementationSlot ??= hashOfText(IMPLEMENTATION_NAME) - 1n;
  const word = state.storage(address, implementationSlot) ?? 0n;
  return word === 0n || word >> 160n !== 0n ? null : `0x${word.toString(16).padStart(40, '0')}`;
}

/** Code so short that it is likely to call another one for whatever it is asked. */
const SHORT_CODE_BYTES = 1024;
const DELEGATE_CALL = 0xf4;

/**
 * Whether it is worth asking an account for a function: dispatchers of all compilers hold their selectors as they
 * are. An account that asks another one which is not known here may have any.
 */
export function mayHaveFunction(address: Address, selector: Hex, state: StateSource): boolean {
  const target = implementationOf(address, state);
  const codes = [address, ...(target === null ? [] : [target])].map((one) => codeOf(one, state));
  const wanted = Buffer.from(selector.slice(2), 'hex');
  return codes.some((code, index) => {
    if (viewOf(code).includes(wanted)) return true;
    const isLast = index === codes.length - 1;
    return isLast && (code.length === 0 || (code.length < SHORT_CODE_BYTES && code.includes(DELEGATE_CALL)));
  });
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Empty where it is not known. */
export function codeOf(address: Address, state: StateSource): Uint8Array {
  return state.code?.(address) ?? state.account(address)?.code ?? NO_CODE;
}

const NO_CODE = new Uint8Array(0);

function hashOfText(text: string): bigint {
  return BigInt(`0x${Buffer.from(keccak256(new TextEncoder().encode(text))).toString('hex')}`);
}
