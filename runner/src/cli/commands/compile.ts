import { randomUUID } from 'node:crypto';
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

/** dbt's form. */
function jsonOf({ uniqueId, name, sql }: CompiledFile): Record<string, string> {
  return uniqueId === undefined ? { compiled: sql } : { node: name, compiled: sql };
}

/** What is SQL. */
const KINDS: readonly ResourceType[] = ['model', 'test', 'snapshot', 'analysis'];

/**
 * Writes compiled SQL to target/compiled; that of a single node, or of `--inline`, goes to standard output too. With `--check` it is bound
 * by the target's engine instead, with the tests of what is selected.
 */
export function compile(options: CompileOptions, effects: Effects): Promise<number> {
  const startedAt = effects.now();
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const defer = deferralOf(options, project);
    const { fullRefresh, empty } = options;
    const inline = await inlineSql(options, effects);
    const { compileNodes } = await import('../../run/compile.js');
    const selectedFor = (flags: CompileOptions): ReadonlySet<string> =>
      inline === undefined
        ? selectedBy(flags, manifest, options.check ? KINDS : [...KINDS, 'seed'])
        : new Set<string>();
    // what is named is wanted without its tests; dbt compiles them all the same
    const named = selectedFor(options.select ? { ...options, indirectSelection: 'empty' } : options);
    const selected = options.check || project.isDbt ? selectedFor(options) : named;
    if (options.check) {
      if (inline !== undefined)
        throw new ProjectError(cliCodes.conflictingFlags, '--check takes models and tests, not --inline', {
          hint: 'tsdbt show --inline … --limit 0 binds a text',
        });
      const { checkNodes } = await import('../../run/check-nodes.js');
      const checked = await interruptible(
        effects,
        (signal) => checkNodes({ project, manifest, selected, defer, bus, signal }),
        (message) => bus.emit({ event: 'log', level: 'info', message }),
      );
      const message = `Checked ${counted(checked.nodes, 'node')} with ${checked.engine}`;
      bus.emit({ event: 'log', level: 'info', message });
      return 0;
    }
    const invocationId = randomUUID();
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
