import { stringify } from 'yaml';
import { nearest } from '../../src/errors/suggest.js';

type Json = Readonly<Record<string, unknown>>;

/** One mapping of a YAML file: the keys that its schema knows, and how a file is written that holds it. */
export interface SchemaLevel {
  /** e.g. `models.[].columns.[]` */
  readonly label: string;
  readonly keys: readonly string[];
  /** a whole document with the given mapping at this level, beside what must be there */
  document(mapping: Json): unknown;
}

/**
 * Every mapping with known keys that a JSON schema describes, at every depth, each once.
 * @param root a JSON schema as `runner/schemas` holds it
 * @param nameOf a key of a mapping whose keys are names, by the mapping's label
 */
export function schemaLevels(root: Json, nameOf: (label: string) => string = () => 'x'): SchemaLevel[] {
  const levels: SchemaLevel[] = [];
  const seen = new Set<unknown>();
  const visit = (given: unknown, label: string, wrap: (value: unknown) => unknown): void => {
    const schema = resolved(given);
    for (const one of alternatives(schema)) {
      const properties = (one.properties ?? {}) as Json;
      const keys = Object.keys(properties);
      const minimal = sample(one) as Json;
      const inner = (value: unknown, key: string) => wrap({ ...minimal, [key]: value });
      if (keys.length > 0 && one.additionalProperties === false && !seen.has(one)) {
        levels.push({ label, keys, document: (mapping) => wrap({ ...minimal, ...mapping }) });
      }
      // the same definition at another place says nothing new below it
      if (seen.has(one)) continue;
      if (keys.length > 0 || one.items !== undefined) seen.add(one);
      for (const [key, value] of Object.entries(properties))
        visit(value, label === '' ? key : `${label}.${key}`, (v) => inner(v, key));
      if (typeof one.additionalProperties === 'object')
        visit(one.additionalProperties, `${label}.*`, (v) => inner(v, nameOf(label)));
      if (one.items !== undefined) visit(one.items, `${label}.[]`, (v) => wrap([v]));
    }
  };
  visit(root, '', (value) => value);
  return levels;

  function resolved(schema: unknown): Json {
    const { $ref } = schema as { $ref?: string };
    if ($ref === undefined) return schema as Json;
    return resolved(
      $ref
        .slice(2)
        .split('/')
        .reduce<Json>((at, step) => at[step] as Json, root),
    );
  }

  function alternatives(schema: Json): Json[] {
    const all = (schema.anyOf ?? schema.oneOf ?? schema.allOf) as Json[] | undefined;
    return all === undefined ? [schema] : all.flatMap((one) => alternatives(resolved(one)));
  }

  /** The least that fits a schema. */
  function sample(given: unknown): unknown {
    const schema = alternatives(resolved(given)).find((one) => one.type !== 'null');
    if (schema === undefined) return null;
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum)) return schema.enum[0];
    switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
      case 'string':
        return 'x';
      case 'number':
      case 'integer':
        return 1;
      case 'boolean':
        return true;
      case 'array':
        return schema.minItems === undefined ? [] : [sample(schema.items)];
      default: {
        const required = (schema.required ?? []) as string[];
        return Object.fromEntries(required.map((key) => [key, sample((schema.properties as Json)[key])]));
      }
    }
  }
}

/** A name with a mistake in it, of which the name is the only near one that is known. */
export function misspelt(name: string, known: readonly string[]): string {
  const middle = Math.ceil(name.length / 2);
  const tries = [
    `${name.slice(0, middle)}${name[middle] ?? ''}${name.slice(middle)}`,
    `${name}${name.at(-1)}`,
    `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`,
    `${name}z`,
    `z${name}`,
    `${name.slice(0, middle)}z${name.slice(middle)}`,
    `${name.slice(0, middle)}z${name.slice(middle)}z`,
  ];
  const found = tries.find((one) => !known.includes(one) && nearest(one, known) === name);
  if (found === undefined) throw new Error(`no mistake in "${name}" that means only that`);
  return found;
}

/** A document in YAML, and where each of its keys stands that was misspelt. */
export function written(
  document: unknown,
  keys: readonly string[],
): { text: string; placeOf: (key: string) => string } {
  const text = stringify(document, { aliasDuplicateObjects: false });
  const lines = text.split('\n');
  return {
    text,
    placeOf: (key) => {
      const pattern = new RegExp(`^[ -]*(?="?${key.replace(/[+]/g, '\\+')}"?:)`);
      const line = lines.findIndex((one) => pattern.test(one));
      if (line === -1 || !keys.includes(key)) throw new Error(`"${key}" is not written`);
      return `${line + 1}:${pattern.exec(lines[line]!)![0].length + 1}`;
    },
  };
}
