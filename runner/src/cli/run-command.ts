import { randomUUID } from 'node:crypto';
import { CancelledError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { ResourceType } from '../manifest/nodes.js';
import type { RunCommand, RunRequest } from '../run/run-types.js';
import type { Effects } from './effects.js';
import type { RunOptions } from './flags.js';
import { interruptible } from './interrupt.js';
import { withManifest } from './open-project.js';
import { WarningWatch } from './reporters.js';
import { selectedBy } from './selection.js';

/** What build, run, test and seed have in common: they run nodes of some kinds. */
export function runCommand(
  command: RunCommand,
  kinds: readonly ResourceType[],
  options: RunOptions,
  effects: Effects,
): Promise<number> {
  const runStartedAt = effects.now();
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const selected = selectedBy(options, manifest, kinds);
    const warnings = new WarningWatch();
    bus.add(warnings);
    const { executeRun } = await import('../run/execute-run.js');
    const { writeManifest } = await import('../artifacts/manifest-json.js');
    const { writeRunResults } = await import('../artifacts/run-results.js');
    const invocationId = randomUUID();
    writeManifest(manifest, invocationId);
    const result = await interruptible(
      effects,
      async (signal) => {
        const request: RunRequest = {
          command,
          project,
          manifest,
          selected,
          selection: options.select ?? options.models ?? [],
          threads: options.threads ?? project.target.threads,
          fullRefresh: options.fullRefresh ?? false,
          failFast: options.failFast ?? false,
          storeFailures: options.storeFailures,
          bus,
          signal,
          invocationId,
          runStartedAt,
        };
        const ended = await executeRun(request);
        writeRunResults(request, ended);
        return (await registered(request)) || ended.exitCode !== 0 ? ended : { ...ended, exitCode: 1 as const };
      },
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    if (result.exitCode !== 0 || !options.warnError || !warnings.warned) return result.exitCode;
    bus.emit({ event: 'log', level: 'error', message: 'there were warnings, and --warn-error takes them for errors' });
    return 1;
  });
}

/** Tables are published by now, whatever comes of telling Trino. @returns false where that failed */
async function registered({ command, project, manifest, bus, signal }: RunRequest): Promise<boolean> {
  const settings = project.target.register;
  if (settings === undefined || command === 'test' || signal.aborted) return true;
  const { registerWithTrino } = await import('./register-with-trino.js');
  try {
    await registerWithTrino({ project, manifest, settings, bus, signal }, false);
    return true;
  } catch (thrown) {
    if (thrown instanceof CancelledError) throw thrown;
    const errors = tsdbtErrorsOf(thrown);
    if (errors.length === 0) throw thrown;
    for (const error of errors) bus.emit({ event: 'error', error });
    return false;
  }
}
