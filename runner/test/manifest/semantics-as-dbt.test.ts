import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tsdbtErrorsOf } from '../../src/errors/tsdbt-error.js';
import { buildManifest } from '../../src/manifest/build-manifest.js';
import { openProject } from '../../src/manifest/open-project.js';
import { copiedFolder } from './copied-folder.js';

interface Case {
  readonly case: string;
  /** text of models/case.yml */
  readonly yaml: string;
  /** what dbt-core 1.12 says of it: `node scripts/dbt-semantics.mjs` asks anew */
  readonly dbt: { readonly errors?: readonly string[]; readonly warnings?: readonly string[] };
  /** what is said here, where it is something else, and why */
  readonly here?: { readonly verdict: Verdict; readonly why: string };
}
type Verdict = 'refused' | 'warned' | 'taken';

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const cases = JSON.parse(readFileSync(path('semantic-cases.json'), 'utf8')) as Case[];

function verdictOf(errors: number, warnings: number): Verdict {
  return errors > 0 ? 'refused' : warnings > 0 ? 'warned' : 'taken';
}

describe('what dbt refuses in the semantic layer is refused, and what it warns of is told', () => {
  it.each(cases)('$case', async ({ yaml, dbt, here }) => {
    const folder = copiedFolder(path('semantic-cases'), { 'models/case.yml': yaml });
    try {
      const project = await openProject({ projectDir: folder.path, profilesDir: folder.path, env: {} });
      let said: string[] = [];
      let verdict: Verdict;
      try {
        const { warnings } = await buildManifest(project);
        said = warnings.map((warning) => `${warning.code} ${warning.message}`);
        verdict = verdictOf(0, warnings.length);
      } catch (thrown) {
        const errors = tsdbtErrorsOf(thrown);
        if (errors.length === 0) throw thrown;
        said = errors.map((error) => `${error.code} ${error.message}`);
        verdict = 'refused';
        for (const error of errors) expect(error.place?.source.path).toMatch(/^models\/(case|days)\./);
      }
      const expected = here?.verdict ?? verdictOf(dbt.errors?.length ?? 0, dbt.warnings?.length ?? 0);
      expect(verdict, JSON.stringify({ said, dbt }, null, 1)).toBe(expected);
    } finally {
      folder.remove();
    }
  });
});
