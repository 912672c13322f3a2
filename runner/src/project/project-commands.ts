import { existsSync } from 'node:fs';
import path from 'node:path';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { ProjectCommand } from './project.js';
import type { ProjectFile } from './project-schema.js';
import type { YamlDocument } from './yaml-document.js';

/** The commands that a project declares for itself; errors are pushed to `errors`. */
export function commandsOf(
  file: ProjectFile,
  document: YamlDocument,
  projectDir: string,
  errors: ProjectError[],
): Map<string, ProjectCommand> {
  const commands = new Map<string, ProjectCommand>();
  for (const [name, command] of Object.entries(file.commands ?? {})) {
    const place = document.placeOf(['commands', name], 'key');
    const module = command.module ?? command.run;
    if (module === undefined) {
      errors.push(
        new ProjectError(projectCodes.missingKey, `the command "${name}" names no module`, {
          place,
          hint: 'add module: path/to/file.ts',
        }),
      );
      continue;
    }
    const absolute = path.resolve(projectDir, module);
    if (!existsSync(absolute)) {
      errors.push(
        new ProjectError(projectCodes.unreadableFile, `the module of the command "${name}" does not exist: ${module}`, {
          place: document.placeOf(['commands', name, command.module === undefined ? 'run' : 'module']),
        }),
      );
    }
    commands.set(name, { name, description: command.description ?? '', module: absolute, place });
  }
  return commands;
}
