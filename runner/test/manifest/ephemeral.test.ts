import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/errors/source-text.js';
import { injectCtes, type MappedSql } from '../../src/manifest/ephemeral.js';
import { SourceMap } from '../../src/template/source-map.js';

/** SQL that stands in a file as it is. */
function file(path: string, sql: string): MappedSql {
  const source = new SourceText(path, sql);
  const whole = { generated: 0, length: sql.length, source, start: 0, end: sql.length, verbatim: true, via: [] };
  return { sql, map: new SourceMap([whole]) };
}

function placeOf({ sql, map }: MappedSql, text: string): string | undefined {
  const found = map.lookup(sql.indexOf(text), text.length);
  return found && `${found.place.source.path} ${found.place.source.text.slice(found.place.start, found.place.end)}`;
}

describe('ephemeral models', () => {
  const cte = { name: '__dbt__cte__a', ...file('a.sql', 'select 1 as id;\n') };

  it('become a with of their own', () => {
    const joined = injectCtes(file('b.sql', 'select * from __dbt__cte__a'), [cte]);
    expect(joined.sql).toBe('with __dbt__cte__a as (\nselect 1 as id\n)\nselect * from __dbt__cte__a');
    expect(placeOf(joined, '1 as id')).toBe('a.sql 1 as id');
    expect(placeOf(joined, 'select *')).toBe('b.sql select *');
    expect(placeOf(joined, 'with ')).toBeUndefined();
  });

  it('go before the CTEs of a model that begins with its own', () => {
    const own = file('b.sql', '-- why\nwith x as (select 2 as id)\nselect * from x');
    const joined = injectCtes(own, [cte, { ...cte, name: '__dbt__cte__b' }]);
    expect(joined.sql).toBe(
      '-- why\nwith __dbt__cte__a as (\nselect 1 as id\n), __dbt__cte__b as (\nselect 1 as id\n), x as (select 2 as id)\nselect * from x',
    );
    expect(placeOf(joined, 'select 2')).toBe('b.sql select 2');
    expect(placeOf(joined, 'select * from x')).toBe('b.sql select * from x');
    expect(placeOf(joined, '-- why')).toBe('b.sql -- why');
  });

  it('keep the word recursive', () => {
    const joined = injectCtes(file('b.sql', 'WITH RECURSIVE x as (select 2) select 1'), [cte]);
    expect(joined.sql).toBe('WITH RECURSIVE __dbt__cte__a as (\nselect 1 as id\n), x as (select 2) select 1');
  });

  it('leave a statement alone that reads none', () => {
    const statement = file('b.sql', 'select 1');
    expect(injectCtes(statement, [])).toBe(statement);
  });
});
