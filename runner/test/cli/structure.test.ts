import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(temporary.folder, path)), { recursive: true });
    writeFileSync(join(temporary.folder, path), text);
  }
}

/** Runs the check on the folder: its lines, and the exit code behind them. */
function check(): (string | number | null)[] {
  const script = fileURLToPath(new URL('../../../scripts/check-structure.mjs', import.meta.url));
  const { stderr, status } = spawnSync(process.execPath, [script, temporary.folder], { encoding: 'utf8' });
  return [...stderr.split('\n').slice(0, -1), status];
}

describe('the check of the structure', () => {
  it('lets a folder import what comes before it, packages, and itself', () => {
    write({
      'runner/src/index.ts': "export { x } from './cli/x.js';\n",
      'runner/src/cli/x.ts': "import { a } from '../errors/a.js';\nimport yaml from 'yaml';\nexport * from './y.js';\n",
      'runner/src/events/events.ts': "import type { E } from '../errors/e.js';\n",
      'models/a.ts': "import { defineModel } from 'tsdbt';\nimport { b } from '../ingest/b.js';\n",
    });
    expect(check()).toEqual([0]);
  });

  it('names the file and line of what goes against the order', () => {
    write({
      'runner/src/delta/a.ts':
        "// delta\nimport type { E } from '../engines/engine.js';\nconst b = await import('../cli/b.js');\n",
      'runner/src/errors/a.ts': "import type { E } from '../events/events.js';\n",
      'runner/src/register/a.ts': "import '../dashboards/b.js';\n",
      'runner/src/other/a.ts': "import { x } from '../errors/x.js';\n",
    });
    expect(check()).toEqual([
      'runner/src/delta/a.ts:2: delta must not import from engines, which comes after it',
      'runner/src/delta/a.ts:3: delta must not import from cli, which comes after it',
      'runner/src/errors/a.ts:1: errors must not import from events, which comes after it',
      'runner/src/other/a.ts:1: the folder other has no place in the order of folders',
      'runner/src/register/a.ts:1: register must not import from dashboards, which comes after it',
      '5 violations of the structure',
      1,
    ]);
  });

  it('finds long files, the project in the engine, and the project’s hand in the engine', () => {
    write({
      'runner/src/cli/long.ts': 'x\n'.repeat(401),
      'runner/src/cli/word.ts': `// as ${'Spot'}ify does\n`,
      'ml/a.ts': "import { x } from '../runner/src/delta/x.js';\nimport { y } from 'tsdbt/dist/y.js';\n",
    });
    expect(check()).toEqual([
      'runner/src/cli/word.ts:1: the engine knows nothing of the project that uses it',
      'runner/src/cli/long.ts:401: 401 lines, more than 400',
      'ml/a.ts:1: import the engine as "tsdbt", not its files (../runner/src/delta/x.js)',
      'ml/a.ts:2: import the engine as "tsdbt", not its files (tsdbt/dist/y.js)',
      '4 violations of the structure',
      1,
    ]);
  });
});
