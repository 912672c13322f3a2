import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import { readPlainYaml } from '../../src/project/plain-yaml.js';
import type { YamlDialect } from '../../src/project/yaml-dialect.js';
import { readYaml } from '../../src/project/yaml-library.js';
import { placeIn, type YamlContent, type YamlPath } from '../../src/project/yaml-tree.js';

const dialects: readonly YamlDialect[] = [undefined, 'dbt'];

/** Holds the plain reading of a text against the library's: values, and places of everything in it. True where it was plain. */
function compare(text: string, dialect: YamlDialect): boolean {
  const plain = readPlainYaml(text, dialect);
  if (plain === undefined) return false;
  const source = new SourceText('a.yml', text);
  // what the library refuses, the plain reading must not take
  const library = readYaml(source, dialect);
  expect(plain.value).toStrictEqual(library.value);
  const placesOf = ({ root }: YamlContent) =>
    pathsOf(library.value).flatMap((path) =>
      (['key', 'value'] as const).map((part) => {
        const { start, end } = placeIn(root, source, path, part);
        return `${path.join('/')} ${part}: ${start}–${end}`;
      }),
    );
  expect(placesOf(plain)).toEqual(placesOf(library));
  return true;
}

/** The paths of all values, and one beyond each. */
function pathsOf(value: unknown, at: YamlPath = []): YamlPath[] {
  if (typeof value !== 'object' || value === null || value instanceof Number) return [at, [...at, 'beyond']];
  const steps = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  const below = steps.flatMap((step) => pathsOf((value as Record<string | number, unknown>)[step], [...at, step]));
  return [at, [...at, 'missing'], ...below];
}

const plainTexts: Readonly<Record<string, string>> = {
  'a file of models': `version: 2

models:
  - name: orders
    description: "One per order. {{ doc('orders') }}"
    config:
      tags: [daily, "a b", 'c d']
      meta: {owner: me}
`,
  'lists that are not indented':
    'models:\n- name: a\n  columns:\n  - name: id\n    data_tests:\n    - unique\n    - not_null\n- name: b\n',
  'comments everywhere': '# first\na: 1 # one\n  # deeper\nb: # two\n  # three\n  - x # four\n# five\n  - y\n',
  'a start of the document': '# first\n---\na: 1\nb: [x]\n',
  'scalars of every kind':
    'a: 1\nb: 1.0\nc: 1.50\nd: -3\ne: 0x1F\nf: 1e3\ng: .5\nh: ~\ni:\nj: null\nk: true\nl: yes\nm: off\nn: 2020-01-01\no: 007\np: 0o17\nq: .inf\nr: 1_000\ns: 1_0.0\nt: No\nu: 12345678901234567890\nv: +1\nw: "1"\nx: \'true\'\n',
  'texts with marks':
    "a: it's 5 o'clock, {{ x }} [y] & z\nb: http://host:80/p#q\nc: a:b\nd: 50%\ne: x - y\nf: (a) = b | c > d\n",
  'quoted texts': `a: "x: y # z"\nb: 'it''s'\nc: "say \\"hi\\"\\n\\u00e4"\n"d e": 1\n'f': 2\ng: ""\nh: ''\ni: "a" # c\n`,
  'texts over several lines': "a: one\n  two\n\n  three\n   four\nb: \"one\n  two \n\n  three\"\nc: 'one\n  it''s'\n",
  'blocks of text':
    'a: |\n  one\n    two\n\n  three\n\nb: >\n  one\n  two\n\n  three\n    four\n  five\nc: |- # why\n    x\nd: >-\n  y\n\n  z\ne: 1\n',
  'a block at the end without a line end': 'a:\n  - b: |\n      one\n      two',
  'a block in a list': 'a:\n  - |\n    one\n  - >-\n    two\n    three\n  - four\n',
  'brackets in brackets':
    'a: {b: 1, "c": [x, {d: e}], f: {}}\nb: [[1, 2], [], [\'x\']]\nc:\n  - {name: id, tests: [unique, not_null,]}\n  - [a, b] # c\n',
  'texts in brackets': "a: [x y, it's (so), http://a/b, 5 %, ü]\nb: {c: d e, f: -1}\n",
  'brackets over several lines': 'a: [\n    x,\n\n    "y"\n  ]\nb: {\n  c: 1,\n  d: 2,\n  }\n',
  'empty brackets': 'a: []\nb: [ ]\nc: [x]\nd: [1, -2, a b, 1.5, true]\n',
  'values on the line below':
    'a:\n    b:\n        - c\n        -   d: 1\n            e: 2\n        -\n          f: 3\n',
  'letters beyond ASCII': 'a: Größe – 数\nb: "ü"\nc:\n  - é\n',
};

describe('reading plain YAML', () => {
  for (const [name, text] of Object.entries(plainTexts))
    it(`reads ${name} as the library does`, () => {
      for (const dialect of dialects) expect(compare(text, dialect)).toBe(true);
    });

  it('leaves to the library what is more than plain, or wrong', () => {
    const odd = [
      '',
      '# nothing\n',
      'text\n',
      'a: &x 1\nb: *x\n',
      'a: !!str 1\n',
      '<<: 1\n',
      'a: {b}\n',
      'a: [b: c]\n',
      'a: [b\n, c]\n',
      'a: [b # c\n  ]\n',
      'a: 1\na: 2\n',
      'a:\n\tb: 1\n',
      'a: 1\r\nb: 2\r\n',
      'a: b: c\n',
      'a: b:\n',
      'a: "b\n',
      'a: "b" c\n',
      'a: "b\nc"\n',
      'a:\n  b: 1\n c: 2\n',
      'a:\n  - b\n  c: 1\n',
      'a: 1\n  b: 2\n',
      'a: 1 # x\n  y\n',
      'a: 1\n---\nb: 2\n',
      'a: 1\n...\n',
      '? a\n: b\n',
      '1: a\n',
      'true: a\n',
      '__proto__: 1\n',
      'a: |2\n   x\n',
      'a: |+\n  x\n\n',
      'a: |\n  x\n   \nb: 1\n',
      'a: - b\n',
      '- - a\n',
      'a: {{ b }}\n',
      'a: %b\n',
      'a: @b\n',
    ];
    for (const text of odd)
      for (const dialect of dialects) expect([text, readPlainYaml(text, dialect)]).toEqual([text, undefined]);
  });

  it('reads the files of projects as the library does', () => {
    const files = ['../fixtures', '../../templates', '../../../models'].flatMap((folder) => {
      const path = join(import.meta.dirname, folder);
      return readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.ya?ml$/.test(name) && !name.includes('node_modules'))
        .map((name) => readFileSync(join(path, name), 'utf8'));
    });
    let plain = 0;
    for (const text of files)
      for (const dialect of dialects)
        if (readPlainYaml(text, dialect) !== undefined) {
          compare(text, dialect);
          plain += 1;
        }
    expect(plain).toBeGreaterThan(files.length);
  });

  it('differs in none of the texts that come of cutting and mixing plain ones', () => {
    const random = generator(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const lines = Object.values(plainTexts).flatMap((text) => text.split('\n'));
    const marks = [
      ' ',
      '  ',
      '\n',
      ':',
      ': ',
      '- ',
      '#',
      ' #',
      '"',
      "'",
      '[',
      ']',
      ',',
      '|',
      '>',
      '\\',
      '&',
      '{',
      '~',
      '-',
      '.',
      '---\n',
      'é',
    ];
    let plain = 0;
    for (let i = 0; i < 3000; i++) {
      let text: string;
      if (i % 2 === 0) {
        text = pick(Object.values(plainTexts));
        for (let n = Math.floor(random() * 3); n >= 0; n--) {
          const at = Math.floor(random() * text.length);
          text = text.slice(0, at) + pick(marks) + text.slice(at + Math.floor(random() * 3));
        }
      } else text = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(lines)).join('\n');
      try {
        if (compare(text, pick(dialects))) plain += 1;
      } catch (thrown) {
        throw new Error(`differs: ${JSON.stringify(text)}`, { cause: thrown });
      }
    }
    expect(plain).toBeGreaterThan(500);
  });
});

/** Numbers from 0 to 1, the same each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
