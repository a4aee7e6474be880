/** Lines for people on standard error: one each, whatever was given. */
import { printable } from '../errors.ts';

/** Of a message that is longer than any of our own, this much of its beginning and of its end is shown. */
const SHOWN_BEFORE = 500;
const SHOWN_AFTER = 100;

/** A message with the program's name before it; control characters as codes, the middle of a long one left out. */
export function printedLine(message: string): string {
  const isLong = message.length > SHOWN_BEFORE + SHOWN_AFTER;
  const shown = isLong ? `${message.slice(0, SHOWN_BEFORE)}…${message.slice(-SHOWN_AFTER)}` : message;
  return `pevm-analyze: ${printable(shown)}`;
}
