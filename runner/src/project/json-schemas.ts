import * as z from 'zod';
import { type ConfigKind, configSchemas } from './config-schema.js';
import { dependenciesSchema, packageLockSchema, packagesSchema } from './packages-schema.js';
import { projectSchema, targetSchema } from './project-schema.js';
import { propertiesSchema } from './properties-schema.js';

export type JsonSchema = Record<string, unknown>;

/** JSON schemas of YAML files, for editors: by file name below `schemas/`. Made from what the loader checks with. */
export function jsonSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    'project.schema.json': withTemplates(projectJsonSchema('project.yml of tsdbt', [])),
    'dbt-project.schema.json': withTemplates(projectJsonSchema('dbt_project.yml', OWN_KEYS)),
    'profiles.schema.json': withTemplates(profilesJsonSchema()),
    'properties.schema.json': withTemplates(
      toJsonSchema(propertiesSchema, 'Properties of models, seeds, sources, tests, macros and exposures'),
    ),
    'packages.schema.json': withTemplates(toJsonSchema(packagesSchema, 'packages.yml')),
    'dependencies.schema.json': toJsonSchema(dependenciesSchema, 'dependencies.yml'),
    'package-lock.schema.json': toJsonSchema(packageLockSchema, 'package-lock.yml'),
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
  analyses: 'analyses',
  functions: 'functions',
  sources: 'sources',
  data_tests: 'tests',
  tests: 'tests',
  exposures: 'exposures',
  metrics: 'metrics',
  'semantic-models': 'semantic_models',
  'saved-queries': 'saved_queries',
};

/** Keys of project.yml that dbt_project.yml has not. */
const OWN_KEYS = ['targets', 'target', 'warehouse', 'commands'];

/** Config trees nest without end: every key is config, with a plus or without, or a folder. */
function projectJsonSchema(title: string, without: readonly string[]): JsonSchema {
  const json = toJsonSchema(projectSchema, title);
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
  for (const key of without) delete properties[key];
  return { ...json, properties, $defs: definitions };
}

/** profiles.yml: targets of DuckDB and Trino are checked; those of other adapters are theirs. */
function profilesJsonSchema(): JsonSchema {
  const target = z.toJSONSchema(targetSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const { $schema, ...own } = target;
  const others = {
    type: 'object',
    required: ['type'],
    properties: { type: { not: { enum: ['duckdb', 'trino'] } } },
  };
  return {
    $schema,
    title: 'profiles.yml',
    type: 'object',
    properties: { config: { type: 'object' } },
    additionalProperties: {
      type: 'object',
      required: ['outputs'],
      additionalProperties: false,
      properties: {
        target: { type: 'string', description: 'The output that is used where --target names none.' },
        outputs: { type: 'object', additionalProperties: { anyOf: [own, others] } },
      },
    },
  };
}

/** What is no text may be a template that gives it: `port: "{{ env_var('PORT') }}"`. */
function withTemplates(schema: JsonSchema): JsonSchema {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const visited = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)])) as JsonSchema;
    const { type } = visited;
    const isScalar = type === 'number' || type === 'integer' || type === 'boolean' || Array.isArray(visited.enum);
    if (!isScalar) return visited;
    const { description, ...own } = visited;
    const either = { anyOf: [own, { type: 'string', pattern: '\\{[\\{%]' }] };
    return description === undefined ? either : { ...either, description };
  };
  return visit(schema) as JsonSchema;
}
