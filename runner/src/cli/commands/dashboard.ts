import { relative, resolve } from 'node:path';
import { didYouMean } from '../../errors/suggest.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { counted } from '../../report/node-line.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { GlobalOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';

export interface DashboardOptions extends GlobalOptions {
  /** folder for the page, relative to the working directory; `target/dashboard` of the project by default */
  readonly output?: string;
  /** of `superset`: SQLAlchemy's URI of the database that it asks */
  readonly database?: string;
}

const actions = ['build', 'check', 'superset'] as const;

/** Checks the definitions in `dashboards/`, makes a page of them, or a bundle for Superset. */
export function dashboard(options: DashboardOptions, effects: Effects, action: string | undefined): Promise<number> {
  if (!actions.some((known) => known === action)) {
    throw new ProjectError(cliCodes.wrongFlagValue, `dashboard does not take "${action}"`, {
      hint: didYouMean(action ?? '', actions) ?? `give one of: ${actions.join(', ')}`,
    });
  }
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const { buildDashboards, checkDashboards } = await import('../../dashboards/dashboards.js');
    const say = (message: string): void => bus.emit({ event: 'log', level: 'info', message });
    const start = effects.now().getTime();
    return interruptible(
      effects,
      async (signal) => {
        const request = { project, manifest, bus, signal };
        const output =
          options.output === undefined
            ? resolve(project.targetPath, action === 'superset' ? 'superset.zip' : 'dashboard')
            : resolve(effects.cwd, options.output);
        const make = async () => {
          if (action === 'build') return buildDashboards({ ...request, output, now: effects.now() });
          if (action !== 'superset') return undefined;
          const { exportSuperset } = await import('../../dashboards/superset/export.js');
          const { databaseOf, embeddedLake } = await import('../../dashboards/superset/database.js');
          const database =
            options.database === undefined ? embeddedLake(project.warehouse) : databaseOf(options.database);
          return exportSuperset({ ...request, output, database });
        };
        const built = await make();
        const summary = built ?? (await checkDashboards(request));
        if (summary.unchecked.length > 0) {
          bus.emit({
            event: 'log',
            level: 'warn',
            message: `not type-checked, as they have no contract and are not built: ${summary.unchecked.join(', ')}`,
          });
        }
        const what = `${counted(summary.charts, 'chart')} on ${counted(summary.dashboards, 'dashboard')}`;
        const seconds = ((effects.now().getTime() - start) / 1000).toFixed(2);
        if (built === undefined) say(`Checked ${what} in ${seconds}s: nothing is wrong`);
        else {
          const path = relative(effects.cwd, built.path).replaceAll('\\', '/');
          say(`Wrote ${path} in ${seconds}s (${what}, ${Math.ceil(built.bytes / 1024)} KiB)`);
        }
        return 0;
      },
      say,
    );
  });
}
