import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { FreshnessEntry } from '../project/config-schema.js';
import type { Project } from '../project/project.js';
import type { SourceEntry, SourceTableEntry } from '../project/properties-schema.js';
import { columnsFromYaml } from './columns.js';
import { configLayers } from './config-layers.js';
import type { DocBlocks } from './docs.js';
import { externalLocation } from './external-location.js';
import { mergeLayers, toNodeConfig } from './merge-config.js';
import type { SourceNode } from './nodes.js';
import { entryLayer, type PropertyIndex } from './property-index.js';
import { loadedAt, mergeFreshness } from './source-freshness.js';

/** The tables of all sources that YAML declares, disabled ones included. */
export function readSources(
  project: Project,
  index: PropertyIndex,
  docs: DocBlocks,
  errors: TsdbtError[],
): SourceNode[] {
  const nodes = new Map<string, SourceNode>();
  const own: ProjectError[] = [];
  for (const { entry: source, document, file, at } of index.sources) {
    for (const [i, table] of (source.tables ?? []).entries()) {
      const tableAt = [...at, 'tables', i];
      const place = document.placeOf([...tableAt, 'name']);
      const fqn = [project.name, ...file.folders, source.name, table.name];
      const layers = configLayers(project, 'sources', fqn);
      const merged = mergeLayers([...layers.own, ...entryLayer(source), ...entryLayer(table), ...layers.root]);
      const config = toNodeConfig(merged, 'sources');
      const identifier = table.identifier ?? table.name;
      const schema = config.schema ?? source.schema ?? source.name;
      const database = config.database ?? source.database;
      const fields = { name: table.name, identifier, schema, database, tags: config.tags, ...config.meta, ...merged };
      const location = table.location ?? source.location ?? readLocation(fields, place, own);
      const node: SourceNode = {
        uniqueId: `source.${project.name}.${source.name}.${table.name}`,
        resourceType: 'source',
        packageName: project.name,
        name: table.name,
        fqn,
        path: file.path,
        source: document.source,
        description: docs.render(table.description ?? '', () => document.placeOf([...tableAt, 'description']), own),
        tags: config.tags,
        meta: config.meta,
        propertiesPlace: place,
        sourceName: source.name,
        identifier,
        schema,
        database,
        location: location?.replaceAll('{name}', table.name).replaceAll('{identifier}', identifier),
        columns: columnsFromYaml(table.columns, document, [...tableAt, 'columns'], docs, own, project.unknownKeys),
        loader: table.loader ?? source.loader,
        ...loadedAt(source, table, merged),
        freshness: mergeFreshness([
          ...layers.own.map((layer) => layer.freshness as FreshnessEntry | undefined),
          source.freshness,
          source.config?.freshness,
          table.freshness,
          table.config?.freshness,
          ...layers.root.map((layer) => layer.freshness as FreshnessEntry | undefined),
        ]),
        isFreshnessOff: freshnessEntry(source, table) === null,
        config,
        docBlocks: docs.idsIn(table.description ?? ''),
        about: {
          description: docs.render(source.description ?? '', () => document.placeOf([...at, 'description']), own),
          meta: { ...source.meta, ...source.config?.meta },
          ...pick(document.recordAt(at)),
        },
        quoting: { ...source.quoting, ...table.quoting },
        external: table.external,
        writtenConfig: {
          given: mergeLayers([{ meta: {} }, ...entryLayer(source), ...entryLayer(table)]),
          raw: { ...document.recordAt([...at, 'config']), ...document.recordAt([...tableAt, 'config']) },
        },
        dependsOn: [],
      };
      const earlier = nodes.get(node.uniqueId);
      if (earlier !== undefined) {
        own.push(
          new ProjectError(
            projectCodes.duplicateName,
            `the source table "${source.name}.${table.name}" is declared twice`,
            {
              place,
              via: [{ label: 'the first', place: earlier.propertiesPlace! }],
            },
          ),
        );
        continue;
      }
      nodes.set(node.uniqueId, node);
    }
  }
  errors.push(...own);
  return [...nodes.values()];
}

/** dbt-duckdb's place of a source outside of the database; undefined where there is none, or where it cannot be read. */
function readLocation(
  fields: Readonly<Record<string, unknown>>,
  place: SourcePlace | undefined,
  errors: TsdbtError[],
): string | undefined {
  const given = text(fields.external_location);
  if (given === undefined) return undefined;
  try {
    return externalLocation(given, fields, { formatter: text(fields.formatter), place });
  } catch (thrown) {
    if (!(thrown instanceof ProjectError)) throw thrown;
    errors.push(thrown);
    return undefined;
  }
}

/** The nearest freshness that YAML gives; null says that nothing is asked. */
function freshnessEntry(source: SourceEntry, table: SourceTableEntry): FreshnessEntry | undefined {
  const given = [table.config?.freshness, table.freshness, source.config?.freshness, source.freshness];
  return given.find((entry) => entry !== undefined);
}

/** Database and schema of a source as they are written. */
function pick({ database, schema }: Readonly<Record<string, unknown>>) {
  return { database: text(database), schema: text(schema) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
