import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { Effects } from './effects.js';
import { projectFolder } from './project-folder.js';

/**
 * The words with which dbt begins what ended a command (`Compilation Error`, `Parsing Error`, …), for tools and eyes that
 * look for them; undefined outside of dbt projects.
 */
export function dbtHeading(
  errors: readonly TsdbtError[],
  argv: readonly string[],
  effects: Pick<Effects, 'cwd' | 'env'>,
): string | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const folder = projectFolder({ projectDir: projectDirOf(argv) }, effects);
  if (existsSync(join(folder, 'project.yml')) || !existsSync(join(folder, 'dbt_project.yml'))) return undefined;
  return `Encountered an error:\n${kindOf(first)} Error`;
}

function projectDirOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '--project-dir' || word.startsWith('--project-dir='));
  if (at === -1) return undefined;
  const [, value] = argv[at]!.split('=', 2);
  return value ?? argv[at + 1];
}

/** dbt's kinds by the code: what cannot be read is a parsing error, what does not fit together a compilation error. */
function kindOf({ code, place }: TsdbtError): string {
  const file = place?.source.path ?? '';
  const ofProject = /(^|\/)(dbt_project|profiles)\.ya?ml$/.test(file);
  if (code.startsWith('TSD197')) return 'Runtime';
  if (code.startsWith('TSD19')) return 'Usage';
  if (['TSD1001', 'TSD1008', 'TSD1009'].includes(code) || (ofProject && code !== 'TSD1007')) return 'Runtime';
  if (['TSD1002', 'TSD1003', 'TSD1004', 'TSD1005', 'TSD1006', 'TSD1010'].includes(code)) return 'Parsing';
  if (['TSD3005', 'TSD3020', 'TSD3022', 'TSD3023', 'TSD3024', 'TSD3025'].includes(code)) return 'Runtime';
  if (code.startsWith('TSD5')) return 'Database';
  if (code.startsWith('TSD6')) return 'Runtime';
  return 'Compilation';
}
