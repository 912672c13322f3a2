import { join, resolve } from 'node:path';
import { Relation } from '../engines/relation.js';
import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from '../manifest/codes.js';
import type { Project } from '../project/project.js';
import type { DeferredRelation } from '../run/run-types.js';
import { readArtifact } from './read-artifact.js';
import { WAREHOUSE } from './write-artifact.js';

/** A node, source, exposure or macro as a manifest.json has it. */
export type StateEntry = Readonly<Record<string, unknown>>;
type Entries = Readonly<Record<string, StateEntry>>;

interface ManifestFile {
  readonly metadata?: { readonly env?: Readonly<Record<string, unknown>> };
  readonly nodes: Entries;
  readonly sources?: Entries;
  readonly exposures?: Entries;
  readonly unit_tests?: Entries;
  readonly metrics?: Entries;
  readonly semantic_models?: Entries;
  readonly saved_queries?: Entries;
  readonly functions?: Entries;
  readonly macros?: Entries;
}

/** A project as it was at an earlier time, by the manifest.json that tsdbt or dbt wrote then. */
export class StateManifest {
  private constructor(private readonly file: ManifestFile) {}

  /**
   * @param folder absolute
   * @throws {GraphError} TSD3025 when there is no manifest, or it cannot be read
   */
  static read(folder: string): StateManifest {
    const file = readArtifact<ManifestFile>(folder, 'manifest.json');
    if (file !== undefined) return new StateManifest(file);
    throw new GraphError(graphCodes.unreadableState, `${join(folder, 'manifest.json')} is not there`, {
      hint: 'a state is a folder with the manifest.json of an earlier run: a copy of its target folder',
    });
  }

  /** A node of any kind; undefined where it was not there. */
  entry(uniqueId: string): StateEntry | undefined {
    const { nodes, sources, exposures, unit_tests, metrics, semantic_models, saved_queries, functions } = this.file;
    const parts = [nodes, sources, exposures, unit_tests, metrics, semantic_models, saved_queries, functions];
    return parts.map((part) => part?.[uniqueId]).find((entry) => entry !== undefined);
  }

  get macros(): Entries {
    return this.file.macros ?? {};
  }

  /** Where a model, seed, snapshot or function was written; undefined for what was not there, or is no relation. */
  relationOf(uniqueId: string, project: Project): DeferredRelation | undefined {
    const entry = this.file.nodes[uniqueId] ?? this.file.functions?.[uniqueId];
    const type = String(entry?.resource_type);
    if (entry === undefined || !['model', 'seed', 'snapshot', 'function'].includes(type)) return undefined;
    const { materialized } = (entry.config ?? {}) as StateEntry;
    if (materialized === 'ephemeral' || typeof entry.schema !== 'string') return undefined;
    const isNative = project.target.storage === 'native';
    const database = isNative ? (text(entry.database) ?? project.target.database) : undefined;
    return {
      relation: new Relation(
        entry.schema,
        text(entry.alias) ?? String(entry.name),
        database,
        type === 'function' ? type : undefined,
      ),
      warehouse: isNative ? undefined : this.#warehouse(project),
    };
  }

  #warehouse({ projectDir, warehouse }: Project): string | undefined {
    const written = text(this.file.metadata?.env?.[WAREHOUSE]);
    const folder = written === undefined ? warehouse : resolve(projectDir, written);
    return folder === warehouse ? undefined : folder;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
