import type { PreviousRun } from '../artifacts/previous-run.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ResourceType } from '../manifest/nodes.js';
import type { EventTimes } from '../materialize/microbatch.js';
import type { Project } from '../project/project.js';
import type { RunCommand, RunRequest, RunResult } from '../run/run-types.js';
import { cliCodes } from './codes.js';
import type { Effects } from './effects.js';
import type { RunOptions } from './flags.js';
import { interruptible } from './interrupt.js';
import { argsOf } from './invocation-args.js';
import { withManifest } from './open-project.js';
import type { RegisteredProject } from './register-with-trino.js';
import { sampleWindow } from './sample-window.js';
import { selectedBy } from './selection.js';
import { deferralOf } from './state.js';
import { unfinishedNodes } from './unfinished-nodes.js';
import { WarningPolicy } from './warning-policy.js';

/** What each command runs. */
export const KINDS: Readonly<Record<RunCommand, readonly ResourceType[]>> = {
  build: ['model', 'function', 'seed', 'snapshot', 'test', 'unit_test', 'exposure', 'saved_query'],
  run: ['model'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  test: ['test', 'unit_test'],
  clone: ['model', 'seed', 'snapshot'],
};

/** What some callers of a run want otherwise. */
export interface RunVariation {
  /** the run that is retried: it says which nodes */
  readonly previous?: PreviousRun;
  /** what of the selection is run; by default all */
  readonly narrow?: (selected: Set<string>, manifest: Manifest) => Set<string>;
  /** called with what the run did */
  readonly ran?: (result: RunResult) => void;
}

/** What build, run, test and seed have in common: they run nodes of some kinds. */
export function runCommand(
  command: RunCommand,
  options: RunOptions,
  effects: Effects,
  { previous, narrow, ran = (result) => effects.observer?.ran(result) }: RunVariation = {},
): Promise<number> {
  const runStartedAt = effects.now();
  const eventTimes = eventTimesOf(options);
  const sample = options.sample === undefined ? undefined : sampleWindow(options.sample, runStartedAt);
  return withManifest(options, effects, async ({ project, manifest, bus, invocationId }) => {
    const warnings = new WarningPolicy(options);
    bus.add(warnings);
    const selected =
      previous === undefined
        ? (narrow ?? ((all) => all))(selectedBy(options, manifest, KINDS[command]), manifest)
        : unfinishedNodes(previous, manifest, { warnings: options.warnError ?? false, bus });
    if (previous !== undefined && selected.size === 0) {
      bus.emit({ event: 'log', level: 'info', message: `Nothing to retry: the last ${command} left nothing undone` });
      const { writeResults } = await import('../artifacts/run-results.js');
      const args = { ...previous.args, ...argsOf(command, options) };
      writeResults(project, { invocationId, startedAt: runStartedAt, elapsed: 0, results: [], args });
      return 0;
    }
    if (narrow !== undefined && selected.size === 0) {
      bus.emit({ event: 'log', level: 'info', message: 'Nothing to run: no selected node reads what has changed' });
      return 0;
    }
    const defer = deferralOf(command === 'clone' ? { ...options, defer: true } : options, project);
    const execute = await executorOf(command);
    const { compiledOf } = await import('../artifacts/compiled-entry.js');
    const { writeManifest } = await import('../artifacts/manifest-json.js');
    const { writeRunResults } = await import('../artifacts/run-results.js');
    const result = await interruptible(
      effects,
      async (signal) => {
        const invocation = { invocationId, startedAt: runStartedAt };
        let isWritten = false;
        // with the SQL of what was compiled
        const write = (ended: RunResult): void => {
          isWritten = true;
          writeManifest(manifest, invocation, compiledOf(ended, project));
          writeRunResults(request, ended);
          ran(ended);
        };
        const request: RunRequest = {
          command,
          project,
          manifest,
          selected,
          selection: options.select ?? options.models ?? [],
          threads: options.threads ?? project.target.threads,
          fullRefresh: options.fullRefresh ?? false,
          failFast: options.failFast ?? false,
          warningsFail: warnings.failsTests,
          eventTimes,
          sample,
          empty: options.empty,
          retried: previous,
          defer,
          args: argsOf(command, options),
          storeFailures: options.storeFailures,
          bus,
          signal,
          invocationId,
          runStartedAt,
          afterPublishing: registering(command, project, { manifest, bus, signal }),
          whileClosing: write,
        };
        const ended = await execute(request).catch((thrown: unknown) => {
          // a run that could not begin leaves what was parsed
          if (!isWritten) writeManifest(manifest, invocation);
          throw thrown;
        });
        if (!isWritten) write(ended);
        return ended;
      },
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    if (result.exitCode !== 0 || !warnings.failed) return result.exitCode;
    bus.emit({
      event: 'log',
      level: 'error',
      message: 'there were warnings that count as errors (--warn-error, --warn-error-options)',
    });
    return 1;
  });
}

async function executorOf(command: RunCommand): Promise<(request: RunRequest) => Promise<RunResult>> {
  if (command === 'clone') return (await import('../run/clone-nodes.js')).executeClone;
  return (await import('../run/execute-run.js')).executeRun;
}

/** @throws {ProjectError} TSD1906 for one time without the other, or in the wrong order */
function eventTimesOf({ eventTimeStart: start, eventTimeEnd: end }: RunOptions): EventTimes | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined)
    throw new ProjectError(cliCodes.conflictingFlags, '--event-time-start and --event-time-end go together');
  if (start >= end)
    throw new ProjectError(cliCodes.conflictingFlags, '--event-time-start has to be before --event-time-end');
  return { start, end };
}

/** What makes Trino know the tables that were published; undefined where the target registers none. */
function registering(
  command: RunCommand,
  project: Project,
  opened: Omit<RegisteredProject, 'settings' | 'project'>,
): (() => Promise<void>) | undefined {
  const settings = project.target.register;
  if (settings === undefined || command === 'test') return undefined;
  return async () => {
    const { registerWithTrino } = await import('./register-with-trino.js');
    await registerWithTrino({ project, settings, ...opened }, false);
  };
}
