/** Where a text stops being JSON (RFC 8259): `JSON.parse` of Node 20 does not always say. */

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What may come next. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end';

/**
 * Offset of the first character that cannot stand where it stands; the length of the text where it ends too
 * early. For a text that is no JSON. Needs no stack, however deep the text is nested.
 */
export function findJsonError(text: string): number {
  const open: ('}' | ']')[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ; ) {
    at = endOf(SPACE, text, at) ?? at;
    const character = text[at];
    if (character === undefined) return text.length;
    if (expected === 'colon') {
      if (character !== ':') return at;
      expected = 'value';
      at++;
    } else if (expected === 'comma or end') {
      const close = open.at(-1);
      if (character === ',' && close !== undefined) expected = close === '}' ? 'name' : 'value';
      else if (character === close) open.pop();
      else return at;
      at++;
    } else if (expected === 'name' || expected === 'name or }') {
      if (character === '}' && expected === 'name or }') {
        open.pop();
        expected = 'comma or end';
        at++;
      } else if (character === '"') {
        const string = scanString(text, at);
        if (!string.isWhole) return string.end;
        expected = 'colon';
        at = string.end;
      } else return at;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      expected = character === '{' ? 'name or }' : 'value or ]';
      at++;
    } else if (character === ']' && expected === 'value or ]') {
      open.pop();
      expected = 'comma or end';
      at++;
    } else if (character === '"') {
      const string = scanString(text, at);
      if (!string.isWhole) return string.end;
      expected = 'comma or end';
      at = string.end;
    } else {
      const end = endOf(NUMBER, text, at) ?? endOf(LITERAL, text, at);
      if (end === null) return at;
      expected = 'comma or end';
      at = end;
    }
  }
}

/** From the opening quote to behind the closing one, or to what cannot be in a string. */
function scanString(text: string, at: number): { readonly isWhole: boolean; readonly end: number } {
  let position = at + 1;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === 0x22) return { isWhole: true, end: position + 1 };
    if (code < 0x20) return { isWhole: false, end: position };
    if (code === 0x5c) {
      const end = endOf(ESCAPE, text, position);
      if (end === null) return { isWhole: false, end: position };
      position = end;
    } else position++;
  }
  return { isWhole: false, end: text.length };
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}
