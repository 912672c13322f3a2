import { isAbsolute, join, relative, sep } from 'node:path';
import type { TableContext } from './context.js';

/** A place that a project variable names. */
export interface ConfiguredPath {
  readonly absolute: string;
  /** as messages and tables name it: relative to the project where it lies in it, with forward slashes */
  readonly label: string;
}

/** Resolves a variable that holds a path, relative to the project's folder. */
export function configuredPath(context: TableContext, variable: string, fallback: string): ConfiguredPath {
  const value = context.var<string>(variable, fallback);
  const absolute = isAbsolute(value) ? value : join(context.projectDir, value);
  const inside = relative(context.projectDir, absolute);
  const label = inside.startsWith('..') || isAbsolute(inside) ? absolute : inside;
  return { absolute, label: label.split(sep).join('/') };
}
