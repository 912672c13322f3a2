import { Option } from 'commander';

/** Switches of dbt's whose meaning holds anyway, or which change something that is not done here, with their negations. */
const SWITCHES = [
  'partial-parse',
  'partial-parse-file-diff',
  'populate-cache',
  'cache-selected-only',
  'log-cache-events',
  'macro-debugging',
  'send-anonymous-usage-stats',
  'static-parser',
  'use-experimental-parser',
  'use-fast-test-edges',
  'show-resource-report',
  'show-all-deprecations',
  'use-colors-file',
  'single-threaded',
  'hints-enabled',
  'introspect',
  'inject-ephemeral-ctes',
  'export-saved-queries',
  'upload-to-artifacts-ingest-api',
  'clean-project-files-only',
  'browser',
  'use-v2-parser',
  'snowflake-projects-otel',
  'include-saved-query',
];

/** The same with a value. */
const VALUES = [
  'log-level-file',
  'log-format-file',
  'log-file-max-bytes',
  'printer-width',
  'record-timing-info',
  'partial-parse-file-path',
  'maximum-seed-size-mib',
  'sqlparse',
  'host',
  'v2-parser',
];

/** Switches of ours that dbt lets one take back. */
const NEGATED = ['--quiet', '--debug', '--fail-fast', '--empty'];

/** dbt's other names of flags. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['--resource-types', '--resource-type'],
  ['--exclude-resource-types', '--exclude-resource-type'],
  ['--model', '--models'],
  ['--deprecated-defer', '--defer'],
  ['--deprecated-favor-state', '--favor-state'],
  ['--deprecated-print', '--print'],
  ['--deprecated-no-print', '--no-print'],
  ['--deprecated-state', '--state'],
  ['-r', '--record-timing-info'],
  ['-V', '--version'],
  ['--use-colors', '--color'],
  ['--no-use-colors', '--no-color'],
]);

/** Flags that scripts written for dbt give and that change nothing here. Every command takes them, and no help lists them. */
export const quietFlags = (): Option[] =>
  [...SWITCHES.flatMap((name) => [`--${name}`, `--no-${name}`]), ...VALUES.map((name) => `--${name} <value>`)].map(
    (flag) => new Option(flag).hideHelp(),
  );

/** dbt's flags of every command that change nothing in a command which does not run nodes. */
export function idleFlags(own: readonly Option[]): Option[] {
  const idle = ['-x, --fail-fast', '--indirect-selection <mode>', '--threads <n>'].map((flag) =>
    new Option(flag).hideHelp(),
  );
  return idle.filter((option) => !own.some((one) => one.long === option.long));
}

/** dbt's negations of the flags that a command has. */
export function negations(own: readonly Option[]): Option[] {
  const known = NEGATED.filter((flag) => own.some((option) => option.long === flag));
  return known.map((flag) => new Option(flag.replace('--', '--no-')).hideHelp());
}

/** Flags of dbt's that do here what they do there, for every command. */
export const dbtFlags = (): Option[] => [
  new Option('--profile <name>', "profile of profiles.yml (default: the project file's)"),
  new Option('--target-path <folder>', 'folder of compiled SQL and artifacts (default: target)'),
  new Option('--log-path <folder>', 'folder of the log file (default: logs)'),
  new Option('--version-check').hideHelp(),
  new Option('--no-version-check', 'read projects and packages that require another version of dbt').hideHelp(),
  new Option('--write-json').hideHelp(),
  new Option('--no-write-json', 'write no manifest.json, run_results.json and sources.json'),
  new Option('--color', 'colours, whatever the terminal').hideHelp(),
];

/** Our name of a flag, its value with it where it was joined by `=`. */
export function ownName(argument: string): string {
  const [flag, ...value] = argument.split('=');
  const alias = ALIASES.get(flag!);
  return alias === undefined ? argument : [alias, ...value].join('=');
}
