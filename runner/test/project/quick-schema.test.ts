import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { configSchemas } from '../../src/project/config-schema.js';
import { propertiesSchema } from '../../src/project/properties-schema.js';
import { quickReader, WRONG } from '../../src/project/quick-schema.js';

const FIXTURES = path.resolve(import.meta.dirname, '..', 'fixtures');

/** Values with the order of their keys, and keys that hold undefined. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner === undefined ? 'undefined' : typeof inner === 'bigint' ? `${inner}n` : inner,
  );

/** Holds a reading against zod's; @returns whether zod takes the value */
function agrees(schema: z.ZodType, value: unknown): boolean {
  const theirs = schema.safeParse(value);
  const ours = quickReader(schema)(value);
  // what is no plain data is left to zod
  if (ours === WRONG && (value instanceof Date || value instanceof Map)) return theirs.success;
  if (theirs.success) expect(shown(ours), shown(value)).toBe(shown(theirs.data));
  else expect(ours, shown(value)).toBe(WRONG);
  return theirs.success;
}

const samples: unknown[] = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    1.5,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    10n,
    '',
    'a',
    'view',
    new Date(0),
  ],
  ...[[], ['a'], [1, null], [['a']], {}, { a: 1 }, { a: undefined }, { a: 'b', c: [] }, Object.create(null), new Map()],
  Object.defineProperty({}, '__proto__', { value: 1, enumerable: true }),
];

describe('a quick reading', () => {
  it('says what zod says, of every kind of schema', () => {
    const kinds: z.ZodType[] = [
      ...[z.unknown(), z.string(), z.boolean(), z.number(), z.null(), z.int(), z.literal('a'), z.any(), z.date()],
      ...[z.string().min(1), z.email(), z.coerce.string(), z.enum(['a', 'view']), z.nativeEnum({ One: 1, Two: 'a' })],
      ...[z.array(z.string()), z.array(z.unknown()).min(1), z.record(z.string(), z.unknown()), z.nullable(z.string())],
      ...[
        z.record(z.string(), z.string().optional()),
        z.record(z.enum(['a', 'c']), z.unknown()),
        z.string().optional(),
      ],
      ...[
        z.union([z.string(), z.array(z.string()), z.null()]),
        z.string().default('d'),
        z.string().default('d').optional(),
      ],
      z.string().transform((value) => value.length),
      z.preprocess((value) => (value === null ? 'a' : value), z.string()),
      z.strictObject({ a: z.unknown() }),
      z.strictObject({ c: z.array(z.string()).optional(), a: z.string() }),
      z.strictObject({ a: z.union([z.string(), z.null()]).optional(), b: z.string().default('d') }),
      z.strictObject({ a: z.string().optional() }).check(({ value, issues }) => {
        if (value.a === 'b') issues.push({ code: 'custom', input: value, message: 'no' });
      }),
      z.looseObject({ a: z.string().optional() }),
      z.object({ c: z.unknown().optional() }),
      z.strictObject({ a: z.string(), c: z.unknown() }).partial(),
    ];
    for (const kind of [...kinds, ...Object.values(configSchemas), propertiesSchema])
      for (const sample of samples) agrees(kind, sample);
  });

  it('orders keys as the schema does', () => {
    const schema = z.strictObject({ a: z.string(), b: z.string().optional(), c: z.unknown().optional() });
    expect(Object.keys(quickReader(schema)({ c: 1, b: undefined, a: 'x' }) as object)).toEqual(['a', 'b', 'c']);
    expect(agrees(schema, { c: 1, b: undefined, a: 'x' })).toBe(true);
  });

  it('gives objects of its own, as zod does', () => {
    const given = { version: 2, models: [{ name: 'm', meta: { a: 1 } }] };
    const read = quickReader(propertiesSchema)(given) as typeof given;
    expect(read).toEqual(given);
    expect(read.models).not.toBe(given.models);
    expect(read.models[0]!.meta).not.toBe(given.models[0]!.meta);
  });

  it('says what zod says of YAML files, and of each with one thing in it made wrong', () => {
    const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
    let taken = 0;
    let refused = 0;
    for (const file of files) {
      const text = readFileSync(path.join(FIXTURES, file), 'utf8');
      const value: unknown = parse(text);
      const count = (isTaken: boolean) => (isTaken ? taken++ : refused++);
      count(agrees(propertiesSchema, value));
      // of the longest files there are too many
      if (text.length > 1200) continue;
      for (const changed of variants(value)) count(agrees(propertiesSchema, changed));
    }
    expect(taken).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});

/** Copies of a value, in each of which one part is another value, is missing, or has a key too many. */
function* variants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      for (const changed of [null, 7, 'text', {}, ...variants(item)]) yield value.with(i, changed);
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, surplus: 1 };
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...others } = value as Record<string, unknown>;
      yield others;
      yield { ...others, [key]: item };
      for (const changed of [null, 7, ['text'], ...variants(item)]) yield { ...value, [key]: changed };
    }
  }
}
