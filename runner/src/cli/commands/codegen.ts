import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { TYPES_FILE, typesFile } from '../../codegen/types-file.js';
import { addColumns, addEntry, type EntryPath } from '../../codegen/yaml-columns.js';
import type { Column } from '../../engines/engine.js';
import { inherits } from '../../manifest/inherit-descriptions.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { ModelNode, SourceNode } from '../../manifest/nodes.js';
import { columnsOfNodes } from '../../run/node-columns.js';
import type { Effects } from '../effects.js';
import { oneOf } from '../flag-values.js';
import type { CodegenOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { type OpenedProject, withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';

/**
 * `codegen`: types of rows for TypeScript; `codegen yaml`: columns of models and sources for YAML.
 *
 * @returns 1 where --check finds something that is not up to date
 */
export function codegen(options: CodegenOptions, effects: Effects, what = 'types'): Promise<number> {
  const wanted = oneOf('codegen', ['types', 'yaml'])(what);
  return withManifest(options, effects, async (opened) => {
    const { project, manifest, bus } = opened;
    const kinds = ['model', 'seed', 'snapshot', 'source'] as const;
    const selected = wanted === 'types' ? allOf(manifest) : selectedBy(options, manifest, [...kinds]);
    const columns = await interruptible(
      effects,
      (signal) => columnsOfNodes({ project, manifest, selected, bus, signal }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    return wanted === 'types'
      ? writeTypes(options, effects, opened, columns)
      : writeYaml(options, effects, opened, selected, columns);
  });
}

type Columns = ReadonlyMap<string, readonly Column[]>;

function allOf(manifest: Manifest): Set<string> {
  return new Set([...manifest.models(), ...manifest.sources.values()].map((node) => node.uniqueId));
}

function writeTypes(
  options: CodegenOptions,
  effects: Effects,
  { project, manifest, bus }: OpenedProject,
  columns: Columns,
): number {
  const say = (message: string): void => bus.emit({ event: 'log', level: 'info', message });
  const text = typesFile(manifest, columns);
  const path = resolve(options.output === undefined ? project.projectDir : effects.cwd, options.output ?? TYPES_FILE);
  const shown = relative(effects.cwd, path);
  const unknown = [...allOf(manifest)].filter((id) => !columns.has(id));
  if (unknown.length > 0) say(`No types for ${unknown.join(', ')}: the columns are not known before they are there`);
  const isSame = existsSync(path) && readFileSync(path, 'utf8') === text;
  if (options.check === true) {
    if (isSame) return 0;
    const message = `${shown} is not up to date: run "tsdbt codegen"`;
    bus.emit({ event: 'log', level: 'error', message });
    return 1;
  }
  if (!isSame) writeFileSync(path, text);
  say(isSame ? `${shown} is up to date` : `Wrote the rows of ${columns.size} relations to ${shown}`);
  return 0;
}

function writeYaml(
  options: CodegenOptions,
  effects: Effects,
  { project, manifest, bus }: OpenedProject,
  selected: ReadonlySet<string>,
  columns: Columns,
): number {
  const texts = new Map<string, string>();
  const read = (path: string): string => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const file = join(project.projectDir, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  let changes = 0;
  for (const id of selected) {
    const node = manifest.get(id) as ModelNode | SourceNode;
    const found = columns.get(id);
    // a TypeScript model has its contract in its own file; files of packages are their authors'
    if (found === undefined || node.packageName !== project.name) continue;
    if ('language' in node && node.language === 'typescript') continue;
    const path = node.propertiesPlace?.source.path ?? newFile(node);
    const before = read(path);
    const done =
      node.propertiesPlace === undefined
        ? addEntry(before, { key: KEYS[(node as ModelNode).resourceType], name: node.name }, found, inherits(node))
        : addColumns(before, entryPath(node), found, inherits(node));
    if (done === undefined) {
      bus.emit({
        event: 'log',
        level: 'warn',
        message: `${node.name} is written in one line of ${path}: give it lines of its own`,
      });
      continue;
    }
    if (done.text === before) continue;
    texts.set(path, done.text);
    changes += 1;
    const what = [
      done.added.length > 0 ? `columns ${done.added.join(', ')}` : '',
      done.typed.length > 0 ? `data_type of ${done.typed.join(', ')}` : '',
    ].filter((part) => part !== '');
    bus.emit({
      event: 'log',
      level: options.check ? 'error' : 'info',
      message: `${path}: ${node.name}: ${what.join('; ')}`,
    });
  }
  if (options.check === true) return changes === 0 ? 0 : 1;
  if (changes === 0) bus.emit({ event: 'log', level: 'info', message: 'Nothing is missing' });
  for (const [path, text] of texts) {
    if (options.write !== true) {
      effects.stdout.write(`# ${path}\n${text}`);
      continue;
    }
    const file = join(project.projectDir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  if (changes > 0 && options.write !== true)
    bus.emit({ event: 'log', level: 'info', message: 'Printed only: --write writes the files' });
  return 0;
}

const KEYS = { model: 'models', seed: 'seeds', snapshot: 'snapshots' } as const;

function entryPath(node: ModelNode | SourceNode): EntryPath {
  if (node.resourceType === 'source') return { key: 'sources', source: node.sourceName, name: node.name };
  return { key: KEYS[node.resourceType], name: node.name };
}

/** `models/gold/revenue.sql` → `models/gold/gold.yml` */
function newFile(node: { readonly path: string }): string {
  const folder = dirname(node.path);
  return `${folder}/${basename(folder)}.yml`;
}
