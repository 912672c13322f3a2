import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dashboardJsonSchemas } from '../../src/dashboards/json-schemas.js';

/** `UPDATE_SCHEMAS=1 npx vitest run runner/test/dashboards/json-schemas.test.ts` writes the files. */
const update = process.env.UPDATE_SCHEMAS === '1';

describe('the JSON schemas of dashboards/', () => {
  it.each(Object.entries(dashboardJsonSchemas()))('%s says what the loader checks', (name, expected) => {
    const file = fileURLToPath(new URL(`../../schemas/${name}`, import.meta.url));
    const text = `${JSON.stringify(expected, null, 2)}\n`;
    if (update) writeFileSync(file, text);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
  });
});
