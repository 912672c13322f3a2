import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { GeneratedDocs } from '../../docs-site/generate-docs.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { counted } from '../../report/node-line.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import { oneOf } from '../flag-values.js';
import type { SelectionOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { argsOf } from '../invocation-args.js';
import { openProjectFor, withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';

export interface DocsOptions extends SelectionOptions {
  /** false with --no-compile */
  readonly compile?: boolean;
  readonly port?: number;
  readonly emptyCatalog?: boolean;
  readonly static?: boolean;
}

/** `docs generate` writes the pages; `docs serve` shows them to this machine's browsers. */
export function docs(options: DocsOptions, effects: Effects, action: string): Promise<number> {
  return oneOf('docs', ['generate', 'serve'])(action) === 'generate'
    ? generate(options, effects).then(() => 0)
    : serve(options, effects);
}

/** Writes `target/docs`, one folder that opens from the disk, and `target/catalog.json`. */
export function generate(options: DocsOptions, effects: Effects): Promise<GeneratedDocs> {
  const start = effects.now();
  return withManifest(options, effects, async ({ project, manifest, bus, invocationId }) => {
    const { generateDocs } = await import('../../docs-site/generate-docs.js');
    const { redactorFor } = await import('../../project/redact.js');
    const site = await interruptible(
      effects,
      (signal) =>
        generateDocs(manifest, {
          compile: options.compile ?? true,
          selected: isSelecting(options) ? selectedBy(options, manifest) : undefined,
          emptyCatalog: options.emptyCatalog ?? false,
          oneFile: options.static ?? false,
          redact: redactorFor(project.env),
          invocationId,
          now: start,
          args: argsOf('generate', options),
          bus,
          signal,
        }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    const seconds = ((effects.now().getTime() - start.getTime()) / 1000).toFixed(2);
    const page = relative(effects.cwd, join(site.folder, 'index.html'));
    const built = `${counted(site.nodes, 'node')}, ${counted(site.tables, 'built relation')}`;
    bus.emit({ event: 'log', level: 'info', message: `Documented ${project.name} in ${seconds}s: ${built}` });
    bus.emit({ event: 'log', level: 'info', message: `Open ${page} in a browser, or run "tsdbt docs serve"` });
    return site;
  });
}

function isSelecting({ select, models, exclude, selector }: DocsOptions): boolean {
  return [select, models, exclude, selector].some((given) => given !== undefined);
}

/** Serves `target/docs` until Ctrl-C. */
async function serve(options: DocsOptions, effects: Effects): Promise<number> {
  const project = await openProjectFor(options, effects);
  const { docsFolder } = await import('../../docs-site/generate-docs.js');
  const folder = docsFolder(project);
  if (!existsSync(join(folder, 'index.html'))) {
    throw new ProjectError(cliCodes.noDocs, `there are no pages in ${relative(effects.cwd, folder)}`, {
      hint: 'write them with "tsdbt docs generate"',
    });
  }
  const { serveFolder } = await import('../../docs-site/serve-folder.js');
  const server = await serveFolder(folder, options.port);
  effects.stdout.write(`${server.url}\n`);
  if (!options.quiet) effects.stderr.write('Serving the documentation to this machine only. Ctrl-C ends it.\n');
  await new Promise<void>((stopped) => {
    const off = effects.onInterrupt(() => {
      off();
      stopped();
    });
  });
  await server.close();
  return 0;
}
