import { relative } from 'node:path';
import { type PreviousRun, readPreviousRun } from '../../artifacts/previous-run.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { OperationOptions, RunOptions } from '../flags.js';
import { optionsOf } from '../invocation-args.js';
import { openProjectFor } from '../open-project.js';
import { KINDS, runCommand } from '../run-command.js';
import { stateFolder } from '../state.js';

/**
 * Takes up the run that left `run_results.json`: its command with its flags, for what failed, was skipped or was not reached. Of the flags
 * that may be given anew, `--vars`, `--threads`, `--target-path` and those of the terminal count.
 *
 * @throws {ProjectError} TSD1916 for a command that cannot be retried
 */
export async function retry(options: RunOptions, effects: Effects): Promise<number> {
  const project = await openProjectFor(options, effects);
  const folder = stateFolder(options, project) ?? project.targetPath;
  const previous = readPreviousRun(folder, options.state ?? relative(project.projectDir, folder));
  const { state, ...own } = options;
  const again = { ...optionsOf(previous.args), ...own };
  const { command } = previous;
  if (isRunCommand(command)) return runCommand(command, again, effects, { previous });
  if (!isOther(command)) throw cannotRetry(previous);
  if ([...previous.statuses.values()].every((status) => status === 'success')) {
    effects.stderr.write(`Nothing to retry: the last ${OTHERS[command]} ended well\n`);
    return 0;
  }
  return retryOther(command, again, effects);
}

/** Commands that are taken up whole, by dbt's names. */
const OTHERS = { compile: 'compile', generate: 'docs generate', 'run-operation': 'run-operation' } as const;

async function retryOther(command: keyof typeof OTHERS, options: OperationOptions, effects: Effects): Promise<number> {
  if (command === 'compile') return (await import('./compile.js')).compile(options, effects);
  if (command === 'generate') return (await import('./docs.js')).docs(options, effects, 'generate');
  return (await import('./run-operation.js')).operation(options, effects, options.macro);
}

function isOther(command: string): command is keyof typeof OTHERS {
  return Object.hasOwn(OTHERS, command);
}

function isRunCommand(command: string): command is keyof typeof KINDS {
  return Object.hasOwn(KINDS, command);
}

function cannotRetry({ command }: PreviousRun): ProjectError {
  const named = command === '' ? 'what wrote it is not said in it' : `it was written by "${command}"`;
  return new ProjectError(cliCodes.cannotRetry, `run_results.json holds nothing to retry: ${named}`, {
    hint: `retry takes up ${[...Object.keys(KINDS), ...Object.values(OTHERS)].join(', ')}`,
  });
}
