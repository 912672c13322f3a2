import type { RunCommand } from '../run/run-types.js';
import { call, defined, flagsOf } from './call.js';
import type {
  CompileOptions,
  DepsOptions,
  DocsOptions,
  OperationOptions,
  ProjectOptions,
  RunOptions,
  SelectOptions,
  ShowOptions,
} from './options.js';
import type {
  CompiledNode,
  DocsReport,
  FreshnessReport,
  InstalledPackageInfo,
  ListedNode,
  OperationReport,
  ParsedProject,
  RunReport,
  ShownTable,
} from './results.js';

/**
 * Runs models, seeds and snapshots, and tests each before it is published: `tsdbt build`.
 *
 * @throws TsdbtErrors where the run cannot begin: the project has mistakes, types do not fit, the selection is empty
 */
export function build(options: RunOptions = {}): Promise<RunReport> {
  return running('build', options);
}

/** Runs models and publishes them without tests: `tsdbt run`. @throws TsdbtErrors like {@link build} */
export function run(options: RunOptions = {}): Promise<RunReport> {
  return running('run', options);
}

/** Tests what is published: `tsdbt test`. @throws TsdbtErrors like {@link build} */
export function test(options: RunOptions = {}): Promise<RunReport> {
  return running('test', options);
}

/** Loads seeds: `tsdbt seed`. @throws TsdbtErrors like {@link build} */
export function seed(options: RunOptions = {}): Promise<RunReport> {
  return running('seed', options);
}

/** Adds what has changed to snapshots: `tsdbt snapshot`. @throws TsdbtErrors like {@link build} */
export function snapshot(options: RunOptions = {}): Promise<RunReport> {
  return running('snapshot', options);
}

/** Takes up the last run of the project where it failed or was stopped: `tsdbt retry`. @throws TsdbtErrors like {@link build} */
export async function retry(options: RunOptions = {}): Promise<RunReport> {
  const { retry: command } = await import('../cli/commands/retry.js');
  return reported(options, command);
}

/** Makes what is not here of what the state has: `tsdbt clone`. @throws TsdbtErrors like {@link build} */
export async function clone(options: RunOptions & { readonly state: string }): Promise<RunReport> {
  const { clone: command } = await import('../cli/commands/clone.js');
  return reported(options, command);
}

/** Calls a macro, or runs SQL: `tsdbt run-operation`. @throws TsdbtErrors for a macro that is not there */
export async function runOperation(options: OperationOptions): Promise<OperationReport> {
  const { callOperation } = await import('./other-commands.js');
  return callOperation(options);
}

/** Says how old the newest rows of sources are: `tsdbt source freshness`. @throws TsdbtErrors like {@link build} */
export async function sourceFreshness(options: SelectOptions = {}): Promise<FreshnessReport> {
  const { readFreshness } = await import('./other-commands.js');
  return readFreshness(options);
}

/** Writes the pages about the project, and `catalog.json`: `tsdbt docs generate`. @throws TsdbtErrors */
export async function generateDocs(options: DocsOptions = {}): Promise<DocsReport> {
  const { writeDocs } = await import('./other-commands.js');
  return writeDocs(options);
}

/** Compiles nodes, or SQL with templates given as `inline`: `tsdbt compile`. @throws TsdbtErrors */
export async function compile(options: CompileOptions = {}): Promise<readonly CompiledNode[]> {
  const { compileFiles } = await import('./reading.js');
  return compileFiles(options);
}

/** Rows of one node, or of SQL with templates given as `inline`: `tsdbt show`. @throws TsdbtErrors */
export async function show(options: ShowOptions): Promise<ShownTable> {
  const { showRows } = await import('./reading.js');
  return showRows(options);
}

/** Nodes of the project: `tsdbt ls`. @throws TsdbtErrors */
export async function ls(options: SelectOptions = {}): Promise<readonly ListedNode[]> {
  const { listNodes } = await import('./reading.js');
  return listNodes(options);
}

/** Reads the whole project and writes `target/manifest.json`: `tsdbt parse`. @throws TsdbtErrors with all that is wrong in it */
export async function parse(options: ProjectOptions = {}): Promise<ParsedProject> {
  const { parseProject } = await import('./reading.js');
  return parseProject(options);
}

/** Installs packages: `tsdbt deps`. @throws TsdbtErrors */
export async function deps(options: DepsOptions = {}): Promise<readonly InstalledPackageInfo[]> {
  const { installDeps } = await import('./install-deps.js');
  return installDeps(options);
}

async function running(command: RunCommand, options: RunOptions): Promise<RunReport> {
  const { runCommand } = await import('../cli/run-command.js');
  return reported(options, (flags, effects) => runCommand(command, flags, effects));
}

async function reported(
  options: RunOptions,
  command: Awaited<typeof import('../cli/commands/build.js')>['build'],
): Promise<RunReport> {
  const { nodeRun } = await import('./results.js');
  const { threads, fullRefresh, failFast, empty, storeFailures, eventTimeStart, eventTimeEnd } = options;
  const { defer, deferState, favorState, sample } = options;
  const flags = { threads, fullRefresh, failFast, empty, storeFailures, eventTimeStart, eventTimeEnd };
  const more = defined({ ...flags, defer, deferState, favorState, sample });
  const startedAt = new Date();
  return call(options, async (made) => {
    const exitCode = await command({ ...flagsOf(options), ...more }, made.effects);
    const { result, errors } = made;
    return {
      success: exitCode === 0,
      interrupted: exitCode === 130,
      elapsed: result?.elapsed ?? 0,
      startedAt: result?.startedAt ?? startedAt,
      nodes: (result?.results ?? []).map(nodeRun),
      errors,
    };
  });
}
