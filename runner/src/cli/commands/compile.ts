import { ProjectError } from '../../errors/tsdbt-error.js';
import type { ResourceType } from '../../manifest/nodes.js';
import { counted } from '../../report/node-line.js';
import type { CompiledFile } from '../../run/compile.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { CompileOptions } from '../flags.js';
import { inlineSql } from '../inline-sql.js';
import { interruptible } from '../interrupt.js';
import { argsOf } from '../invocation-args.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';
import { deferralOf } from '../state.js';
import { check } from './check.js';

/** dbt's form. */
function jsonOf({ uniqueId, name, sql }: CompiledFile): Record<string, string> {
  return uniqueId === undefined ? { compiled: sql } : { node: name, compiled: sql };
}

/** What is compiled, and the seeds beside it. */
const KINDS: readonly ResourceType[] = ['model', 'test', 'snapshot', 'analysis', 'seed', 'function'];

/**
 * Writes compiled SQL to target/compiled; that of a single node, or of `--inline`, goes to standard output too. With `--check` it is
 * `tsdbt check`.
 */
export async function compile(options: CompileOptions, effects: Effects): Promise<number> {
  if (options.check) {
    if (options.inline !== undefined)
      throw new ProjectError(cliCodes.conflictingFlags, '--check takes models and tests, not --inline', {
        hint: 'tsdbt show --inline … --limit 0 binds a text',
      });
    return check(options, effects);
  }
  const startedAt = effects.now();
  return withManifest({ ...options, printsData: true }, effects, async ({ project, manifest, bus, invocationId }) => {
    const defer = deferralOf(options, project);
    const { fullRefresh, empty } = options;
    const inline = await inlineSql(options, effects);
    const { compileNodes } = await import('../../run/compile.js');
    const selectedFor = (flags: CompileOptions): ReadonlySet<string> =>
      inline === undefined ? selectedBy(flags, manifest, KINDS) : new Set<string>();
    // what is named is wanted without its tests; dbt compiles them all the same
    const named = selectedFor(options.select ? { ...options, indirectSelection: 'empty' } : options);
    const selected = project.isDbt ? selectedFor(options) : named;
    const request = { project, manifest, selected, defer, fullRefresh, empty, inline, bus, invocationId };
    const compiled = await interruptible(
      effects,
      (signal) => compileNodes({ ...request, which: 'compile', signal }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    const { inlineId, writeCompiledResults } = await import('../../artifacts/compiled-results.js');
    const files = new Map(compiled.map((file) => [file.uniqueId ?? inlineId(manifest), file]));
    const ids = inline === undefined ? selected : files.keys();
    const results = [...ids].map((uniqueId) => ({ sql: undefined, ...files.get(uniqueId), uniqueId }));
    writeCompiledResults(manifest, results, {
      invocationId,
      startedAt,
      completedAt: effects.now(),
      args: argsOf('compile', options),
      reportsEphemeral: options.select !== undefined,
    });
    const [first, ...others] = compiled.filter(({ uniqueId }) => uniqueId === undefined || named.has(uniqueId));
    if (options.output === 'json') {
      const shown = [first, ...others].flatMap((file) => (file === undefined ? [] : [jsonOf(file)]));
      for (const one of shown) effects.stdout.write(`${JSON.stringify(one, undefined, 2)}\n`);
    } else if (first !== undefined && others.length === 0) effects.stdout.write(`${first.sql.replace(/\n*$/, '')}\n`);
    else
      bus.emit({
        event: 'log',
        level: 'info',
        message: `Compiled ${counted(compiled.length, 'file')} to target/compiled`,
      });
    return 0;
  });
}
