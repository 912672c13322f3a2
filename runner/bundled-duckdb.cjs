// Stands in the program for engines/duckdb/duckdb-module.js: the package @duckdb/node-api is part of the program, so that its
// code is kept with the program's. Whoever asks Node for the package gets the same classes, whoever comes first; another
// version than the one that was built in is loaded from where it lies. `moduleUrl` is the program's (bin/load-program.js).
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
// the bundler resolves both (bundle.mjs)
const { version } = require('built-in:@duckdb/node-api/package.json');

const outside = Module.createRequire(moduleUrl);
const file = outside.resolve('@duckdb/node-api');

function load() {
  if (outside.cache[file] !== undefined || installedVersion() !== version) return outside('@duckdb/node-api');
  const exports = require('built-in:@duckdb/node-api');
  const module = new Module(file);
  Object.assign(module, { filename: file, exports, loaded: true });
  outside.cache[file] = module;
  return exports;
}

function installedVersion() {
  try {
    return JSON.parse(readFileSync(join(dirname(file), '..', 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

exports.duckdb = load();
