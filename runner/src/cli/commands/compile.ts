import { ProjectError } from '../../errors/tsdbt-error.js';
import { counted } from '../../report/node-line.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { CompileOptions } from '../flags.js';
import { inlineSql } from '../inline-sql.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';
import { deferralOf } from '../state.js';

/**
 * Writes compiled SQL to target/compiled; that of a single node, or of `--inline`, goes to standard output too. With `--check` it is bound
 * by the target's engine instead, with the tests of what is selected.
 */
export function compile(options: CompileOptions, effects: Effects): Promise<number> {
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const defer = deferralOf(options, project);
    const { fullRefresh, empty } = options;
    const inline = await inlineSql(options, effects);
    const { compileNodes } = await import('../../run/compile.js');
    // what is named is wanted without its tests
    const one = options.select && !options.check ? { ...options, indirectSelection: 'empty' as const } : options;
    const selected =
      inline === undefined ? selectedBy(one, manifest, ['model', 'test', 'snapshot', 'analysis']) : new Set<string>();
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
    const compiled = await interruptible(
      effects,
      (signal) => compileNodes({ project, manifest, selected, defer, fullRefresh, empty, inline, bus, signal }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    const [first] = compiled;
    if (first !== undefined && compiled.length === 1) effects.stdout.write(`${first.sql.replace(/\n*$/, '')}\n`);
    else {
      const files = compiled.length === 1 ? 'file' : 'files';
      bus.emit({ event: 'log', level: 'info', message: `Compiled ${compiled.length} ${files} to target/compiled` });
    }
    return 0;
  });
}
