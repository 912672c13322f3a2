import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Option } from 'commander';
import { parse } from 'yaml';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectEnvironment } from '../project/dotenv.js';
import { cliCodes } from './codes.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { projectFolder } from './project-folder.js';

/** Options that dbt reads from the environment (`DBT_…`, `DBT_ENGINE_…`) and from `flags:` of the project, by their keys; `null`: as the key says. */
const NAMES: Readonly<Record<string, string | null>> = {
  color: 'use_colors',
  debug: null,
  defer: null,
  deferState: null,
  empty: null,
  eventTimeEnd: null,
  eventTimeStart: null,
  excludeResourceType: 'exclude_resource_types',
  failFast: null,
  favorState: null,
  fullRefresh: null,
  indirectSelection: null,
  logFormat: null,
  logLevel: null,
  partialParse: null,
  print: null,
  profile: null,
  quiet: null,
  resourceType: 'resource_types',
  sample: null,
  state: null,
  storeFailures: null,
  target: null,
  versionCheck: null,
  warnError: null,
  warnErrorOptions: null,
  writeJson: null,
};
/** dbt's value of a flag that says what ours says by being left out. */
const UNSET: ReadonlySet<string> = new Set(['logFormat=default', 'logFormat=debug', 'logLevel=none']);

/**
 * Options with what the environment says where the command line says nothing, then with what `flags:` of the project file says.
 *
 * @param known the options that the command takes
 * @throws {ProjectError} TSD1904 for a value that the flag does not take
 */
export function withDefaults(options: GlobalOptions, known: readonly Option[], effects: Effects): GlobalOptions {
  const given = options as Record<string, unknown>;
  const found: Record<string, unknown> = { ...given };
  let env: Readonly<Record<string, string | undefined>> | undefined;
  let flags: Readonly<Record<string, unknown>> | undefined;
  for (const [key, other] of Object.entries(NAMES)) {
    const option =
      known.find((one) => one.attributeName() === key && !one.negate) ??
      known.find((one) => one.attributeName() === key);
    if (option === undefined || given[key] !== undefined) continue;
    const name = other ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    env ??= projectEnvironment(projectFolder(options, effects), effects.env);
    const variable = [`DBT_ENGINE_${name.toUpperCase()}`, `DBT_${name.toUpperCase()}`].find(
      (one) => (env![one] ?? '') !== '',
    );
    if (variable !== undefined) found[key] = readValue(option, key, env[variable], variable);
    else {
      flags ??= projectFlags(projectFolder(options, effects));
      const value = flags[name];
      if (value !== undefined && value !== null) found[key] = readValue(option, key, value, `flags: ${name}`);
    }
  }
  return found as GlobalOptions;
}

function readValue(option: Option, key: string, value: unknown, where: string): unknown {
  if (!option.required && !option.variadic) return truth(value, where);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (UNSET.has(`${key}=${text}`)) return undefined;
  return option.parseArg === undefined
    ? option.variadic
      ? text.split(/\s+/)
      : text
    : option.parseArg(text, undefined);
}

function truth(value: unknown, where: string): boolean {
  const word = String(value).toLowerCase();
  if (['1', 'true', 't', 'yes', 'y', 'on'].includes(word)) return true;
  if (['0', 'false', 'f', 'no', 'n', 'off', ''].includes(word)) return false;
  throw new ProjectError(cliCodes.wrongFlagValue, `${where} does not take "${String(value)}"`, {
    hint: 'true or false',
  });
}

/** `flags:` of the project file; what is wrong with the file itself is told when it is read. */
function projectFlags(folder: string): Readonly<Record<string, unknown>> {
  const path = ['project.yml', 'project.yaml', 'dbt_project.yml'].map((name) => join(folder, name)).find(existsSync);
  const text = path === undefined ? '' : readFileSync(path, 'utf8');
  if (!/^flags:/m.test(text)) return {};
  try {
    const { flags } = parse(text) as { flags?: unknown };
    return typeof flags === 'object' && flags !== null ? (flags as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
