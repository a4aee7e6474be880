/** The JSON document as text. */
import { buildDocument, type Findings } from '../report/document.ts';

/** Indented, with a line's end after it. */
export function renderJson(findings: Findings): string {
  return `${JSON.stringify(buildDocument(findings), null, 2)}\n`;
}
