import { setTimeout as sleep } from 'node:timers/promises';
import { BasicAuth, Trino } from 'trino-client';

/** A column as Trino describes it, e.g. `timestamp(6)`. */
export interface TrinoColumn {
  readonly name: string;
  readonly type: string;
}

/** What a statement gives: values as Trino's JSON has them. */
export interface TrinoRows {
  readonly columns: readonly TrinoColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Reads with trino-client, as any program of another house would. */
export class TrinoReader {
  readonly #client: Trino;

  constructor(url: string) {
    this.#client = Trino.create({
      server: url,
      catalog: 'delta',
      schema: 'default',
      auth: new BasicAuth('reader'),
      // without it timestamps are cut to milliseconds
      extraHeaders: { 'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME' },
    });
  }

  /**
   * Waits half a minute for a server whose worker has not announced itself yet.
   * @throws what Trino says of the statement; trino-client itself hands errors back as values
   */
  async query(sql: string): Promise<TrinoRows> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#query(sql);
      } catch (error) {
        if (attempt >= 60 || !String(error).includes('NO_NODES_AVAILABLE')) throw error;
        await sleep(500);
      }
    }
  }

  async #query(sql: string): Promise<TrinoRows> {
    let columns: TrinoColumn[] = [];
    const rows: unknown[][] = [];
    for await (const page of await this.#client.query(sql)) {
      if (page.error !== undefined) throw new Error(`${page.error.errorName}: ${page.error.message}\n${sql}`);
      if (page.columns !== undefined) columns = page.columns;
      if (page.data !== undefined) rows.push(...page.data);
    }
    return { columns, rows };
  }

  /** The first column of all rows, as text. */
  async list(sql: string): Promise<string[]> {
    return (await this.query(sql)).rows.map(([first]) => String(first));
  }
}
