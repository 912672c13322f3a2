import { type Environment, type Redactor, redactorFor } from '../project/redact.js';
import type { OutputStream } from '../report/output-stream.js';

/**
 * Hides secrets in all that a program writes: rows, compiled SQL, messages, errors, and what a model prints by itself. It
 * takes the place of the streams' `write`, so that no command can forget it.
 */
export class OutputGuard {
  readonly #restore: (() => void)[] = [];
  #env: Environment;
  #redact: Redactor;

  /** @param env what is known before a project is opened; {@link OutputGuard.learn} adds its `.env` */
  constructor(streams: readonly OutputStream[], env: Environment) {
    this.#env = env;
    this.#redact = redactorFor(env);
    for (const stream of new Set(streams)) {
      const write = stream.write;
      const guarded = (text: string | Uint8Array, ...more: []): boolean =>
        write.call(stream, this.#hide(text), ...more);
      stream.write = guarded;
      this.#restore.push(() => {
        if (stream.write === guarded) stream.write = write;
      });
    }
  }

  /** Hides the secrets of a further environment too, from now on. */
  learn(env: Environment): void {
    this.#env = { ...this.#env, ...env };
    this.#redact = redactorFor(this.#env);
  }

  readonly redact = (text: string): string => this.#redact(text);

  /** Gives the streams back as they were. */
  release(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }

  #hide(text: string | Uint8Array): string {
    if (typeof text === 'string') return this.#redact(text);
    // bytes that are no text stay as they are
    const decoded = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('utf8');
    const hidden = this.#redact(decoded);
    return hidden === decoded ? (text as unknown as string) : hidden;
  }
}
