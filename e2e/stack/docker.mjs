#!/usr/bin/env node
// Stands in for `docker compose run | exec | stop | start` on the processes of a stack without containers. STACK names a file with
// what it needs to know of the services; every other command is refused.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const stack = JSON.parse(readFileSync(process.env.STACK, 'utf8'));
const [compose, command, ...rest] = process.argv.slice(2);
if (compose !== 'compose') refuse();

if (command === 'stop' || command === 'start') {
  for (const service of rest) {
    const answer = await fetch(`${stack.control}/${command}/${service}`, { method: 'POST' });
    if (!answer.ok) fail(`${command} ${service}: ${await answer.text()}`);
  }
} else if (command === 'run' || command === 'exec') {
  let entrypoint;
  const words = [...rest];
  while (words[0]?.startsWith('-')) {
    const flag = words.shift();
    if (flag === '--entrypoint') entrypoint = [words.shift()];
    else if (flag !== '--rm' && flag !== '-T') refuse();
  }
  const name = words.shift();
  const service = stack.services[name];
  if (service === undefined) fail(`there is no service ${name}`);
  if (command === 'exec' && entrypoint !== undefined) refuse();
  const first = command === 'exec' ? [] : (entrypoint ?? service.entrypoint);
  const all = [...first, ...(words.length === 0 && command === 'run' ? service.command : words)];
  const here = (word) => service.replacements.reduce((text, [from, to]) => text.replaceAll(from, to), word);
  const [program, ...args] = all.map(here);
  const child = spawn(program, args, {
    stdio: 'inherit',
    cwd: stack.project,
    env: { ...process.env, ...service.environment },
  });
  child.on('error', (error) => fail(String(error)));
  child.on('close', (code) => process.exit(code ?? 1));
} else refuse();

function refuse() {
  fail(`not done here: docker ${process.argv.slice(2).join(' ')}`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(125);
}
