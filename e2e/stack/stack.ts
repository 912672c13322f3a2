import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Compose, DEPLOY, mountsOf, readCompose, type Service, type Variables } from '../compose-file.js';
import { type CommandResult, run } from '../temp-project.js';
import { startTrino } from '../trino/start-trino.js';
import { startDaemon } from './daemon.js';
import { installSuperset } from './install-superset.js';
import { Postgres } from './postgres.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** Where services listen in their containers; each gets a free port of the loopback interface instead. */
const PORTS = { postgres: 5432, redis: 6379, trino: 8080, superset: 8088, tsdbt: 8321 } as const;
type Name = keyof typeof PORTS;

interface Running {
  stop(): Promise<number | null>;
  log(): string;
}

/**
 * The services of `deploy/compose.yaml` as processes of this machine: commands, environment, configuration files and health checks are
 * those of the file, with paths and addresses put in where a container would have its own.
 */
export class Stack {
  readonly compose: Compose;
  readonly folder = mkdtempSync(join(tmpdir(), 'tsdbt-stack-'));
  readonly ports: Readonly<Record<Name, number>>;
  readonly #running = new Map<string, Running>();
  readonly #postgres: Postgres;

  private constructor(
    /** absolute folder of the project: the working directory of the image */
    readonly project: string,
    variables: Variables,
    /** more variables for the services of our image */
    readonly extra: Readonly<Record<string, string>>,
    ports: readonly number[],
    readonly superset: string,
  ) {
    this.compose = readCompose(variables);
    this.ports = Object.fromEntries(Object.keys(PORTS).map((name, i) => [name, ports[i]!])) as Record<Name, number>;
    const { environment } = this.service('postgres');
    this.#postgres = new Postgres(join(this.folder, 'postgres'), environment!, this.ports.postgres);
  }

  static async create(
    project: string,
    variables: Variables,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<Stack> {
    const superset = await installSuperset();
    return new Stack(project, variables, extra, await freePorts(Object.keys(PORTS).length), superset);
  }

  service(name: string): Service {
    const service = this.compose.services[name];
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }

  /** Starts a service and waits until its health check says that it is healthy. */
  async start(name: Name): Promise<void> {
    if (this.#running.has(name)) return;
    this.#running.set(name, await this.#begin(name));
    if (name === 'trino') return; // its launcher has waited
    const until = Date.now() + 180_000;
    for (;;) {
      const { code, stdout, stderr } = await this.health(name);
      if (code === 0) return;
      if (Date.now() > until) throw new Error(`${name} is not healthy: ${stdout}${stderr}\n${this.log(name)}`);
      await sleep(500);
    }
  }

  /** Stops a service as compose does, with SIGTERM. @returns its exit code */
  async stop(name: string): Promise<number | null> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    return (await running?.stop()) ?? null;
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  log(name: string): string {
    return this.#running.get(name)?.log().slice(-4000) ?? '';
  }

  /** Runs the health check of a service once. */
  health(name: Name): Promise<CommandResult> {
    const [kind, ...command] = this.service(name).healthcheck!.test;
    if (kind !== 'CMD') throw new Error(`${name}: ${kind} is not run here`);
    // the only client here that takes its port from nowhere but its arguments
    if (command[0] === 'redis-cli') command.splice(1, 0, '-p', String(this.ports.redis));
    return this.exec(name, command);
  }

  /** Runs the command of a service that ends, or another in its place. */
  run(name: string, command = this.service(name).command!): Promise<CommandResult> {
    return this.exec(name, [...this.commandOf(name).entrypoint, ...command]);
  }

  /** The program of a service's image, and the command that it has in the compose file. */
  commandOf(name: string): { readonly entrypoint: readonly string[]; readonly command: readonly string[] } {
    const { image, command = [] } = this.service(name);
    const isOurs = image === this.service('tsdbt').image;
    const tsdbt = [process.execPath, join(ROOT, 'runner', 'bin', 'tsdbt.js'), '--no-color'];
    return { entrypoint: isOurs ? tsdbt : [], command };
  }

  /** Runs a program as `docker compose exec` would: with the environment of the service. */
  exec(name: string, command: readonly string[]): Promise<CommandResult> {
    const [program, ...args] = command.map((word) => this.mapped(word, name));
    return run(program!, args, this.project, this.environment(name));
  }

  /** The environment of a service, as its process gets it here. */
  environment(name: string): Record<string, string> {
    const service = this.service(name);
    const given = Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([key, value]) => [key, this.mapped(value, name)]),
    );
    if (service.image === this.service('tsdbt').image)
      return { ...given, TRINO_HOST: '127.0.0.1', TRINO_PORT: String(this.ports.trino), ...this.extra };
    if (service.image === this.service('superset').image) return { ...given, ...this.#supersetImage() };
    if (name === 'postgres') return { ...given, ...this.#postgres.environment };
    return given;
  }

  /** Paths and addresses of containers → those of this machine. */
  mapped(text: string, name: string): string {
    // of the scheduler's port only the number stands alone
    if (name === 'tsdbt' && text === String(PORTS.tsdbt)) return String(this.ports.tsdbt);
    return this.replacements(name).reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }

  /** What is put in the place of what, in this order. */
  replacements(name: string): [from: string, to: string][] {
    const mounts = mountsOf(this.service(name)).filter(({ type, target }) => type === 'bind' && !isData(target));
    const addresses = (Object.keys(PORTS) as Name[]).flatMap((host): [string, string][] => {
      const here = `127.0.0.1:${this.ports[host]}`;
      return [`${host}:${PORTS[host]}`, `0.0.0.0:${PORTS[host]}`, `127.0.0.1:${PORTS[host]}`].map((from) => [
        from,
        here,
      ]);
    });
    return [
      ...mounts.map(({ source, target }): [string, string] => [target, resolve(DEPLOY, source)]),
      ['/srv/tsdbt', this.project],
      ...addresses,
    ];
  }

  /** Stops everything and removes what it wrote, except for the project. */
  async close(): Promise<void> {
    for (const name of [...this.#running.keys()].reverse()) await this.stop(name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #begin(name: Name): Promise<Running> {
    const service = this.service(name);
    const command = (service.command ?? []).map((word) => this.mapped(word, name));
    const env = this.environment(name);
    if (name === 'trino') return this.#trino(env);
    if (name === 'postgres') return this.#postgres.start(command);
    const into = join(this.folder, name);
    mkdirSync(into, { recursive: true });
    const words = {
      tsdbt: [...this.commandOf(name).entrypoint, ...command],
      superset: command,
      redis: [...command, '--port', String(this.ports.redis), '--bind', '127.0.0.1', '--dir', into],
    }[name];
    return startDaemon(words, { cwd: name === 'tsdbt' ? this.project : into, env });
  }

  /** What the image of Superset sets for itself. */
  #supersetImage(): Record<string, string> {
    const PATH = `${join(this.superset, 'bin')}:${process.env.PATH}`;
    return { PATH, SUPERSET_HOME: this.folder, FLASK_APP: 'superset.app:create_app()' };
  }

  async #trino(env: Readonly<Record<string, string>>): Promise<Running> {
    const trino = await startTrino({ warehouse: env.TSDBT_WAREHOUSE!, port: this.ports.trino });
    return { log: trino.log, stop: async () => trino.stop().then(() => 0) };
  }
}

/** What a person puts into the project's data/ lies there without containers, too. */
function isData(target: string): boolean {
  return target.startsWith('/srv/tsdbt/data/');
}

/** Whether the programs that Debian packages bring are here; says which are not. */
export function missingPrograms(): string[] {
  const missing = [];
  if (spawnSync('redis-server', ['--version']).status !== 0)
    missing.push('redis-server (apt-get install redis-server)');
  if (Postgres.programs() === undefined) missing.push('PostgreSQL (apt-get install postgresql)');
  return missing;
}

/** Ports that nothing listens on; all at once, so that none comes twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((listening) => {
          const server = createServer().listen(0, '127.0.0.1', () => listening(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
