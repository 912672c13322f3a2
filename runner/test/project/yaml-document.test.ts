import { describe, expect, it } from 'vitest';
import { formatPlace, SourceText } from '../../src/errors/source-text.js';
import { YamlDocument, type YamlPath } from '../../src/project/yaml-document.js';
import { errorsOf } from '../manifest/temp-project.js';

const text = `version: 2
models:
  - name: orders
    description: >
      Two
      lines.
    columns:
      - {name: id, tests: [unique, not_null]}
shared: &rate
  unit: EUR
copy: *rate
`;

function place(at: YamlPath, part?: 'key' | 'value'): string {
  const document = new YamlDocument(new SourceText('models/a.yml', text));
  const found = document.placeOf(at, part);
  return `${formatPlace(found).replace('models/a.yml:', '')} ${found.source.text.slice(found.start, found.end)}`;
}

describe('places in a YAML file', () => {
  it.each<[YamlPath, 'key' | 'value', string]>([
    [['version'], 'value', '1:10 2'],
    [['version'], 'key', '1:1 version'],
    [['models', 0, 'name'], 'value', '3:11 orders'],
    [['models', 0, 'columns', 0, 'name'], 'value', '8:16 id'],
    [['models', 0, 'columns', 0, 'tests', 1], 'value', '8:36 not_null'],
    [['models'], 'value', '2:1 models'],
    [['models', 0], 'value', '3:5 name'],
    [['copy', 'unit'], 'value', '10:9 EUR'],
  ])('%j (%s) is %s', (at, part, expected) => {
    expect(place(at, part)).toBe(expected);
  });

  it('gives the nearest key for what is not there', () => {
    expect(place(['models', 0, 'columns', 0, 'data_type'])).toBe('8:9 {name: id, tests: [unique, not_null]}');
    expect(place(['models', 0, 'columns', 7])).toBe('7:5 columns');
  });
});

describe('braces and brackets that end anywhere', () => {
  const loose = `models:
  - name: orders
    data_tests:
      - accepted_values: {
          values: [a,
  "b c"], # the last
      }
      - unique: {
    name: one,
  column_name: id
      }
    columns: [
    {name: id},
    ]
`;

  it('are read as dbt reads them, with places in the file', () => {
    const document = new YamlDocument(new SourceText('a.yml', loose), 'dbt');
    expect(document.value).toEqual({
      models: [
        {
          name: 'orders',
          data_tests: [{ accepted_values: { values: ['a', 'b c'] } }, { unique: { name: 'one', column_name: 'id' } }],
          columns: [{ name: 'id' }],
        },
      ],
    });
    const line = (at: YamlPath): string => formatPlace(document.placeOf(at)).replace('a.yml:', '');
    expect(line(['models', 0, 'data_tests', 0, 'accepted_values', 'values', 1])).toBe('6:3');
    expect(line(['models', 0, 'data_tests', 1, 'unique', 'column_name'])).toBe('10:16');
    expect(line(['models', 0, 'columns', 0, 'name'])).toBe('13:12');
  });

  it('are errors where they do not end, at their place, and outside of dbt projects', async () => {
    const open = loose.replace('    ]\n', '');
    const [first] = await errorsOf(() => new YamlDocument(new SourceText('a.yml', open), 'dbt'));
    expect(first).toMatch(/^TSD1002 a\.yml:1[2-4]:\d+ not valid YAML: /);
    expect((await errorsOf(() => new YamlDocument(new SourceText('a.yml', loose))))[0]).toContain('TSD1002 a.yml:');
  });
});

describe('files that are not YAML', () => {
  const read = (yaml: string) => errorsOf(() => new YamlDocument(new SourceText('a.yml', yaml)));

  it('reports a key that stands twice, at the second', async () => {
    expect(await read('name: a\nversion: 1\nname: b\n')).toEqual([
      'TSD1003 a.yml:3:1 the key "name" stands twice in this mapping (keep one of the two)',
    ]);
  });

  it('reports tabs', async () => {
    expect((await read('models:\n\t- name: a\n'))[0]).toBe(
      'TSD1002 a.yml:2:1 a tab indents this line (YAML takes spaces only: indent with two spaces)',
    );
  });

  it('reports what the parser cannot read', async () => {
    const [first] = await read('name: "a\nversion: 1\n');
    expect(first).toMatch(/^TSD1002 a\.yml:\d+:\d+ not valid YAML: /);
  });

  it('takes an empty file for nothing', () => {
    expect(new YamlDocument(new SourceText('a.yml', '# nothing\n')).value).toBeUndefined();
  });
});
