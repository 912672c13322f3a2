/** What reporters and commands write to: `process.stdout`, `process.stderr`, or a recording stream of a spec. */
export interface OutputStream {
  write(text: string): boolean;
  readonly isTTY?: boolean | undefined;
  /** size of the terminal in characters */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}
