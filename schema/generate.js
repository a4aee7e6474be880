/** Writes `pevm-analyze-1.schema.json` from the schema in `src/report/schema.ts`, as built in `dist`. */
import { writeFileSync } from 'node:fs';
import { documentJsonSchema } from '../dist/report/schema.js';

const path = new URL('pevm-analyze-1.schema.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(documentJsonSchema(), null, 2)}\n`);
