import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../src/engines/duckdb/duckdb-engine.js';
import type { Engine, Session } from '../../src/engines/engine.js';
import { Relation } from '../../src/engines/relation.js';
import { dropByName, findRelation } from '../../src/materialize/native/native-catalog.js';

let engine: Engine;
let session: Session;

beforeAll(async () => {
  engine = await openDuckDb({ tempDirectory: mkdtempSync(join(tmpdir(), 'tsdbt-native-catalog-')) });
  session = await engine.openSession();
  await session.execute(`
    create schema s; create table s."A table" (n int); create view s.v as select * from s."A table";
    create table s.gone (n int); create view s.broken as select * from s.gone; drop table s.gone;
    create view s.odd as select cast('x' as int) as n;
    create temporary table beside (n int); create sequence s.q`);
});
afterAll(async () => {
  await session.close();
  await engine.close();
});

const named = (identifier: string, database: string | undefined = 'memory', schema = 's'): Relation =>
  new Relation(schema, identifier, database);

describe('findRelation', () => {
  it('tells tables from views, those that no longer hold among them, and changes nothing', async () => {
    const kinds = async () => {
      const found: (string | undefined)[] = [];
      for (const name of ['A table', 'a TABLE', 'v', 'broken', 'odd', 'gone', 'q'])
        found.push((await findRelation(session, named(name)))?.type);
      return found;
    };
    const expected = ['table', 'table', 'view', 'view', 'view', undefined, undefined];
    expect([await kinds(), await kinds()]).toEqual([expected, expected]);
    expect((await findRelation(session, named('A table', undefined)))?.type).toBe('table');
  });

  it('finds nothing in schemas that are not there, and no temporary tables', async () => {
    expect(await findRelation(session, named('v', 'memory', 'nowhere'))).toBeUndefined();
    expect(await findRelation(session, named('v', 'nowhere'))).toBeUndefined();
    expect(await findRelation(session, named('beside', 'memory', 'main'))).toBeUndefined();
  });

  it('does not let the catalog list everything', async () => {
    const sent: string[] = [];
    const watched: Session = Object.assign(Object.create(session) as Session, {
      execute: (sql: string) => {
        sent.push(sql);
        return session.execute(sql);
      },
      query: (sql: string) => {
        sent.push(sql);
        return session.query(sql);
      },
    });
    for (const name of ['A table', 'v', 'gone']) await findRelation(watched, named(name));
    expect(sent).not.toEqual([]);
    expect(sent.filter((sql) => !sql.startsWith('explain '))).toEqual([]);
  });
});

describe('dropByName', () => {
  it('drops what has the name, whatever it is', async () => {
    await session.execute('create schema d; create table d.t (n int); create view d.v as select 1 as n');
    for (const name of ['t', 'v', 'nothing']) await dropByName(session, named(name, 'memory', 'd'));
    const { rows } = await session.query(
      "select table_name from information_schema.tables where table_schema = 'd' order by 1",
    );
    expect(rows).toEqual([]);
  });
});
