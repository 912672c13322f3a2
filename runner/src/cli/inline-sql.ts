import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';
import type { Effects } from './effects.js';

/** The SQL of `--inline`, or of `--inline-direct`, in which no templates are read; `-` is what comes by standard input. @throws ProjectError TSD1903 where nothing comes */
export async function inlineSql(
  { inline, inlineDirect }: { readonly inline?: string; readonly inlineDirect?: string },
  { readInput = async () => '' }: Pick<Effects, 'readInput'>,
): Promise<string | undefined> {
  if (inlineDirect !== undefined) return `{% raw %}${inlineDirect}{% endraw %}`;
  if (inline !== '-') return inline;
  const sql = await readInput();
  if (sql.trim() !== '') return sql;
  throw new ProjectError(cliCodes.missingValue, 'standard input holds no SQL for --inline -', {
    hint: 'e.g. tsdbt show --inline - < query.sql',
  });
}
