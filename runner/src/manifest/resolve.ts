import { basename } from 'node:path';
import { formatPlace, type SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { type ErrorDetails, GraphError, type TsdbtError } from '../errors/tsdbt-error.js';
import { behaves } from '../project/behavior-flags.js';
import type { Project } from '../project/project.js';
import { graphCodes } from './codes.js';
import type { FunctionNode } from './function-nodes.js';
import type { FunctionCall, ManifestNode, ModelNode, RefCall, SourceCall, SourceNode } from './nodes.js';

/** A ref to what is not there. */
class UnknownRefError extends GraphError {
  constructor(
    readonly missing: string,
    message: string,
    details: ErrorDetails,
  ) {
    super(graphCodes.unknownRef, message, details);
  }
}

/** The errors without refs to files that are there and could not be read: that is told already. */
export function withoutConsequences(errors: readonly TsdbtError[]): TsdbtError[] {
  const broken = new Set(
    errors.flatMap((error) =>
      error instanceof UnknownRefError || error.place === undefined
        ? []
        : [basename(error.place.source.path).replace(/\.\w+$/, '')],
    ),
  );
  return errors.filter((error) => !(error instanceof UnknownRefError && broken.has(error.missing)));
}

/** Finds what `ref` and `source` mean, and says what is wrong where they mean nothing. */
export class Resolver {
  readonly #models = new Map<string, ModelNode[]>();
  readonly #disabledModels = new Map<string, ManifestNode>();
  readonly #sources = new Map<string, SourceNode>();
  /** sources of which several packages have one of a name, by package */
  readonly #sourcesOf = new Map<string, SourceNode>();
  readonly #disabledSources = new Map<string, SourceNode>();
  readonly #functions = new Map<string, FunctionNode[]>();
  readonly #disabledFunctions = new Map<string, FunctionNode>();

  constructor(
    models: Iterable<ModelNode>,
    sources: Iterable<SourceNode>,
    disabled: Iterable<ManifestNode>,
    readonly project: Pick<Project, 'name' | 'isDbt' | 'flags'>,
    functions: Iterable<FunctionNode> = [],
  ) {
    for (const node of functions) this.#functions.set(node.name, [...(this.#functions.get(node.name) ?? []), node]);
    for (const node of models) this.#models.set(node.name, [...(this.#models.get(node.name) ?? []), node]);
    for (const node of sources) {
      const key = `${node.sourceName}.${node.name}`;
      if (!this.#sources.has(key)) this.#sources.set(key, node);
      this.#sourcesOf.set(`${node.packageName}.${key}`, node);
    }
    for (const node of disabled) {
      if (node.resourceType === 'source') this.#disabledSources.set(`${node.sourceName}.${node.name}`, node);
      else if (node.resourceType === 'function') this.#disabledFunctions.set(node.name, node);
      else if (node.resourceType !== 'test' && node.resourceType !== 'exposure')
        this.#disabledModels.set(node.name, node);
    }
  }

  get modelNames(): Iterable<string> {
    return this.#models.keys();
  }

  /** The node that a ref means. @throws GraphError TSD3001, 3002, 3003, 3007 at the call's place */
  ref(call: RefCall, from: { readonly packageName: string } | undefined, place = call.place): ModelNode {
    const named = (this.#models.get(call.name) ?? []).filter((node) => isVersion(node, call.version));
    const matching = lastOfEach(
      call.package === undefined ? named : named.filter((node) => node.packageName === call.package),
    );
    if (matching.length === 1) return matching[0]!;
    for (const packageName of this.#packages(from)) {
      const found = matching.find((node) => node.packageName === packageName);
      if (found !== undefined) return found;
    }
    if (matching.length > 1) {
      throw new GraphError(
        graphCodes.ambiguousRef,
        `ref("${call.name}") means ${matching.map((n) => n.uniqueId).join(' or ')}`,
        { place, hint: `name the package: ref("${matching[0]!.packageName}", "${call.name}")` },
      );
    }
    throw this.#unknownRef(call, place);
  }

  /** Packages in which a name is looked for before all others. */
  #packages(from: { readonly packageName: string } | undefined): readonly (string | undefined)[] {
    const { name } = this.project;
    // as dbt does it
    const rootFirst = this.project.isDbt && !behaves(this.project, 'require_ref_searches_node_package_before_root');
    return rootFirst ? [name, from?.packageName] : [from?.packageName, name];
  }

  #unknownRef(call: RefCall, place: SourcePlace | undefined): GraphError {
    const disabled = this.#disabledModels.get(call.name);
    if (disabled !== undefined) {
      return new GraphError(
        graphCodes.disabledRef,
        `ref("${call.name}") means a ${disabled.resourceType} that is disabled`,
        {
          place,
          hint: `set enabled to true for ${disabled.path}, or leave the ref out where it is disabled`,
        },
      );
    }
    const source = [...this.#sources.values()].find(
      (node) => node.name === call.name || `${node.sourceName}.${node.name}` === call.name,
    );
    if (source !== undefined) {
      return new GraphError(graphCodes.refToSource, `"${call.name}" is a table of a source, not a model`, {
        place,
        hint: `write source("${source.sourceName}", "${source.name}")`,
      });
    }
    const shown = call.package === undefined ? `ref("${call.name}")` : `ref("${call.package}", "${call.name}")`;
    return new UnknownRefError(call.name, `${shown}: there is no model, seed or snapshot of this name`, {
      place,
      hint: didYouMean(call.name, this.#models.keys()) ?? 'the name is that of the file, without folder and extension',
    });
  }

  /** The function that a call means. @throws GraphError TSD3019 at the call's place */
  function(
    call: FunctionCall,
    from: { readonly packageName: string } | undefined,
    place: SourcePlace | undefined = call.place,
  ): FunctionNode {
    const named = this.#functions.get(call.name) ?? [];
    const matching = call.package === undefined ? named : named.filter((node) => node.packageName === call.package);
    for (const packageName of this.#packages(from)) {
      const found = matching.find((node) => node.packageName === packageName);
      if (found !== undefined) return found;
    }
    if (matching.length > 0) return matching[0]!;
    const shown = call.package === undefined ? `"${call.name}"` : `"${call.package}.${call.name}"`;
    const disabled = this.#disabledFunctions.get(call.name);
    if (disabled !== undefined)
      throw new GraphError(graphCodes.unknownFunction, `the function ${shown} is disabled`, {
        place,
        hint: `set enabled to true for ${disabled.path}`,
      });
    throw new GraphError(graphCodes.unknownFunction, `there is no function ${shown}`, {
      place,
      hint: didYouMean(call.name, this.#functions.keys()) ?? 'functions are files of the folder functions/',
    });
  }

  /** The source table that a call means. @throws GraphError TSD3006, 3008 at the call's place */
  source(call: SourceCall, from?: { readonly packageName: string }, place = call.place): SourceNode {
    const key = `${call.source}.${call.table}`;
    const [first, second] = this.#packages(from).map((name) => this.#sourcesOf.get(`${name}.${key}`));
    const found = first ?? second ?? this.#sources.get(key);
    if (found !== undefined) return found;
    const disabled = this.#disabledSources.get(key);
    if (disabled !== undefined) {
      throw new GraphError(graphCodes.disabledSource, `the source "${key}" is disabled`, {
        place,
        hint: `set enabled to true in ${disabled.path}`,
      });
    }
    const keys = [...this.#sources.keys()];
    const ofSource = keys.filter((k) => k.startsWith(`${call.source}.`));
    const model = this.#models.get(call.table)?.[0];
    const hint =
      ofSource.length > 0
        ? (didYouMean(
            call.table,
            ofSource.map((k) => k.slice(call.source.length + 1)),
          ) ?? `tables of "${call.source}": ${ofSource.map((k) => k.slice(call.source.length + 1)).join(', ')}`)
        : (didYouMean(call.source, new Set([...this.#sources.values()].map((n) => n.sourceName))) ??
          (model === undefined
            ? 'declare it under sources: in a .yml file below models/'
            : `${model.name} is a model: write ref("${model.name}")`));
    throw new GraphError(graphCodes.unknownSource, `there is no source "${key}"`, { place, hint });
  }
}

/** As in dbt, a snapshot goes before a model of its name in the same package, and a seed before both. */
const PRECEDENCE: readonly ModelNode['resourceType'][] = ['model', 'snapshot', 'seed'];

function lastOfEach(nodes: readonly ModelNode[]): readonly ModelNode[] {
  if (nodes.length < 2) return nodes;
  const found = new Map<string, ModelNode>();
  for (const node of nodes) {
    const earlier = found.get(node.packageName);
    const goesFirst =
      earlier === undefined || PRECEDENCE.indexOf(node.resourceType) > PRECEDENCE.indexOf(earlier.resourceType);
    if (goesFirst) found.set(node.packageName, node);
  }
  return [...found.values()];
}

/** Whether a node is the version that a ref names: the latest where it names none. */
function isVersion(node: ModelNode, wanted: string | number | undefined): boolean {
  if (node.version === undefined) return true;
  return String(node.version) === String(wanted ?? node.latestVersion);
}

/** `a → b → a`, with the place of each read. */
export function cycleError(cycle: readonly string[], nodeOf: (id: string) => ManifestNode): GraphError {
  const nodes = cycle.map(nodeOf);
  const names = [...nodes, nodes[0]!].map((node) => node.name);
  // each node is read by the next one
  const reads = nodes.map((node, i) => {
    const reader = nodes[(i + 1) % nodes.length]!;
    return { node, reader, place: placeOfRead(reader, node) };
  });
  const detail = reads
    .map(
      ({ node, reader, place }) =>
        `  ${reader.name} reads ${node.name}${place === undefined ? '' : ` at ${formatPlace(place)}`}`,
    )
    .join('\n');
  return new GraphError(graphCodes.cycle, `models need each other: ${names.join(' → ')}`, {
    place: reads[0]?.place ?? nodes[0]!.source.place(0),
    detail,
    hint: 'take one of these refs out',
  });
}

function placeOfRead(reader: ManifestNode, read: ManifestNode): SourcePlace | undefined {
  if (!('refs' in reader)) return undefined;
  return reader.refs.find((call) => call.name === read.name)?.place;
}
