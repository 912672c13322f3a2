import { createHash } from 'node:crypto';
import type { Environment } from './redact.js';

/** Names that were asked for, by environment. */
const asked = new WeakMap<Environment, Set<string>>();
const originals = new WeakMap<Environment, Environment>();
/** Stands for all names, where something asked for them. */
const ALL = '*';

/** The same environment, which remembers what is asked of it. */
export function watchedEnvironment(env: Environment): Environment {
  const names = new Set<string>();
  const watched = new Proxy(env, {
    get: (target, name) => {
      if (typeof name === 'string') names.add(name);
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      if (typeof name === 'string') names.add(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor: (target, name) => {
      if (typeof name === 'string') names.add(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys: (target) => {
      names.add(ALL);
      return Reflect.ownKeys(target);
    },
  });
  asked.set(watched, names);
  originals.set(watched, env);
  return watched;
}

/** The environment for what reads it and is no part of a project: it may look at all of it. */
export function unwatched(env: Environment): Environment {
  return originals.get(env) ?? env;
}

/** A hash of each variable that was asked for so far, by name; of none its values. */
export function environmentAsked(env: Environment): Record<string, string> {
  const names = [...(asked.get(env) ?? [ALL])];
  return Object.fromEntries(names.map((name) => [name, hashOf(env, name)]));
}

/** Whether all of these variables are what they were. */
export function isSameEnvironment(env: Environment, earlier: Readonly<Record<string, string>>): boolean {
  return Object.entries(earlier).every(([name, hash]) => hashOf(env, name) === hash);
}

function hashOf(env: Environment, name: string): string {
  const value = name === ALL ? Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1)) : (env[name] ?? null);
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
