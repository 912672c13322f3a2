import { describe, expect, it } from 'vitest';
import { layout } from '../../src/dashboards/superset/layout.js';
import { orderOf } from '../../src/dashboards/superset/order-by.js';
import { plainNote } from '../../src/dashboards/superset/plain-note.js';
import { uuid5 } from '../../src/dashboards/superset/uuid.js';

const columns = ['mood', 'plays', 'Rank'].map((name) => ({ name, type: 'VARCHAR' }));
const order = (sql: string): string[] =>
  orderOf(sql, columns).map(({ column, descending }) => `${column}${descending ? ' desc' : ''}`);

describe('the order of a query', () => {
  it.each([
    ['select * from t', []],
    ['select * from t order by plays desc, mood', ['plays desc', 'mood']],
    ['select * from t order by 2 desc nulls last, "Rank" asc limit 4', ['plays desc', 'Rank']],
    ['select row_number() over (order by mood) from (select 1 order by mood)', []],
    [`select 'order by mood' from t -- order by mood`, []],
    ['select * from a union all select * from b\nORDER  BY rank', ['Rank']],
  ])('%s', (sql, expected) => {
    expect(order(sql)).toEqual(expected);
  });

  it('ends where an expression is no column of the query', () => {
    expect(order('select * from t order by mood, abs(plays), plays')).toEqual(['mood']);
  });
});

describe('a note without figures', () => {
  it.each([
    [undefined, ''],
    ['Ranked by plays, then by minutes.', 'Ranked by plays, then by minutes.'],
    ['n = {{ n }} plays. Valence is {% if a %}x{% endif %}; both from 0 to 1.', 'Both from 0 to 1.'],
    ['On n = {{ n }} tracks.', ''],
    ['Once a day; a repeat counts once', 'Once a day; a repeat counts once.'],
  ])('%s', (note, expected) => {
    expect(plainNote(note)).toBe(expected);
  });
});

describe('ids', () => {
  it('are version 5 UUIDs, the same for the same name', () => {
    expect(uuid5('a', 'chart', 'b')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid5('a', 'chart', 'b')).toBe(uuid5('a', 'chart', 'b'));
    expect(uuid5('a', 'chart', 'b')).not.toBe(uuid5('a', 'chart', 'c'));
  });
});

describe('the grid', () => {
  const cell = (name: string, width: 'half' | 'full', charts = 1) => ({
    name,
    width,
    height: 40,
    text: 'Why?',
    charts: Array.from({ length: charts }, (_, i) => ({ uuid: `${name}${i}`, id: i, title: name })),
  });
  type Part = { children: string[]; meta: { width: number } };

  it('puts halves side by side, and widens one that stands alone', () => {
    const grid = layout('T', 'head', [cell('a', 'half'), cell('b', 'half'), cell('c', 'half'), cell('d', 'full')]);
    const parts = grid as unknown as Record<string, Part>;
    expect(parts.GRID_ID!.children).toEqual(['ROW-head', 'ROW-a', 'ROW-c', 'ROW-d']);
    expect(parts['ROW-a']!.children).toEqual(['COLUMN-a', 'COLUMN-b']);
    expect(['a', 'c', 'd'].map((name) => parts[`CHART-${name}0`]!.meta.width)).toEqual([6, 12, 12]);
  });

  it('shares a row among the figures of one definition, without a gap', () => {
    const parts = layout('T', 'head', [cell('a', 'full', 5)]) as unknown as Record<string, Part>;
    const widths = parts['ROW-a']!.children.map((id) => parts[id]!.meta.width);
    expect(widths).toEqual([3, 3, 2, 2, 2]);
  });
});
