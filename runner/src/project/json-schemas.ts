import { z } from 'zod';
import { type ConfigKind, configSchemas } from './config-schema.js';
import { projectSchema } from './project-schema.js';
import { propertiesSchema } from './properties-schema.js';

export type JsonSchema = Record<string, unknown>;

/** JSON schemas of YAML files, for editors: by file name below `schemas/`. Made from what the loader checks with. */
export function jsonSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    'project.schema.json': projectJsonSchema(),
    'properties.schema.json': toJsonSchema(
      propertiesSchema,
      'Properties of models, seeds, sources, tests, macros and exposures',
    ),
  };
}

export function toJsonSchema(schema: z.ZodType, title: string): JsonSchema {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'ref' }) as JsonSchema;
  return { ...json, title };
}

/** Keys of project.yml that hold config by folder. */
const treeKeys: Readonly<Record<string, ConfigKind>> = {
  models: 'models',
  seeds: 'seeds',
  snapshots: 'snapshots',
  sources: 'sources',
  data_tests: 'tests',
  tests: 'tests',
  exposures: 'exposures',
};

/** Config trees nest without end: every key is config, with a plus or without, or a folder. */
function projectJsonSchema(): JsonSchema {
  const json = toJsonSchema(projectSchema, 'project.yml of tsdbt');
  const definitions = { ...(json.$defs as JsonSchema | undefined) };
  const properties = { ...(json.properties as JsonSchema) };
  for (const [key, kind] of Object.entries(treeKeys)) {
    const config = z.toJSONSchema(configSchemas[kind], { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    const entries = Object.entries(config.properties as JsonSchema);
    definitions[`${kind}Tree`] = {
      type: ['object', 'null'],
      properties: Object.fromEntries(entries.map(([name, schema]) => [`+${name}`, schema])),
      patternProperties: { '^[^+]': {} },
      additionalProperties: false,
    };
    properties[key] = { $ref: `#/$defs/${kind}Tree` };
  }
  return { ...json, properties, $defs: definitions };
}
