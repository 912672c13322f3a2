import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';
import type { Effects } from './effects.js';

/** The SQL of `--inline`; `-` is what comes by standard input. @throws ProjectError TSD1903 where nothing comes */
export async function inlineSql(
  { inline }: { readonly inline?: string },
  { readInput = async () => '' }: Pick<Effects, 'readInput'>,
): Promise<string | undefined> {
  if (inline !== '-') return inline;
  const sql = await readInput();
  if (sql.trim() !== '') return sql;
  throw new ProjectError(cliCodes.missingValue, 'standard input holds no SQL for --inline -', {
    hint: 'e.g. tsdbt show --inline - < query.sql',
  });
}
