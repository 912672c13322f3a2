import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TempProject } from '../temp-project.js';
import { Lake } from './lake.js';
import { smallProject, succeed } from './small-project.js';
import { type RunningTrino, startTrino } from './start-trino.js';

/** A target of type trino in project.yml. */
function trinoTarget(url: string, more = ''): string {
  const { hostname, port } = new URL(url);
  return `  trino:\n    type: trino\n    host: ${hostname}\n    port: ${port}\n    user: tsdbt\n    catalog: delta\n${more}`;
}

const MODELS = {
  'models/gold/plays.sql': "select i as id, 'track ' || i as track from range(100) as r(i)\n",
  'models/silver/tracks.sql': "select 'x' as track\n",
};

describe('register: { target: … }: a running server is told of tables', () => {
  let project: TempProject;
  let lake: Lake;
  const shown = (schema: string) => lake.trino.list(`show tables from delta.${schema}`);
  beforeAll(async () => {
    project = smallProject(MODELS, 'register: { target: trino }', trinoTarget('http://127.0.0.1:1'));
    lake = await Lake.over(project);
    project.write(
      'project.yml',
      project.read('project.yml').replace('port: 1\n', `port: ${new URL(lake.server.url).port}\n`),
    );
  });
  afterAll(async () => {
    await lake?.stop();
    project.remove();
  });

  it('by a build, which registers what is new and nothing twice', async () => {
    expect(await succeed(project, 'build')).toContain('Trino knows 2 tables under 4 names (4 added)');
    expect(await shown('default')).toEqual(['plays', 'tracks']);
    expect(await shown('gold')).toEqual(['plays']);
    expect(await lake.same('gold.plays')).toBe(100);
    expect(await succeed(project, 'build')).not.toContain('Trino');
    expect(await succeed(project, 'register')).toContain('(nothing changed)');
  });

  it('which sees new versions and columns by itself', async () => {
    project.write('models/gold/plays.sql', 'select i as id, i * 0.5 as minutes from range(50) as r(i)\n');
    expect(await succeed(project, 'build')).not.toContain('Trino');
    expect(await lake.same('gold.plays')).toBe(50);
  });

  it('again where somebody took a name away', async () => {
    await lake.trino.query("call delta.system.unregister_table('default', 'plays')");
    expect(await succeed(project, 'build')).toContain('1 added');
    expect(await lake.same('gold.plays')).toBe(50);
  });

  it('without touching a name that is registered elsewhere', async () => {
    await lake.trino.query("call delta.system.unregister_table('gold', 'plays')");
    await lake.trino.query("call delta.system.register_table('gold', 'plays', 'local:///silver/tracks')");
    rmSync(project.path('warehouse', '.register'), { recursive: true });
    const { code, stderr } = await project.tsdbt(['register']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('TSD6092  gold.plays is already another table in Trino');
    expect(stderr).toContain('it lies at local:///silver/tracks');
    await lake.trino.query("call delta.system.unregister_table('gold', 'plays')");
    await succeed(project, 'register');
    expect(await lake.same('gold.plays')).toBe(50);
  });

  it('of a table that now lies elsewhere, and of one that is gone with its folder', async () => {
    await lake.trino.query('create schema if not exists delta.moved');
    project.write('models/silver/gone.sql', 'select 1 as a\n');
    await succeed(project, 'build');
    expect(await shown('silver')).toEqual(['gone', 'tracks']);
    rmSync(project.path('models', 'silver', 'gone.sql'));
    rmSync(project.path('warehouse', 'silver', 'gone'), { recursive: true });
    // tracks moves from silver to gold: default.tracks is the same name at another place
    rmSync(project.path('models', 'silver', 'tracks.sql'));
    project.write('models/gold/tracks.sql', "select 'y' as track\n");
    expect(await succeed(project, 'build')).toContain('(1 added, 1 moved, 3 removed)');
    expect(await shown('default')).toEqual(['plays', 'tracks']);
    expect(await shown('silver')).toEqual([]);
    expect(await lake.same('gold.tracks')).toBe(1);
  });

  it('or told why not, after the tables are published, with exit code 1', async () => {
    const yaml = project.read('project.yml');
    project.write('project.yml', yaml.replace(/catalog: delta/, 'catalog: lake'));
    const { code, stderr } = await project.tsdbt(['build']);
    expect(code).toBe(1);
    expect(stderr).toContain('TSD5191');
    expect(stderr).toContain('name a catalog of the connector delta_lake');
    expect(stderr).toContain('Finished build');
    project.write('project.yml', `${yaml.replace(/port: \d+/, 'port: 1')}`);
    const down = await project.tsdbt(['build']);
    expect(down.code).toBe(1);
    expect(down.stderr).toMatch(/TSD503\d/);
    project.write('project.yml', yaml);
  }, 180_000);
});

describe('a server whose catalog does not allow it', () => {
  const project = smallProject(MODELS, 'register: { target: trino }', trinoTarget('http://127.0.0.1:1'));
  let server: RunningTrino;
  beforeAll(async () => {
    server = await startTrino({
      warehouse: project.path('warehouse'),
      catalogs: {
        closed: {
          'connector.name': 'delta_lake',
          'hive.metastore': 'file',
          'hive.metastore.catalog.dir': 'local:///.closed',
          'fs.native-local.enabled': 'true',
          'local.location': project.path('warehouse'),
        },
      },
    });
    const yaml = project.read('project.yml').replace('catalog: delta', 'catalog: closed');
    project.write('project.yml', yaml.replace('port: 1\n', `port: ${new URL(server.url).port}\n`));
  });
  afterAll(async () => {
    await server?.stop();
    project.remove();
  });

  it('is named, with the property that allows it', async () => {
    const { code, stderr } = await project.tsdbt(['build']);
    expect(code).toBe(1);
    expect(stderr).toContain('TSD5191');
    expect(stderr).toContain('delta.register-table-procedure.enabled=true');
  });
});
