import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Project, RegisterTarget } from '../project/project.js';
import { counted } from '../report/node-line.js';

/** A project whose target says where its tables are registered. */
export interface RegisteredProject {
  readonly project: Project;
  readonly manifest: Manifest;
  readonly settings: RegisterTarget;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

/**
 * Keeps Trino's names of the project's tables in step, and says what changed.
 *
 * @param always say it, too, where nothing changed
 * @throws the errors of registering: see register-tables.ts
 */
export async function registerWithTrino(
  { project, manifest, settings, bus, signal }: RegisteredProject,
  always: boolean,
): Promise<void> {
  const { registerTables } = await import('../register/register-tables.js');
  const { connectTrino } = await import('../register/connect.js');
  const done = await registerTables({ project, manifest, settings, signal, connect: connectTrino });
  const changed = [
    [done.added, 'added'],
    [done.changed, 'moved'],
    [done.removed, 'removed'],
  ] as const;
  const parts = changed.filter(([count]) => count > 0).map(([count, verb]) => `${count} ${verb}`);
  const what = `Trino knows ${counted(done.tables, 'table')} under ${counted(done.names, 'name')}`;
  bus.emit({
    event: 'log',
    level: always || parts.length > 0 ? 'info' : 'debug',
    message: `${what} (${parts.length > 0 ? parts.join(', ') : 'nothing changed'})`,
  });
  if (done.views.length > 0) {
    bus.emit({
      event: 'log',
      level: always ? 'info' : 'debug',
      message: `not registered, as they are views: ${done.views.join(', ')} (materialized: table makes tables of them)`,
    });
  }
}
