import type { ErrorCode } from '../errors/codes.js';
import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, QualityError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { Project, Storage } from '../project/project.js';
import type { MacroLibrary } from '../template/macros.js';
import type { ModelNode, NodeConfig } from './nodes.js';

/** Materializations of models that need no macro. */
export const builtInMaterializations: readonly string[] = ['table', 'view', 'incremental', 'ephemeral'];

/** Incremental strategies that need no macro, by where tables are kept. */
export const builtInStrategies: Readonly<Record<Storage, readonly string[]>> = {
  delta: ['append', 'merge', 'delete+insert', 'insert_overwrite', 'microbatch'],
  native: ['append', 'delete+insert', 'merge', 'microbatch', 'default'],
};

/** Strategies of snapshots that need no macro. */
export const builtInSnapshotStrategies = ['timestamp', 'check'] as const;

/** What is asked of a node's config before there is a node. */
export interface ConfiguredNode {
  readonly name: string;
  readonly resourceType: string;
  readonly packageName: string;
  readonly config: NodeConfig;
}

/**
 * Names in a node's config that nothing has: materializations, strategies. dbt finds them when the node runs, so that they are
 * warnings in its projects.
 * @param placeOf where a key of the config was written
 */
export function unknownConfigValues(
  project: Project,
  macros: MacroLibrary,
  node: ConfiguredNode,
  placeOf: (key: string) => SourcePlace,
): TsdbtError[] {
  const { config, resourceType } = node;
  const all = () => [...macros.all()].map((macro) => macro.name);
  const types = [project.target.type, 'default'];
  if (resourceType === 'snapshot') {
    const strategy = config.extra.strategy;
    if (typeof strategy !== 'string' || isOneOf(builtInSnapshotStrategies, strategy)) return [];
    const [packageName, own] = split(strategy);
    const macro = `snapshot_${own}_strategy`;
    if (hasMacro(macros, node.packageName, packageName, macro)) return [];
    const names = [...builtInSnapshotStrategies, ...within(all(), /^snapshot_(.+)_strategy$/)];
    return [
      unknown(
        'TSD4014',
        `snapshot ${node.name}: there is no strategy "${strategy}"`,
        placeOf('strategy'),
        strategy,
        names,
      ),
    ];
  }
  if (resourceType !== 'model') return [];
  const { materialized, incremental_strategy: strategy } = config;
  if (!isOneOf(builtInMaterializations, materialized)) {
    const wanted = types.map((type) => `materialization_${materialized}_${type}`);
    const names = all();
    if (names.some((name) => wanted.includes(name))) return [];
    const own = types.flatMap((type) => within(names, new RegExp(`^materialization_(.+)_${type}$`)));
    const known = [...builtInMaterializations, ...own.filter((name) => name !== 'seed' && name !== 'snapshot')];
    const message = `${node.name}: unknown materialization "${materialized}"`;
    return [unknown('TSD1080', message, placeOf('materialized'), materialized, known)];
  }
  if (materialized !== 'incremental' || strategy === undefined) return [];
  const built = [...builtInStrategies[project.target.storage], 'default'];
  if (isOneOf(built, strategy)) return [];
  if (hasMacro(macros, node.packageName, undefined, `get_incremental_${strategy.replaceAll('+', '_')}_sql`)) return [];
  const known = builtInStrategies[project.target.storage];
  const message = `${node.name}: incremental_strategy "${strategy}" is not one of ${known.join(', ')}`;
  const names = [...known, ...within(all(), /^get_incremental_(.+)_sql$/)];
  return [unknown('TSD4010', message, placeOf('incremental_strategy'), strategy, names)];
}

function unknown(
  code: ErrorCode,
  message: string,
  place: SourcePlace,
  name: string,
  known: readonly string[],
): TsdbtError {
  const hint = didYouMean(name, known) ?? (code === 'TSD4010' ? undefined : `there are: ${known.join(', ')}`);
  return code === 'TSD1080'
    ? new ProjectError(code, message, { place, hint })
    : new QualityError(code, message, { place, hint });
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** `package.name` apart. */
function split(name: string): [string | undefined, string] {
  const dot = name.indexOf('.');
  return dot === -1 ? [undefined, name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function hasMacro(macros: MacroLibrary, from: string, packageName: string | undefined, name: string): boolean {
  return (packageName === undefined ? macros.resolve(name, from) : macros.inPackage(packageName, name)) !== undefined;
}

function within(names: readonly string[], pattern: RegExp): string[] {
  return names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
}

/** Where a key of a node's config stands: in the file, else in YAML, else in the project's file, else where the node begins. */
export function placeOfConfig(
  node: Pick<ModelNode, 'source' | 'configCall'>,
  key: string,
  inYaml: (() => SourcePlace) | undefined,
  inTree: SourcePlace | undefined,
): SourcePlace {
  const { source } = node;
  const written = new RegExp(`(?<![\\w$])['"]?${key}['"]?\\s*[=:]\\s*`).exec(source.text);
  if (Object.hasOwn(node.configCall ?? {}, key) && written !== null) {
    const start = written.index + written[0].length;
    const value = /^(['"]).*?\1/.exec(source.text.slice(start))?.[0] ?? ' ';
    return source.place(start, start + value.length);
  }
  return inYaml?.() ?? inTree ?? source.place(0);
}
