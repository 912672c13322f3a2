import picocolors from 'picocolors';
import { codeFrame } from './code-frame.js';
import { diskCause } from './disk-cause.js';
import { formatPlace } from './source-text.js';
import { CancelledError, type TsdbtError, tsdbtErrorsOf } from './tsdbt-error.js';

/** A warning as one line says it: code, cause, hint. */
export function warningText({ code, message, hint }: TsdbtError): string {
  return `${code} ${message}${hint === undefined ? '' : `: ${hint}`}`;
}

export interface ErrorStyle {
  /** escape sequences are written */
  readonly color: boolean;
  /** columns of the terminal; frames are cut to it. Default 120 */
  readonly width?: number | undefined;
}

/**
 * An error as it is printed: code and cause, place, code frame, macro calls, details, and last the hint.
 * Several lines, without a line end after the last.
 */
export function formatError(error: TsdbtError, style: ErrorStyle): string {
  const paint = picocolors.createColors(style.color);
  const [cause = '', ...rest] = error.message.split('\n');
  const lines = [`${paint.bold(paint.red(error.code))}  ${paint.bold(cause)}`];
  lines.push(...rest.map((line) => `         ${line}`.trimEnd()));
  if (error.place !== undefined) {
    lines.push(`  ${paint.cyan(formatPlace(error.place))}`);
    if (error.place.source.text !== '') {
      const width = Math.max(40, (style.width ?? 120) - 10);
      lines.push(...codeFrame(error.place, width, { gutter: paint.dim, marker: paint.red }));
    }
  }
  for (const call of error.via) lines.push(`  via ${call.label} at ${paint.cyan(formatPlace(call.place))}`);
  if (error.detail !== undefined) lines.push(...error.detail.split('\n').map((line) => `  ${line}`.trimEnd()));
  const compiled = error.compiled && paint.dim(`(compiled: ${error.compiled.path}, line ${error.compiled.line})`);
  const last = [error.hint?.split('\n').join('\n  '), compiled].filter((part) => part !== undefined);
  if (last.length > 0) lines.push(`  ${last.join('   ')}`);
  return lines.join('\n');
}

/**
 * All errors of a step, a blank line between them, and last their number when there is more than one, with the command
 * that explains them.
 */
export function formatErrors(errors: readonly TsdbtError[], style: ErrorStyle): string {
  const paint = picocolors.createColors(style.color);
  const blocks = errors.map((error) => formatError(error, style));
  const more = explainCommand(errors, style);
  const pointer = more === undefined ? '' : paint.dim(`(${more} says more)`);
  if (errors.length === 1) return pointer === '' ? blocks[0]! : `${blocks[0]}\n  ${pointer}`;
  return [...blocks, `${errors.length} errors ${pointer}`.trimEnd()].join('\n\n');
}

/**
 * The command that says more about errors; undefined for those of the command line, which say all there is, and on
 * terminals too narrow for it.
 */
export function explainCommand(errors: readonly TsdbtError[], style: ErrorStyle): string | undefined {
  const codes = new Set(errors.map(({ code }) => code).filter((code) => !/^TSD19[01]|^TSD5099/.test(code)));
  if (codes.size === 0 || (style.width ?? 120) < 60) return undefined;
  return `tsdbt explain ${codes.size === 1 ? [...codes][0] : '<code>'}`;
}

/**
 * Whatever was thrown, as text, and the exit code of a program that ends because of it: 130 when it was
 * interrupted, otherwise 2. A value that is no {@link TsdbtError} is a defect of the program and shows its stack, but for what a disk has refused.
 */
export function formatThrown(thrown: unknown, style: ErrorStyle): { text: string; exitCode: 2 | 130 } {
  const errors = tsdbtErrorsOf(thrown);
  if (errors.length > 0) {
    const interrupted = errors.every((error) => error instanceof CancelledError);
    return { text: formatErrors(errors, style), exitCode: interrupted ? 130 : 2 };
  }
  const paint = picocolors.createColors(style.color);
  const disk = typeof (thrown as NodeJS.ErrnoException)?.code === 'string' ? diskCause(thrown) : undefined;
  if (disk !== undefined)
    return {
      text: `${paint.bold(paint.red('cannot go on'))}  ${disk.what}: ${disk.said}\n  ${disk.todo}`,
      exitCode: 2,
    };
  const cause = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `thrown: ${String(thrown)}`;
  const stack = thrown instanceof Error ? (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  const lines = [
    `${paint.bold(paint.red('internal error'))}  ${cause}`,
    ...stack.map((line) => paint.dim(`  ${line.trim()}`)),
    '  this is a bug in tsdbt, not in your project: please report it with the lines above',
  ];
  return { text: lines.join('\n'), exitCode: 2 };
}
