import { ProjectError } from '../../errors/tsdbt-error.js';
import { namedMacro } from '../../manifest/call-macro.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { GlobalOptions, OperationOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { argsOf } from '../invocation-args.js';
import { mapping } from '../mapping.js';
import { withManifest } from '../open-project.js';

/**
 * Calls a macro with `--args`, or runs `--sql`. What macros print goes to standard output.
 *
 * @returns 0; 1 where the macro or a statement of it failed
 * @throws {TsdbtError} for a macro that is not there
 */
export function operation(options: OperationOptions, effects: Effects, name: string | undefined): Promise<number> {
  const { sql } = options;
  const args = mapping('--args')(options.args ?? '');
  if ((name === undefined) === (sql === undefined))
    throw new ProjectError(
      cliCodes.conflictingFlags,
      name === undefined
        ? 'run-operation needs the name of a macro, or --sql'
        : 'run-operation takes a macro or --sql, not both',
      { hint: `e.g. tsdbt run-operation grant_select --args '{"role": "reader"}'` },
    );
  if (sql !== undefined && Object.keys(args).length > 0)
    throw new ProjectError(cliCodes.conflictingFlags, '--args are those of a macro: --sql takes none');
  const startedAt = effects.now();
  return withManifest(options, effects, async ({ project, manifest, bus, invocationId }) => {
    const macro = name === undefined ? undefined : namedMacro(manifest, name);
    const { runOperation } = await import('../../run/run-operation.js');
    const { inlineId } = await import('../../artifacts/compiled-results.js');
    const { writeOperationResults } = await import('../../artifacts/operation-results.js');
    const errors = await interruptible(
      effects,
      (signal) =>
        runOperation({
          project,
          manifest,
          work: macro === undefined ? { sql: sql! } : { macro, args },
          print: (text) => void (options.print !== false && effects.stdout.write(`${text}\n`)),
          bus,
          signal,
        }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    for (const error of errors) bus.emit({ event: 'error', error });
    writeOperationResults(project, {
      uniqueId: macro?.uniqueId ?? inlineId(manifest),
      errors,
      startedAt,
      completedAt: effects.now(),
      invocationId,
      args: argsOf('run-operation', {
        ...options,
        ...(options.args === undefined ? {} : { args }),
        macro: name,
      } as GlobalOptions),
    });
    return errors.length === 0 ? 0 : 1;
  });
}
