/** XML as a parser reads it. */
import { createRequire } from 'node:module';

/** What is looked at. The package's own types would bring those of a browser into all tests. */
export interface XmlElement {
  readonly textContent: string | null;
  readonly childNodes: { readonly length: number };
  readonly attributes: { readonly length: number };
  getAttribute(name: string): string | null;
  getElementsByTagName(name: string): ArrayLike<XmlElement>;
}

interface Parser {
  parseFromString(text: string, type: 'application/xml'): { readonly documentElement: XmlElement };
}

// The package is CommonJS; what `require` gives has no types.
const require = createRequire(import.meta.url);
const { DOMParser }: { readonly DOMParser: new (options: { readonly errorHandler: object }) => Parser } =
  require('@xmldom/xmldom');

/** The root element; throws at the first thing that is not well formed. */
export function parseXml(text: string): XmlElement {
  const fail = (message: string): never => {
    throw new Error(message);
  };
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  return parser.parseFromString(text, 'application/xml').documentElement;
}

/** Text of all elements of that name below another, in document order. */
export function textsOf(element: XmlElement, name: string): string[] {
  return Array.from(element.getElementsByTagName(name), ({ textContent }) => textContent ?? '');
}

/** What is left of a text in an XML document. */
export function inXml(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const isControl = code < 0x20 && !['\t', '\n', '\r'].includes(character);
      const isLone = code >= 0xd800 && code < 0xe000;
      return isControl || isLone || code === 0xfffe || code === 0xffff ? '\u{fffd}' : character;
    })
    .join('');
}
