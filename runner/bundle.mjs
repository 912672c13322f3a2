// The compiled modules as few files, with the small libraries in them: a command that would load three hundred files loads
// five. `dist/program/` is what the command line and `import 'tsdbt'` run; the modules one by one stay beside it, for types
// and for the pages of documentation, whose program is put together from them.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const outdir = join(folder, 'dist', 'program');
// loaded from where they are installed: native code, what compiles at run time, what may be absent
const outside = ['@duckdb/node-api', 'jiti', 'nunjucks', '@aws-sdk/client-s3', 'node:*'];

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: {
    main: 'dist/cli/main.js',
    index: 'dist/index.js',
    'delta/index': 'dist/delta/index.js',
    'delta/s3/index': 'dist/delta/s3/index.js',
  },
  outdir,
  chunkNames: 'chunks/[hash]',
  bundle: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: outside,
  // commander is CommonJS and requires Node's own modules
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
});

const libraries = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const library = /(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
  if (library !== undefined) libraries.add(library);
}
const notices = [...libraries].sort().map((library) => {
  const { name, version } = JSON.parse(readFileSync(join(folder, library, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(folder, library, 'LICENSE'), 'utf8').trim()}\n`;
});
writeFileSync(
  join(outdir, 'LICENSES.txt'),
  `What other people wrote of this program:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
);

// The package carries the program and the types. Of the single modules it needs those alone of which the pages' program is
// put together (docs-site/app-script.ts): npm leaves out what this file names.
const pages = new Set();
const visit = (file) => {
  if (pages.has(file)) return;
  pages.add(file);
  const imports = /^(?:import|export)\s[^;]*?\sfrom\s+'(\.[^']+)'|^import\s+'(\.[^']+)'/gms;
  for (const [, from, bare] of readFileSync(file, 'utf8').matchAll(imports)) visit(join(dirname(file), from ?? bare));
};
visit(join(folder, 'dist', 'docs-site', 'browser', 'main.js'));
const kept = [...pages].map((file) => `!/${relative(join(folder, 'dist'), file).replaceAll('\\', '/')}`);
writeFileSync(join(folder, 'dist', '.npmignore'), ['*.js', '!/program/**', ...kept.sort(), ''].join('\n'));
