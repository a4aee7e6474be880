/**
 * Names from outside (files, contracts) as plain text: what would steer a terminal, reverse the reading order or
 * be invisible is taken out once, here. Output formats still escape what has a meaning in them.
 */

/** Characters of a name, as a person counts them. */
const LONGEST_NAME = 48;

/** Spaces of all kinds, and line breaks. */
const SPACES = /[\p{Z}\t-\r]+/gu;

/**
 * Controls, format characters (with the marks that change the direction of text), what is not drawn, surrogates
 * without a partner, private and unassigned code points, and the one letter that looks like a space.
 */
const UNSAFE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Marks that pile up on one character, beyond the second. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** Made when a name is long enough to need it: that takes 10 ms (`npm run bench:startup`). */
let characters: Intl.Segmenter | null = null;

/** The name as one line of at most 48 characters; `null` if nothing is left of it. */
export function cleanName(text: string): string | null {
  // Cut first: the longest text costs no more than the longest name.
  const start = text.slice(0, 16 * LONGEST_NAME).normalize('NFC');
  const clean = start
    .replace(SPACES, ' ')
    .replace(UNSAFE, '')
    .replace(PILED_MARKS, '$1')
    .replace(SPACES, ' ')
    .trim();
  if (clean === '') return null;
  if (clean.length <= LONGEST_NAME) return clean;
  characters ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const all = [...characters.segment(clean)];
  if (all.length <= LONGEST_NAME) return clean;
  const end = all[LONGEST_NAME - 1]?.index ?? 0;
  return `${clean.slice(0, end).trimEnd()}…`;
}
