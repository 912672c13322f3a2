import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  temporary = temporaryFolder();
  cpSync(fileURLToPath(new URL('../fixtures/shop', import.meta.url)), temporary.folder, { recursive: true });
});
afterAll(() => temporary.remove());

const shop = (...args: string[]) => tsdbt(temporary.folder, args);

describe('tsdbt ls', () => {
  it('prints what --select takes, and nothing else, on standard output', async () => {
    const { code, stdout, stderr } = await shop('ls', '--select', 'gold', '--resource-type', 'model');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      'shop.gold.customer_segments',
      'shop.gold.customer_value',
      'shop.gold.daily_revenue',
    ]);
    const again = await shop('ls', '--resource-type', 'model', '--select', ...stdout.trim().split('\n'));
    expect(again.stdout).toBe(stdout);
  });

  it('prints names, paths or JSON', async () => {
    const gold = ['--select', 'customer_value', '--indirect-selection', 'empty'];
    expect((await shop('ls', ...gold, '--output', 'name')).stdout).toBe('customer_value\n');
    expect((await shop('list', ...gold, '--output', 'path')).stdout).toBe('models/gold/customer_value.sql\n');
    const json = await shop('ls', ...gold, '--output', 'json', '--output-keys', 'name resource_type', 'tags');
    expect(json.stdout).toBe('{"name":"customer_value","resource_type":"model","tags":["report"]}\n');
    const all = JSON.parse((await shop('ls', ...gold, '--output', 'json')).stdout) as Record<string, unknown>;
    expect(all).toMatchObject({
      unique_id: 'model.shop.customer_value',
      original_file_path: 'models/gold/customer_value.sql',
      config: { materialized: 'table' },
    });
  });

  it('names keys, nodes and flags that it does not know', async () => {
    expect((await shop('ls', '--output', 'json', '--output-keys', 'nam')).stderr).toBe(
      'TSD1904  --output-keys does not take "nam"\n  did you mean "name"?\n',
    );
    const nothing = await shop('ls', '--select', 'customer_valu');
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('did you mean "customer_value"?');
    expect((await shop('ls', '--select', 'gold', '--selector', 'x')).stderr).toMatch(
      /^TSD1906 {2}--select and --selector exclude each other\n/,
    );
  });
});

describe('tsdbt parse', () => {
  it('says what is in the project, and how long that took', async () => {
    const { code, stderr, stdout } = await shop('parse');
    expect(stderr).toMatch(/^Parsed shop in \d+\.\d\ds: .*\b9 models\b.*\n$/);
    expect(stderr).toContain('3 seeds');
    expect([code, stdout]).toEqual([0, '']);
    expect(existsSync(join(temporary.folder, 'logs/tsdbt.log'))).toBe(true);
  });

  it('reads selectors.yml, too', async () => {
    const { folder, remove } = temporaryFolder();
    try {
      writeFiles(folder, {
        'project.yml': 'name: shop\n',
        'models/orders.sql': 'select 1 as id\n',
        'selectors.yml': 'selectors:\n  - name: nightly\n    definitino: orders\n',
      });
      const { code, stderr } = await tsdbt(folder, ['parse']);
      expect(code).toBe(2);
      expect(stderr).toContain('TSD1004  unknown key "definitino"\n  selectors.yml:3:5\n');
      expect(stderr).toContain('did you mean "definition"?');
    } finally {
      remove();
    }
  });

  it('prints all errors at once, each with its place', async () => {
    const broken = temporaryFolder();
    try {
      cpSync(temporary.folder, broken.folder, { recursive: true });
      writeFileSync(join(broken.folder, 'models/gold/one.sql'), "select * from {{ ref('customer_valu') }}\n");
      writeFileSync(join(broken.folder, 'models/gold/two.sql'), "select * from {{ ref('daily_revenu') }}\n");
      const { code, stderr } = await tsdbt(broken.folder, ['parse']);
      expect(code).toBe(2);
      expect(stderr).toContain('  models/gold/one.sql:1:');
      expect(stderr).toContain('  models/gold/two.sql:1:');
      expect(stderr).toMatch(/\n\n2 errors \(tsdbt explain TSD3001 says more\)\n$/);
    } finally {
      broken.remove();
    }
  });
});
