import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installSpark } from '../spark/install-spark.js';

const SCRIPT = join(import.meta.dirname, 'spark-session.py');

interface Answer {
  readonly error?: string;
  readonly rows?: readonly (readonly (string | null)[])[];
}

/** One Spark session with Delta Lake, in a process of its own. */
export class Spark {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  /** @param folder in which it may leave files, such as its metastore */
  static start(folder: string): Spark {
    const python = join(installSpark(), '.venv', 'bin', 'python');
    return new Spark(spawn(python, [SCRIPT], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** Writes the rows of a table, or its changes since a version, into the Parquet files of a folder. */
  async read(location: string, into: string, at: { version?: number; changes_from?: number } = {}): Promise<void> {
    await this.#ask({ do: 'read', location, into, ...at });
  }

  /** @returns the rows of the last statement, values as texts */
  async sql(
    statements: readonly string[],
    conf: Readonly<Record<string, string>> = {},
  ): Promise<readonly (readonly (string | null)[])[]> {
    return (await this.#ask({ do: 'sql', statements, conf })).rows ?? [];
  }

  /** Makes a table whose columns may be generated. @param columns name, type, and the expression of one that is generated */
  async create(
    location: string,
    columns: readonly (readonly [string, string, string?])[],
    {
      partitionBy = [],
      properties = {},
    }: { partitionBy?: readonly string[]; properties?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    await this.#ask({ do: 'create', location, columns, partitioned_by: partitionBy, properties });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin!.end();
    await ended;
  }

  async #ask(request: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { done, value } = await this.#answers.next();
      if (done) throw new Error('Spark has ended');
      if (!value.startsWith('answer ')) continue;
      const answer = JSON.parse(value.slice('answer '.length)) as Answer;
      if (answer.error !== undefined) throw new Error(`Spark: ${answer.error}\n${JSON.stringify(request)}`);
      return answer;
    }
  }
}
