import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { selectorsSchema } from '../../src/manifest/select/yaml-selectors.js';
import { type JsonSchema, jsonSchemas, toJsonSchema } from '../../src/project/json-schemas.js';

const folder = new URL('../../schemas/', import.meta.url);

/** `UPDATE_SCHEMAS=1 npx vitest run runner/test/project/json-schemas.test.ts` writes the files. */
const update = process.env.UPDATE_SCHEMAS === '1';

describe('the JSON schemas that ship with the package', () => {
  const expected: Readonly<Record<string, JsonSchema>> = {
    ...jsonSchemas(),
    'selectors.schema.json': toJsonSchema(selectorsSchema, 'selectors.yml'),
  };

  it.each(Object.keys(expected))('%s says what the loader checks', (name) => {
    const file = fileURLToPath(new URL(name, folder));
    const text = `${JSON.stringify(expected[name], null, 2)}\n`;
    if (update) writeFileSync(file, text);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
  });

  it('know the keys of project.yml and of config by folder', () => {
    const project = expected['project.schema.json'] as unknown as {
      properties: object;
      $defs: { modelsTree: { properties: object } };
    };
    expect(Object.keys(project.properties)).toEqual(expect.arrayContaining(['name', 'vars', 'targets', 'warehouse']));
    expect(Object.keys(project.$defs.modelsTree.properties)).toContain('+materialized');
  });
});
