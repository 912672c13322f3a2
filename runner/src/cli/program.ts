import { Command, type Option } from 'commander';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import type { DashboardOptions } from './commands/dashboard.js';
import type { DocsOptions } from './commands/docs.js';
import { idleFlags, negations, quietFlags } from './dbt-flags.js';
import type { Effects } from './effects.js';
import {
  type CodegenOptions,
  type CompileOptions,
  type DebugOptions,
  type DepsOptions,
  type ExplainOptions,
  flags,
  type GlobalOptions,
  type HistoryOptions,
  type ListOptions,
  type OperationOptions,
  type OptimizeOptions,
  type RestoreOptions,
  type RunOptions,
  type ScheduleOptions,
  type SelectionOptions,
  type ShowingOptions,
  type ShowOptions,
  type SourceOptions,
  type VacuumOptions,
} from './flags.js';

/** A command of tsdbt. `run` imports what it needs when it is called, so that the program starts fast. */
interface CommandDefinition {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  readonly argument?: { readonly name: string; readonly summary: string; readonly choices?: readonly string[] };
  readonly options: () => Option[];
  run(options: GlobalOptions, effects: Effects, argument: string | undefined): Promise<number>;
}

const running = (): Option[] => [...flags.selection(), flags.threads(), flags.failFast()];

const building = (): Option[] => [
  ...running(),
  flags.fullRefresh(),
  ...flags.eventTimes(),
  flags.watch(),
  flags.empty(),
  flags.sample(),
];

export const commandDefinitions: readonly CommandDefinition[] = [
  {
    name: 'build',
    summary: 'run models and seeds and test each before it is published',
    options: () => [...building(), flags.storeFailures(), ...flags.resourceTypes(), ...flags.show()],
    run: async (options, effects) => (await import('./commands/build.js')).build(options as ShowingOptions, effects),
  },
  {
    name: 'run',
    summary: 'run models and publish them without tests',
    options: () => building(),
    run: async (options, effects) => (await import('./commands/run.js')).run(options as RunOptions, effects),
  },
  {
    name: 'test',
    summary: 'test what is published',
    options: () => [...running(), flags.storeFailures(), ...flags.resourceTypes(), flags.watch()],
    run: async (options, effects) => (await import('./commands/test.js')).test(options as RunOptions, effects),
  },
  {
    name: 'seed',
    summary: 'load the CSV files of the seed folders',
    options: () => [...running(), flags.fullRefresh(), flags.empty(), ...flags.show()],
    run: async (options, effects) => (await import('./commands/seed.js')).seed(options as ShowingOptions, effects),
  },
  {
    name: 'snapshot',
    summary: 'add what has changed to snapshots',
    options: () => [...running(), flags.empty()],
    run: async (options, effects) => (await import('./commands/snapshot.js')).snapshot(options as RunOptions, effects),
  },
  {
    name: 'clone',
    summary: 'make models, seeds and snapshots of what another target has published (--state)',
    options: () => [...flags.selection(), flags.threads(), flags.fullRefresh(), ...flags.resourceTypes()],
    run: async (options, effects) => (await import('./commands/clone.js')).clone(options as RunOptions, effects),
  },
  {
    name: 'retry',
    summary: 'take up the last run: its command and flags, for what failed, was skipped or was not reached',
    options: () => [flags.threads(), flags.fullRefresh()],
    run: async (options, effects) => (await import('./commands/retry.js')).retry(options as RunOptions, effects),
  },
  {
    name: 'run-operation',
    summary: 'call a macro of the project or of a package, or run SQL (--sql)',
    argument: { name: '[macro]', summary: 'name of the macro, or package.name' },
    options: () => flags.operation(),
    run: async (options, effects, macro) =>
      (await import('./commands/run-operation.js')).operation(options as OperationOptions, effects, macro),
  },
  {
    name: 'source',
    summary: 'say how old the newest rows of sources are, and whether that is as fresh as they should be (freshness)',
    argument: { name: '<action>', summary: 'freshness; snapshot-freshness is the same', choices: ['freshness'] },
    options: () => [...flags.selection(), flags.sourcesFile()],
    run: async (options, effects, action) =>
      (await import('./commands/source.js')).source(options as SourceOptions, effects, action!),
  },
  {
    name: 'compile',
    summary: 'write the SQL of models and tests to target/compiled; print that of a single one',
    options: () => [
      ...flags.selection(),
      ...flags.resourceTypes(),
      flags.inline('SQL with templates to compile; - reads it from standard input'),
      flags.check(),
      flags.fullRefresh(),
      flags.empty(),
      flags.showOutput(),
    ],
    run: async (options, effects) =>
      (await import('./commands/compile.js')).compile(options as CompileOptions, effects),
  },
  {
    name: 'check',
    summary: 'type-check models, contracts and tests with the engine, without running or writing anything',
    options: () => [...flags.selection(), ...flags.resourceTypes()],
    run: async (options, effects) => (await import('./commands/check.js')).check(options as CompileOptions, effects),
  },
  {
    name: 'show',
    summary: 'print rows of a model, or of SQL given with --inline',
    options: () => [
      ...flags.selection(),
      flags.inline('SQL with templates to run; - reads it from standard input'),
      flags.inlineDirect(),
      flags.fullRefresh(),
      flags.limit(),
      flags.asOf(),
      flags.rowsOutput(),
    ],
    run: async (options, effects) => (await import('./commands/show.js')).show(options as ShowOptions, effects),
  },
  {
    name: 'history',
    summary: 'print the versions of tables: when, by what, rows, sizes, changes of columns',
    options: () => [...flags.selection(), flags.historyLimit(), flags.showOutput()],
    run: async (options, effects) =>
      (await import('./commands/history.js')).history(options as HistoryOptions, effects),
  },
  {
    name: 'restore',
    summary: 'bring back what tables held at an earlier version or time, as a new version',
    options: () => [...flags.selection(), flags.restoreTo()],
    run: async (options, effects) =>
      (await import('./commands/restore.js')).restore(options as RestoreOptions, effects),
  },
  {
    name: 'optimize',
    summary: 'put the small files of tables together',
    options: () => [...flags.selection(), ...flags.optimize()],
    run: async (options, effects) =>
      (await import('./commands/optimize.js')).optimize(options as OptimizeOptions, effects),
  },
  {
    name: 'vacuum',
    summary: 'list the files that no recent version needs; delete them with --yes',
    options: () => [...flags.selection(), ...flags.vacuum()],
    run: async (options, effects) => (await import('./commands/vacuum.js')).vacuum(options as VacuumOptions, effects),
  },
  {
    name: 'ls',
    alias: 'list',
    summary: 'list nodes',
    options: () => [...flags.selection(), ...flags.resourceTypes(), flags.listOutput(), flags.outputKeys()],
    run: async (options, effects) => (await import('./commands/ls.js')).ls(options as ListOptions, effects),
  },
  {
    name: 'parse',
    summary: 'read the whole project and say what is in it, or all that is wrong with it',
    options: () => [],
    run: async (options, effects) => (await import('./commands/parse.js')).parse(options as SelectionOptions, effects),
  },
  {
    name: 'dashboard',
    summary:
      'make a page of the charts in dashboards/ (build), check them without running a query (check), or make assets of Superset of them (superset)',
    argument: { name: '<action>', summary: 'build, check or superset', choices: ['build', 'check', 'superset'] },
    options: () => [flags.outputFolder('target/dashboard, target/superset.zip'), flags.supersetDatabase()],
    run: async (options, effects, action) =>
      (await import('./commands/dashboard.js')).dashboard(options as DashboardOptions, effects, action),
  },
  {
    name: 'docs',
    summary: 'write pages about the project (generate), or show them at 127.0.0.1 (serve)',
    argument: { name: '<action>', summary: 'generate or serve', choices: ['generate', 'serve'] },
    options: () => [...flags.selection(), ...flags.docs(), flags.port()],
    run: async (options, effects, action) =>
      (await import('./commands/docs.js')).docs(options as DocsOptions, effects, action!),
  },
  {
    name: 'codegen',
    summary: 'write the types of rows for TypeScript (types), or the columns of models and sources for YAML (yaml)',
    argument: { name: '[what]', summary: 'types (default) or yaml', choices: ['types', 'yaml'] },
    options: () => [...flags.selection(), ...flags.codegen()],
    run: async (options, effects, what) =>
      (await import('./commands/codegen.js')).codegen(options as CodegenOptions, effects, what),
  },
  {
    name: 'deps',
    summary: 'install the packages that packages.yml lists: folders, repositories, npm packages, archives, the hub',
    options: () => flags.deps(),
    run: async (options, effects) => (await import('./commands/deps.js')).deps(options as DepsOptions, effects),
  },
  {
    name: 'register',
    summary: "make Trino know the tables of the warehouse, as the target's register: says",
    options: () => [],
    run: async (options, effects) => (await import('./commands/register.js')).register(options, effects),
  },
  {
    name: 'debug',
    summary: 'check everything that a run needs',
    options: () => flags.debug(),
    run: async (options, effects) => (await import('./commands/debug.js')).debug(options as DebugOptions, effects),
  },
  {
    name: 'explain',
    summary: 'say what an error code means, what it usually comes from and what to do; without a code, list all',
    argument: { name: '[code]', summary: 'such as TSD2003; TSD2 lists those that begin so' },
    options: () => [flags.explainOutput()],
    run: async (options, effects, code) =>
      (await import('./commands/explain.js')).explain(options as ExplainOptions, effects, code),
  },
  {
    name: 'clean',
    summary: 'remove the folders of clean-targets (compiled SQL, artifacts)',
    options: () => [],
    run: async (options, effects) => (await import('./commands/clean.js')).clean(options, effects),
  },
  {
    name: 'schedule',
    summary: 'run a command again and again by a cron expression, until it is stopped',
    options: () => flags.schedule(),
    run: async (options, effects) =>
      (await import('./commands/schedule.js')).schedule(options as ScheduleOptions, effects),
  },
  {
    name: 'completion',
    summary: 'print the script by which a shell completes command lines',
    argument: { name: '<shell>', summary: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] },
    options: () => [],
    run: async (_options, effects, shell) => (await import('./commands/completion.js')).completion(effects, shell!),
  },
  {
    name: 'init',
    summary: 'make a new project that builds at once',
    argument: { name: '<name>', summary: 'name of the project and of its folder' },
    options: () => flags.init(),
    run: async (options, effects, name) =>
      (await import('./commands/init.js')).init({ ...options, name: name! }, effects),
  },
];

/** What commander found in the command line. */
export interface ParsedCommand {
  readonly definition: CommandDefinition;
  readonly options: GlobalOptions;
  /** the options that the command takes */
  readonly known: readonly Option[];
  readonly argument: string | undefined;
}

/**
 * The command line's grammar. Parsing it hands the command to `found`; nothing runs yet.
 * Help goes to standard output; commander's own messages go nowhere (see usage-error.ts).
 */
export function createProgram(effects: Effects, found: (command: ParsedCommand) => void): Command {
  const program = new Command('tsdbt');
  program
    .description('SQL and TypeScript models, compiled into a DAG, published as Delta tables only when their tests pass')
    .version(TSDBT_VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void effects.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => effects.stdout.columns ?? 100,
      getOutHasColors: () => false,
    });
  const globals = flags.global();
  for (const option of [...globals, ...negations(globals), ...quietFlags()]) program.addOption(option);
  for (const definition of commandDefinitions) {
    const command = program.command(definition.name).description(definition.summary).allowExcessArguments(false);
    if (definition.alias !== undefined) command.alias(definition.alias);
    if (definition.argument !== undefined) command.argument(definition.argument.name, definition.argument.summary);
    const own = definition.options();
    const idle = idleFlags([...globals, ...own]);
    // a negation that comes first would switch its flag on
    for (const option of [...own, ...idle, ...negations([...own, ...idle])]) command.addOption(option);
    command.action(() => {
      const argument = definition.argument === undefined ? undefined : command.args[0];
      const known = [...program.options, ...command.options];
      found({ definition, options: { ...program.opts(), ...command.opts() }, known, argument });
    });
  }
  return program;
}
