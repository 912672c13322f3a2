import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/report/table.js';

const columns = [
  { name: 'mood', type: 'VARCHAR' },
  { name: 'plays', type: 'BIGINT' },
  { name: 'share', type: 'DECIMAL(10,2)' },
];

describe('a table of rows', () => {
  it('has numbers on the right and shows null', () => {
    const rows = [
      ['Happy_Calm', 1204n, '0.25'],
      [null, 7, null],
    ];
    expect(formatTable(columns, rows).split('\n')).toEqual([
      ' mood       | plays | share',
      '------------+-------+-------',
      ' Happy_Calm |  1204 |  0.25',
      ' null       |     7 |  null',
    ]);
  });

  it('shows nested values as JSON, dates as ISO, blobs as hexadecimal, line ends as \\n', () => {
    const one = [{ name: 'x', type: 'VARCHAR' }];
    const rows = [[[1, 2n]], [{ a: null }], [new Date(0)], [new Uint8Array([1, 255])], ['a\nb\u001b']];
    expect(formatTable(one, rows).split('\n').slice(2)).toEqual([
      ' [1,2]',
      ' {"a":null}',
      ' 1970-01-01T00:00:00.000Z',
      ' \\x01ff',
      ' a\\nb',
    ]);
  });

  it('is made narrower at its widest column', () => {
    const rows = [['a very long text that goes on', 1, '0.10']];
    expect(formatTable(columns, rows, 30).split('\n')).toEqual([
      ' mood         | plays | share',
      '--------------+-------+-------',
      ' a very long… |     1 |  0.10',
    ]);
    expect(
      formatTable(columns, rows, 30)
        .split('\n')
        .every((line) => line.length <= 30),
    ).toBe(true);
  });

  it('keeps wide characters in line', () => {
    expect(formatTable(columns.slice(0, 2), [['音楽', 1]]).split('\n')).toEqual([
      ' mood | plays',
      '------+-------',
      ' 音楽 |     1',
    ]);
  });
});
