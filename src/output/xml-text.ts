/** Text in XML, and text that can be in XML at all. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 has no way to write; surrogates without a partner among it. */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** With a replacement character for each that no XML document can have. */
export function writable(text: string): string {
  return text.replace(NOT_IN_XML, '\u{fffd}');
}

/** As content of an element, or as a value between double quotes. */
export function xmlText(text: string): string {
  return writable(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
