import { ProjectError } from '../../errors/tsdbt-error.js';
import { registerCodes } from '../../register/codes.js';
import type { Effects } from '../effects.js';
import type { GlobalOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';
import { registerWithTrino } from '../register-with-trino.js';

/**
 * Registers the tables of the warehouse with Trino, as the target's `register:` says.
 *
 * @throws {ProjectError} TSD1960 where it says nothing; the errors of registering
 */
export function register(options: GlobalOptions, effects: Effects): Promise<number> {
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const { target } = project;
    if (target.register === undefined) {
      throw new ProjectError(
        registerCodes.notConfigured,
        `target ${target.name} does not say where its tables are registered`,
        {
          place: project.document.placeOf(['targets', target.name], 'key'),
          hint: `give it register: { metastore: warehouse/.trino }, or register: { target: <a target of type trino> }`,
        },
      );
    }
    const settings = target.register;
    return interruptible(
      effects,
      async (signal) => {
        await registerWithTrino({ project, manifest, settings, bus, signal }, true);
        return 0;
      },
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
  });
}
