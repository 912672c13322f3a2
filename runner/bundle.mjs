// The compiled modules as one file, with the small libraries in it: a command that would load three hundred files loads one.
// `dist/program/` is what the command line and `import 'tsdbt'` run (bin/load-program.js loads it); the modules one by one stay
// beside it, for types and for the pages of documentation, whose program is put together from them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const outdir = join(folder, 'dist', 'program');
// loaded from where they are installed: what compiles at run time, what may be absent
const external = ['@duckdb/node-api', 'jiti', 'nunjucks', '@aws-sdk/client-s3', 'node:*'];
const entryPoints = {
  main: 'dist/cli/main.js',
  index: 'dist/index.js',
  'delta/index': 'dist/delta/index.js',
  'delta/s3/index': 'dist/delta/s3/index.js',
};
const common = { absWorkingDir: folder, bundle: true, metafile: true, write: false, platform: 'node', external };

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
const { outputFiles, metafile } = await build({
  ...common,
  plugins: [{ name: 'duckdb', setup: withDuckDB }],
  stdin: {
    contents: Object.entries(entryPoints)
      .map(([name, file]) => `exports[${JSON.stringify(name)}] = () => require('./${file}');`)
      .join('\n'),
    resolveDir: folder,
  },
  format: 'cjs',
  target: 'node20',
  // code that was kept has forgotten who imports for it
  supported: { 'dynamic-import': false },
  // one byte a character is read faster than more of them
  charset: 'ascii',
  minifyWhitespace: true,
  lineLimit: 160,
  define: { 'import.meta.url': 'moduleUrl' },
  legalComments: 'none',
  logLevel: 'warning',
});
const program = outputFiles[0].contents;
writeFileSync(join(outdir, 'program.cjs'), program);
const hash = createHash('sha256').update(program).digest('hex').slice(0, 16);

// what each entry point exports
const { metafile: entries } = await build({ ...common, entryPoints, outdir, format: 'esm', logLevel: 'error' });
for (const [output, { exports }] of Object.entries(entries.outputs)) {
  const file = join(folder, output);
  const name = relative(outdir, file).replaceAll('\\', '/').slice(0, -'.js'.length);
  const loader = relative(dirname(file), join(folder, 'bin', 'load-program.js')).replaceAll('\\', '/');
  const names = exports.filter((one) => one !== 'default').sort();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `import { loadProgram } from '${loader}';\nexport const { ${names.join(', ')} } = loadProgram('${name}', '${hash}');\n`,
  );
}

/** DuckDB's package becomes part of the program, all but its native code: that is found from where the package lies. */
function withDuckDB(bundler) {
  const { resolve } = createRequire(join(folder, 'package.json'));
  const main = resolve('@duckdb/node-api');
  bundler.onResolve({ filter: /\/duckdb-module\.js$/ }, () => ({ path: join(folder, 'bundled-duckdb.cjs') }));
  bundler.onResolve({ filter: /^built-in:@duckdb\/node-api$/ }, () => ({ path: main }));
  bundler.onResolve({ filter: /^built-in:.*package\.json$/ }, () => ({
    path: join(dirname(main), '..', 'package.json'),
  }));
  bundler.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({ path: 'node-bindings', namespace: 'duckdb' }));
  bundler.onLoad({ filter: /./, namespace: 'duckdb' }, () => ({
    contents: `const { createRequire } = require('node:module');
      const outside = createRequire(moduleUrl);
      module.exports = createRequire(outside.resolve('@duckdb/node-api'))('@duckdb/node-bindings');`,
  }));
}

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
writeFileSync(join(folder, 'dist', '.npmignore'), ['*.js', '!/program/**', '*.code', ...kept.sort(), ''].join('\n'));

// What the most used commands run is kept compiled from the start; on another machine they keep it themselves.
const project = mkdtempSync(join(tmpdir(), 'tsdbt-build-'));
const tsdbt = join(folder, 'bin', 'tsdbt.js');
const example = join(project, 'example');
for (const args of [['init', example], ...['parse', 'compile', 'ls', 'build', 'run', 'test'].map((name) => [name])])
  spawnSync(process.execPath, [tsdbt, ...args], { cwd: args[0] === 'init' ? project : example, stdio: 'ignore' });
rmSync(project, { recursive: true, force: true });
