import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(import.meta.url);

/** Absolute folder of this package: the nearest one above this module with a `package.json`, wherever the module was built to. */
export const PACKAGE_FOLDER: string = nearest(path.dirname(own));

/** Absolute folder of the engine's modules one by one: the sources in a checkout's specs, else what was compiled from them. */
export const MODULES_FOLDER: string = path.join(PACKAGE_FOLDER, path.extname(own) === '.ts' ? 'src' : 'dist');

/** `.ts` where the sources themselves run, else `.js`. */
export const MODULE_EXTENSION: string = path.extname(own);

/** Folder of the modules that a program imports by the package's name: those that run now, so that there is one copy of each. */
export const ENTRY_FOLDER: string = own.startsWith(path.join(MODULES_FOLDER, 'program') + path.sep)
  ? path.join(MODULES_FOLDER, 'program')
  : MODULES_FOLDER;

function nearest(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  return nearest(path.dirname(folder));
}
