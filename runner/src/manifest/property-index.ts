import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { FoundFile } from '../project/find-files.js';
import type { PropertiesDocument } from '../project/properties.js';
import type {
  AnalysisEntry,
  ExposureEntry,
  FunctionEntry,
  GroupEntry,
  MacroEntry,
  ModelEntry,
  SeedEntry,
  SingularTestEntry,
  SnapshotEntry,
  SourceEntry,
  UnitTestEntry,
} from '../project/properties-schema.js';
import type { SavedQueryEntry, SemanticModelEntry, TopMetricEntry } from '../project/semantic-schema.js';
import type { YamlDocument, YamlPath } from '../project/yaml-document.js';

/** An entry of a YAML file and where it stands. */
export interface Located<T> {
  readonly entry: T;
  readonly document: YamlDocument;
  readonly file: FoundFile;
  readonly at: YamlPath;
  /** place of its name */
  readonly place: SourcePlace;
}

/** Entries by name that a resource can take once. */
export class EntryTable<T extends { readonly name: string }> {
  readonly #entries = new Map<string, Located<T>>();
  /** entries of other packages for resources of this one */
  readonly #adopted = new Map<string, Located<T>>();
  readonly #taken = new Set<string>();

  constructor(readonly kind: string) {}

  add(located: Located<T>, errors: TsdbtError[]): void {
    this.#addTo(this.#entries, located, errors);
  }

  /** Takes the entry of another package for a resource of this one. */
  adopt(located: Located<T>, errors: TsdbtError[]): void {
    this.#addTo(this.#adopted, located, errors);
  }

  #addTo(entries: Map<string, Located<T>>, located: Located<T>, errors: TsdbtError[]): void {
    const { name } = located.entry;
    const earlier = this.#entries.get(name) ?? this.#adopted.get(name);
    if (earlier !== undefined) {
      errors.push(
        new ProjectError(projectCodes.duplicateEntry, `the ${this.kind} "${name}" has two entries`, {
          place: located.place,
          via: [{ label: 'the first', place: earlier.place }],
          hint: 'keep one entry per resource',
        }),
      );
      return;
    }
    entries.set(name, located);
  }

  /** The entry of a resource that exists. */
  take(name: string): Located<T> | undefined {
    this.#taken.add(name);
    return this.#entries.get(name) ?? this.#adopted.get(name);
  }

  /** The package's own entries. */
  values(): Iterable<Located<T>> {
    return this.#entries.values();
  }

  /** Errors for the entries that no resource took. */
  unclaimed(names: Iterable<string>, errors: Pick<TsdbtError[], 'push'>): void {
    const all = [...names];
    for (const [name, located] of this.#entries) {
      if (this.#taken.has(name)) continue;
      errors.push(
        new ProjectError(projectCodes.entryWithoutResource, `there is no ${this.kind} "${name}"`, {
          place: located.place,
          hint: didYouMean(name, all) ?? 'the name is that of the file, without folder and extension',
        }),
      );
    }
  }
}

/** All entries of a project's YAML files, by kind. */
export class PropertyIndex {
  readonly models = new EntryTable<ModelEntry>('model');
  readonly seeds = new EntryTable<SeedEntry>('seed');
  readonly snapshots = new EntryTable<SnapshotEntry>('snapshot');
  readonly tests = new EntryTable<SingularTestEntry>('test');
  readonly macros = new EntryTable<MacroEntry>('macro');
  readonly exposures = new EntryTable<ExposureEntry>('exposure');
  readonly analyses = new EntryTable<AnalysisEntry>('analysis');
  readonly functions = new EntryTable<FunctionEntry>('function');
  readonly semanticModels = new EntryTable<SemanticModelEntry>('semantic model');
  readonly metrics = new EntryTable<TopMetricEntry>('metric');
  readonly savedQueries = new EntryTable<SavedQueryEntry>('saved query');
  readonly groups = new EntryTable<GroupEntry>('group');
  readonly sources: Located<SourceEntry>[] = [];
  readonly unitTests: Located<UnitTestEntry>[] = [];

  constructor(documents: readonly PropertiesDocument[], errors: TsdbtError[]) {
    for (const { document, file, content } of documents) {
      const each = <T extends { readonly name: string }>(
        key: string,
        list: readonly T[] | null | undefined,
      ): Located<T>[] =>
        (list ?? []).map((entry, i) => {
          const at = [key, i];
          return { entry, document, file, at, place: document.placeOf([...at, 'name']) };
        });
      for (const located of each('models', content.models)) this.models.add(located, errors);
      for (const located of each('seeds', content.seeds)) this.seeds.add(located, errors);
      for (const located of each('snapshots', content.snapshots)) this.snapshots.add(located, errors);
      for (const located of each('tests', content.tests)) this.tests.add(located, errors);
      for (const located of each('data_tests', content.data_tests)) this.tests.add(located, errors);
      for (const located of each('macros', content.macros)) this.macros.add(located, errors);
      for (const located of each('exposures', content.exposures)) this.exposures.add(located, errors);
      for (const located of each('groups', content.groups)) this.groups.add(located, errors);
      for (const located of each('analyses', content.analyses)) this.analyses.add(located, errors);
      for (const located of each('functions', content.functions)) this.functions.add(located, errors);
      for (const located of each('semantic_models', content.semantic_models)) this.semanticModels.add(located, errors);
      for (const located of each('metrics', content.metrics)) this.metrics.add(located, errors);
      for (const located of each('saved_queries', content.saved_queries)) this.savedQueries.add(located, errors);
      this.sources.push(...each('sources', content.sources));
      this.unitTests.push(...each('unit_tests', content.unit_tests));
    }
  }
}

const BESIDE = ['tags', 'meta', 'docs', 'access', 'group'] as const;

/** A config layer from what stands beside `config:` in an entry, joined with it. */
export function entryLayer(entry: {
  readonly config?: unknown;
  readonly tags?: string | string[] | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  readonly docs?: unknown;
  readonly access?: string | undefined;
  readonly group?: string | undefined;
}): Record<string, unknown>[] {
  const beside: Record<string, unknown> = {};
  for (const key of BESIDE) if (entry[key] !== undefined) beside[key] = entry[key];
  return [beside, (entry.config ?? {}) as Record<string, unknown>];
}
