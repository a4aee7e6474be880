/** Regions as text, to compare them by. */
import type { Preimage, Region } from './access.ts';

/** Equal regions have equal texts. */
export function regionText(region: Region): string {
  const { shape, address, field, mode } = region;
  const start = `${shape} ${address} ${field} ${mode}`;
  switch (shape) {
    case 'everything':
    case 'account':
      return start;
    case 'array':
      return `${start} ${region.first.toString(16)} ${region.last.toString(16)}`;
    case 'mapping':
      return `${start} ${preimageText(region.preimage)} ${region.first.toString(16)} ${region.last.toString(16)}`;
    default:
      return region satisfies never;
  }
}

const preimageTexts = new WeakMap<Preimage, string>();

/** Kept for each preimage: those within others are shared by them. */
function preimageText(preimage: Preimage): string {
  let text = preimageTexts.get(preimage);
  if (text === undefined) {
    const words = preimage.words.map((word) => {
      switch (word.kind) {
        case 'constant':
          return word.value.toString(16);
        case 'hash':
          return `(${preimageText(word.preimage)})+${word.offset.toString(16)}`;
        case 'unknown':
          return '?';
        default:
          return word satisfies never;
      }
    });
    text = `${preimage.byteLength}:${words.join(',')}`;
    preimageTexts.set(preimage, text);
  }
  return text;
}
