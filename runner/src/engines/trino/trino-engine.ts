import { setTimeout as wait } from 'node:timers/promises';
import { EngineError } from '../../errors/tsdbt-error.js';
import type { Engine, EngineCapabilities, Session } from '../engine.js';
import { TrinoClient } from './trino-client.js';
import { trinoCodes } from './trino-codes.js';
import { originOf, type TrinoOptions } from './trino-options.js';
import { TrinoSession } from './trino-session.js';

/** Reading only: models are built by another engine, and Trino reads what it has published. */
const CAPABILITIES: EngineCapabilities = {
  writesParquet: false,
  loadsRows: false,
  describesQueries: true,
  concurrentSessions: true,
  runsModels: false,
  createsViews: false,
};

class TrinoEngine implements Engine {
  readonly name = 'trino';
  readonly capabilities = CAPABILITIES;

  constructor(
    private readonly client: TrinoClient,
    readonly version: string,
  ) {}

  async openSession(): Promise<Session> {
    return new TrinoSession(this.client);
  }

  async close(): Promise<void> {
    this.client.close();
  }
}

/**
 * Finds a Trino server and asks for its version. A server that is starting is given the time of the target's retries.
 * @throws {EngineError} TSD5030–5034 where none answers, TSD5033 where it is still starting
 */
export async function openTrino(options: TrinoOptions): Promise<Engine> {
  const client = new TrinoClient(options);
  try {
    for (let attempt = 0; ; attempt++) {
      const { version, starting } = await client.info();
      if (!starting) return new TrinoEngine(client, version);
      if (attempt >= options.retries)
        throw new EngineError(trinoCodes.unavailable, `the server at ${originOf(options)} is still starting`, {
          hint: 'it takes up to a minute: try again when it is up',
        });
      await wait(options.retryDelay * 2 ** attempt);
    }
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}
