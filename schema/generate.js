/** Writes the published schemas from those in `src`, as built in `dist`. */
import { writeFileSync } from 'node:fs';
import { lintJsonSchema } from '../dist/lint/schema.js';
import { orderJsonSchema } from '../dist/ordering/schema.js';
import { documentJsonSchema } from '../dist/report/schema.js';

const schemas = {
  'pevm-analyze-1': documentJsonSchema(),
  'pevm-analyze-lint-1': lintJsonSchema(),
  'pevm-analyze-order-1': orderJsonSchema(),
};
for (const [name, schema] of Object.entries(schemas)) {
  writeFileSync(new URL(`${name}.schema.json`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
