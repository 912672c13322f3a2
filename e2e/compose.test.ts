import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DCLinter } from 'dclint';
import { describe, expect, it } from 'vitest';
import { ancestors, DEPLOY, interpolate, mentions, mountsOf, readCompose, readEnvFile } from './compose-file.js';

interface Linted {
  readonly messages: readonly { readonly rule: string; readonly line: number; readonly message: string }[];
}

const FILE = join(DEPLOY, 'compose.yaml');
const LAKE = '/srv/tsdbt/warehouse';
const example = readEnvFile(join(DEPLOY, '.env.example'));
const written = readCompose();
const text = readFileSync(FILE, 'utf8');
const secrets = mentions(text).flatMap(({ name, message }) => (message === undefined ? [] : [name]));
const filledIn = { ...example, ...Object.fromEntries(secrets.map((name) => [name, `secret of ${name}`])) };
const compose = readCompose(filledIn);
const services = Object.entries(compose.services);
const longRunning = services.filter(([, { restart }]) => restart !== 'no');
/** Those whose image is made here. */
const own = services.filter(([, { build }]) => build !== undefined);

describe('the compose file', () => {
  it('follows the schema of compose, and the rules of dclint', () => {
    // the order of keys tells a story here; an image that is built has a name
    const rules = {
      'no-build-and-image': 0,
      'service-keys-order': 0,
      'services-alphabetical-order': 0,
      'service-dependencies-alphabetical-order': 0,
      'service-ports-alphabetical-order': 0,
      'top-level-properties-order': 0,
    } as const;
    const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
    const [result] = linter.lintFiles([FILE], false) as readonly Linted[];
    expect(result!.messages.map(({ rule, line, message }) => `${rule}, line ${line}: ${message}`)).toEqual([]);
  });

  it('is taken by docker compose', { skip: !hasCompose() }, () => {
    const env = { ...process.env, ...filledIn };
    const config = spawnSync('docker', ['compose', '-f', FILE, 'config', '--quiet'], { env, encoding: 'utf8' });
    expect(config.stderr).toBe('');
    expect(config.status).toBe(0);
  });

  it('defines every volume and network that it uses, and uses every one that it defines', () => {
    const volumes = services.flatMap(([, service]) => mountsOf(service).filter(({ type }) => type === 'volume'));
    expect(unique(volumes.map(({ source }) => source))).toEqual(unique(Object.keys(compose.volumes)));
    const networks = services.flatMap(([, service]) => service.networks ?? []);
    expect(unique(networks)).toEqual(unique(Object.keys(compose.networks)));
    for (const [name, { networks, network_mode }] of services)
      expect((networks === undefined) === (network_mode !== undefined), `${name} has a network`).toBe(true);
  });

  it('depends on services that exist, in a way that they can fulfil, and never in a circle', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [parent, { condition }] of Object.entries(depends_on)) {
        const other = compose.services[parent];
        expect(other, `${name} depends on ${parent}`).toBeDefined();
        if (condition === 'service_healthy') expect(other!.healthcheck, `health of ${parent}`).toBeDefined();
        else if (condition === 'service_completed_successfully') expect(other!.restart, `end of ${parent}`).toBe('no');
        else expect(condition).toBe('service_started');
        // a service that one reaches by name shares a network with it
        if (condition === 'service_healthy')
          expect(shared(compose.services[name]!.networks, other!.networks), `${name} reaches ${parent}`).not.toEqual(
            [],
          );
        expect(other!.profiles, `${parent} is always there`).toBeUndefined();
      }
      expect(ancestors(compose, name).has(name), `${name} waits for itself`).toBe(false);
    }
  });

  it('mounts files and folders that are in the repository, and config read-only', () => {
    for (const [name, service] of services) {
      for (const { type, source, target, readOnly } of mountsOf(service)) {
        if (type !== 'bind') continue;
        expect(readOnly, `${name}: ${source} is read-only`).toBe(true);
        // what a person puts in is not in the repository: docs/operations.md makes these folders
        if (!target.startsWith('/srv/tsdbt/data/')) expect(existsSync(resolve(DEPLOY, source)), source).toBe(true);
      }
    }
  });

  it('has the lake at one path everywhere, and nothing at /data, where Trino keeps its own', () => {
    const lakes = services.flatMap(([name, service]) =>
      mountsOf(service)
        .filter(({ source }) => source === 'lake')
        .map(({ target }) => `${name}: ${target}`),
    );
    expect(lakes.length).toBeGreaterThan(1);
    expect(lakes.filter((lake) => !lake.endsWith(`: ${LAKE}`))).toEqual([]);
    expect(compose.services.trino!.environment!.TSDBT_WAREHOUSE).toBe(LAKE);
    const targets = mountsOf(compose.services.trino!).map(({ target }) => target);
    expect(targets.filter((target) => /^\/data(\/|$)/.test(target))).toEqual([]);
  });

  it('lets our image make the volumes that others share with it: an empty volume gets the owner of its first mount', () => {
    const ours = new Set(own.filter(([, { image }]) => image === compose.services.tsdbt!.image).map(([name]) => name));
    for (const [name, service] of services) {
      if (ours.has(name)) continue;
      for (const { type, source } of mountsOf(service)) {
        const makers = services.filter(
          ([maker, other]) => ours.has(maker) && mountsOf(other).some((mount) => mount.source === source),
        );
        if (type !== 'volume' || makers.length === 0) continue;
        const first = makers.some(([maker]) => ancestors(compose, name).has(maker));
        expect(first, `${name} starts after a container of ours that mounts ${source}`).toBe(true);
      }
    }
  });

  it('publishes ports on 127.0.0.1 only, each once', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
    expect(unique(ports.map((port) => port.split(':')[1]!)).length).toBe(ports.length);
  });

  it('pins every image by its version', () => {
    for (const [name, { image }] of services) expect(image, name).toMatch(/^[\w./-]+:\d+(\.\d+)*(-[a-z]+)?$/);
    const { version } = JSON.parse(readFileSync(join(DEPLOY, '..', 'package.json'), 'utf8')) as { version: string };
    expect(compose.services.tsdbt!.image).toBe(`spotify-listening-analytics:${version}`);
  });

  it('checks the health of what runs on, starts it again after a fall, and keeps its log small', () => {
    for (const [name, { healthcheck, restart, logging }] of longRunning) {
      expect(restart, name).toBe('unless-stopped');
      expect(healthcheck?.test.length, `${name} has a health check`).toBeGreaterThan(1);
      expect(logging, `${name} rotates its log`).toBeDefined();
    }
    expect(longRunning.map(([name]) => name).sort()).toEqual(['postgres', 'redis', 'superset', 'trino', 'tsdbt']);
  });

  it('runs nothing of ours as root', () => {
    for (const [name, { user }] of own) expect(user, name).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    for (const [name, { build }] of own) {
      const dockerfile = resolve(DEPLOY, build!.context, build!.dockerfile!);
      const users = [...readFileSync(dockerfile, 'utf8').matchAll(/^USER (\S+)/gm)].map(([, user]) => user);
      expect(users.at(-1), name).not.toMatch(/^(root|0)?$/);
    }
  });

  it('gives the scheduler more time to stop than it gives its run', () => {
    const { command, stop_grace_period } = compose.services.tsdbt!;
    const grace = command![command!.indexOf('--grace') + 1]!;
    expect(Number.parseInt(stop_grace_period!, 10)).toBeGreaterThan(Number.parseInt(grace, 10));
    expect(command!.slice(0, 3)).toEqual(['schedule', '--cron', '0 */6 * * *']);
  });
});

describe('its variables', () => {
  it('are all in .env.example, and none is there for nothing', () => {
    expect(unique(mentions(text).map(({ name }) => name))).toEqual(unique(Object.keys(example)));
  });

  it('have in .env.example the defaults of the compose file', () => {
    for (const mention of mentions(text))
      if (mention.default !== undefined) expect(example[mention.name], mention.name).toBe(mention.default);
  });

  it('that are secret have to be set: the error names them and says what to do', () => {
    expect(unique(secrets)).toEqual(['POSTGRES_PASSWORD', 'SUPERSET_ADMIN_PASSWORD', 'SUPERSET_SECRET_KEY']);
    for (const name of secrets) {
      expect(example[name]).toBe('');
      expect(() => readCompose({ ...filledIn, [name]: '' })).toThrow(new RegExp(`^${name}: .*deploy/\\.env`));
    }
  });

  it('hold no secret that is written out', () => {
    for (const [name, { environment = {} }] of Object.entries(written.services))
      for (const [key, value] of Object.entries(environment))
        if (/PASSWORD|SECRET/.test(key)) expect(value, `${name}: ${key}`).toMatch(/\$\{/);
  });

  it('are put in as compose does', () => {
    const mention = (text: string) => `$\{${text}}`;
    expect(interpolate(`a-${mention('X')}-${mention('Y:-y')}-$$`, { X: '1' })).toBe('a-1-y-$');
    expect(interpolate(mention('Y:-y'), { Y: '' })).toBe('y');
    expect(() => interpolate(mention('Z:?say Z'), {})).toThrow('Z: say Z');
  });
});

function hasCompose(): boolean {
  const there = spawnSync('docker', ['compose', 'version']).status === 0;
  if (!there) console.warn('e2e: no docker compose, its own check of deploy/compose.yaml is left out');
  return there;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function shared(left: readonly string[] = [], right: readonly string[] = []): string[] {
  return left.filter((network) => right.includes(network));
}
