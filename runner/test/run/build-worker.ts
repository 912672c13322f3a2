/**
 * Builds a project as a process of its own: `build-worker.ts <folder> [var=value]`. Says on stdout when a node has begun or
 * ended, one line each (`started s.t`, `finished s.t success`), then `exit <code>`, and what went wrong (`error …`).
 */
import { formatPlace } from '../../src/errors/source-text.js';
import { tsdbtErrorsOf } from '../../src/errors/tsdbt-error.js';
import { EventBus } from '../../src/events/events.js';
import { buildManifest } from '../../src/manifest/build-manifest.js';
import { openProject } from '../../src/manifest/open-project.js';
import { selectNodes } from '../../src/manifest/select/select-nodes.js';
import { executeRun } from '../../src/run/execute-run.js';

const [projectDir, assignment] = process.argv.slice(2);
const [name, value] = (assignment ?? 'none=0').split('=');
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const bus = new EventBus();
bus.add({
  handle(event) {
    if (event.event === 'node_started') say(`started ${event.node.label}`);
    if (event.event === 'node_finished') {
      say(`finished ${event.node.label} ${event.outcome.status}`);
      for (const error of event.outcome.errors ?? []) say(`error ${error.code} ${error.message}`);
    }
    if (event.event === 'error') say(`error ${event.error.code} ${event.error.message}`);
  },
  close: () => Promise.resolve(),
});
try {
  const project = await openProject({ projectDir: projectDir!, env: {}, vars: { [name!]: Number(value) } });
  const manifest = await buildManifest(project);
  const { exitCode } = await executeRun({
    command: 'build',
    project,
    manifest,
    selected: selectNodes(manifest),
    selection: [],
    threads: 2,
    fullRefresh: false,
    failFast: false,
    storeFailures: undefined,
    bus,
    signal: new AbortController().signal,
    invocationId: crypto.randomUUID(),
    runStartedAt: new Date(),
  });
  say(`exit ${exitCode}`);
} catch (thrown) {
  const errors = tsdbtErrorsOf(thrown);
  if (errors.length === 0) throw thrown;
  for (const error of errors)
    say(`error ${error.code} ${error.message} ${error.place === undefined ? '' : formatPlace(error.place)}`);
  say('exit 2');
}
