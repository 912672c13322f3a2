import { formatTable } from '../report/table.js';
import type { RunResult } from '../run/run-types.js';
import type { Effects } from './effects.js';
import type { ShowingOptions } from './flags.js';
import { interruptible } from './interrupt.js';
import { withManifest } from './open-project.js';
import { runCommand } from './run-command.js';

/** Rows of each seed that `--show` prints. */
const SHOWN = 10;

/** Runs `build` or `seed`; with `--show` the first rows of the seeds that it loaded go to standard output. */
export async function runAndShowSeeds(
  command: 'build' | 'seed',
  { show, ...options }: ShowingOptions,
  effects: Effects,
): Promise<number> {
  let ended: RunResult | undefined;
  const exitCode = await runCommand(command, options, effects, {
    ran: (result) => {
      ended = result;
      effects.observer?.ran(result);
    },
  });
  if (show && ended !== undefined) await showRows(ended, options, effects);
  return exitCode;
}

function showRows({ results }: RunResult, options: ShowingOptions, effects: Effects): Promise<void> {
  return withManifest({ ...options, quiet: true }, effects, async ({ project, manifest, bus }) => {
    const { showQuery } = await import('../run/show.js');
    for (const { node, outcome } of results) {
      if (node.resourceType !== 'seed' || !['success', 'reused'].includes(outcome.status)) continue;
      const { columns, rows } = await interruptible(
        effects,
        (signal) => showQuery({ project, manifest, node, inline: undefined, limit: SHOWN, bus, signal }),
        () => {},
      );
      const width = effects.stdout.isTTY ? effects.stdout.columns : undefined;
      effects.stdout.write(`\n${node.schema}.${node.alias}\n${formatTable(columns, rows, width)}\n`);
    }
  });
}
