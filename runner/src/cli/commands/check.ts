import type { ResourceType } from '../../manifest/nodes.js';
import { counted } from '../../report/node-line.js';
import type { Effects } from '../effects.js';
import type { CompileOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';
import { deferralOf } from '../state.js';

/** What is SQL, or is read by it. */
const KINDS: readonly ResourceType[] = ['model', 'test', 'snapshot', 'analysis', 'function'];

/**
 * Binds the selected models, contracts and tests in the target's engine, each against the columns of what it reads, without running or
 * writing anything. What is wrong is told with its place, and ends the command with 2.
 */
export function check(options: CompileOptions, effects: Effects): Promise<number> {
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const defer = deferralOf(options, project);
    const selected = selectedBy(options, manifest, KINDS);
    const { checkNodes } = await import('../../run/check-nodes.js');
    const checked = await interruptible(
      effects,
      (signal) => checkNodes({ project, manifest, selected, defer, bus, signal }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    const message = `Checked ${counted(checked.nodes, 'node')} with ${checked.engine}`;
    bus.emit({ event: 'log', level: 'info', message });
    return 0;
  });
}
