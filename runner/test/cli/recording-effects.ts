import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Effects, sleep } from '../../src/cli/effects.js';
import { main } from '../../src/cli/main.js';
import { Recording } from '../report/recording.js';

/** What a program that ran in a spec wrote, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Effects that keep what is written; `interrupt` does what Ctrl-C does. */
export function recordingEffects(cwd: string, env: Record<string, string> = {}) {
  const listeners = new Set<() => void>();
  const exits: number[] = [];
  const stdout = new Recording();
  const stderr = new Recording();
  const effects: Effects = {
    stdout,
    stderr,
    env,
    cwd,
    now: () => new Date(),
    sleep,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => void exits.push(code),
  };
  const interrupt = (): void => {
    for (const listener of listeners) listener();
  };
  return { effects, stdout, stderr, exits, interrupt };
}

/** Runs `tsdbt …` in a folder. */
export async function tsdbt(cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { effects, stdout, stderr } = recordingEffects(cwd, env);
  const code = await main(args, effects);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A new folder for one spec, and what removes it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tsdbt-cli-')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Writes files of a project below a folder, by their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
