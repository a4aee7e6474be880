/**
 * A page that holds a run: one file, which loads nothing. `dist/page/page.html`, which the build makes out of
 * `src/page/`, is complete but for the data.
 */
import { readFileSync } from 'node:fs';
import type { Findings } from '../report/document.ts';
import { pageData } from './page-data.ts';

const TEMPLATE = new URL('../../dist/page/page.html', import.meta.url);
const DATA_TAG = '<script type="application/json" id="data">';

export function renderHtml(findings: Findings): string {
  const template = readFileSync(TEMPLATE, 'utf8');
  const at = template.indexOf(DATA_TAG) + DATA_TAG.length;
  return template.slice(0, at) + scriptSafe(JSON.stringify(pageData(findings))) + template.slice(at);
}

/**
 * JSON that means the same inside of a script element, whatever its strings are: nothing in it can end the
 * element or begin a comment (HTML, "Restrictions for contents of script elements").
 */
function scriptSafe(json: string): string {
  return json.replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
