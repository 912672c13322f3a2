import { generate } from '../cli/commands/docs.js';
import { operation } from '../cli/commands/run-operation.js';
import { lookAtSources } from '../cli/commands/source.js';
import { call, defined, flagsOf } from './call.js';
import type { DocsOptions, OperationOptions, SelectOptions } from './options.js';
import type { DocsReport, FreshnessReport, OperationReport } from './results.js';

export function callOperation(options: OperationOptions): Promise<OperationReport> {
  const { macro, args, sql } = options;
  const printed: string[] = [];
  const stdout = { write: (text: string) => printed.push(text.replace(/\n$/, '')) > 0 };
  return call(options, async ({ effects, errors }) => {
    const given = defined({ sql, args: args === undefined ? undefined : JSON.stringify(args) });
    const exitCode = await operation({ ...flagsOf(options), ...given }, { ...effects, stdout }, macro);
    return { success: exitCode === 0, printed, errors };
  });
}

export function readFreshness(options: SelectOptions): Promise<FreshnessReport> {
  return call(options, async ({ effects }) => {
    const run = await lookAtSources(flagsOf(options), effects);
    const sources = run.sources.map(({ node, result, error }) => ({
      uniqueId: node.uniqueId,
      name: `${node.sourceName}.${node.name}`,
      status: result?.status ?? ('runtime error' as const),
      maxLoadedAt: result?.maxLoadedAt,
      age: result?.age,
      error,
    }));
    return { success: run.exitCode === 0, interrupted: run.exitCode === 130, elapsed: run.elapsed, sources };
  });
}

export function writeDocs(options: DocsOptions): Promise<DocsReport> {
  const compile = options.compile ?? true;
  return call(options, ({ effects }) => generate({ ...flagsOf(options), compile }, effects));
}
