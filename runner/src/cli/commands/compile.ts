import type { Effects } from '../effects.js';
import type { CompileOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';

/** Writes compiled SQL to target/compiled; that of a single node, or of `--inline`, goes to standard output too. */
export function compile(options: CompileOptions, effects: Effects): Promise<number> {
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const { compileNodes } = await import('../../run/compile.js');
    // what is named is wanted without its tests
    const one = { ...options, indirectSelection: options.select ? ('empty' as const) : options.indirectSelection };
    const selected =
      options.inline === undefined
        ? selectedBy(one, manifest, ['model', 'test', 'snapshot', 'analysis'])
        : new Set<string>();
    const compiled = await interruptible(
      effects,
      (signal) => compileNodes({ project, manifest, selected, inline: options.inline, bus, signal }),
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
