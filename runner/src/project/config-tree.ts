import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { type ConfigKind, configSchemas, mappingConfigs } from './config-schema.js';
import { labelOf, validate } from './validate.js';
import type { YamlDocument, YamlPath } from './yaml-document.js';

export type ConfigValues = Readonly<Record<string, unknown>>;

interface TreeNode {
  readonly at: YamlPath;
  readonly config: ConfigValues;
  readonly folders: Map<string, TreeNode>;
}

/** Config by folder, as it stands in project.yml: `models: { my_project: { gold: { +tags: x } } }`. */
export class ConfigTree {
  readonly #used = new Set<TreeNode>();
  /** made when it is first asked for */
  readonly #written = new Map<TreeNode, ConfigValues>();

  private constructor(
    readonly kind: ConfigKind,
    private readonly root: TreeNode,
    private readonly document: YamlDocument,
    private readonly beginsWithPackage: boolean,
  ) {}

  /**
   * Reads a tree; errors (unknown keys, wrong values) are pushed to `errors`.
   *
   * @param warnings given in a dbt project: unknown keys are told here, and the tree names packages first, always
   */
  static read(
    kind: ConfigKind,
    value: unknown,
    document: YamlDocument,
    at: YamlPath,
    errors: ProjectError[],
    warnings?: TsdbtError[],
  ): ConfigTree {
    const root = readNode(kind, value ?? {}, document, at, errors, warnings);
    return new ConfigTree(kind, root, document, warnings !== undefined);
  }

  /**
   * Configs that apply to a node, the outermost first.
   *
   * @param fqn `[package, ...folders, name]`; the tree may name the package first or begin with the folders
   */
  configsFor(fqn: readonly string[]): readonly ConfigValues[] {
    return this.#nodesFor(fqn).map((node) => node.config);
  }

  /** The same configs as they are written, templates and all. */
  writtenFor(fqn: readonly string[]): readonly ConfigValues[] {
    return this.#nodesFor(fqn).map((node) => {
      let written = this.#written.get(node);
      if (written === undefined) {
        written = Object.fromEntries(
          Object.entries(this.document.recordAt(node.at))
            .map(([key, value]) => [key.startsWith('+') ? key.slice(1) : key, value] as const)
            .filter(([key]) => Object.hasOwn(node.config, key)),
        );
        this.#written.set(node, written);
      }
      return written;
    });
  }

  /** Where the nearest value of a key for a node stands. */
  placeOf(fqn: readonly string[], key: string): SourcePlace | undefined {
    const node = this.#nodesFor(fqn).findLast(({ config }) => Object.hasOwn(config, key));
    if (node === undefined) return undefined;
    const written = [`+${key}`, key].find((one) => one in this.document.recordAt(node.at)) ?? key;
    return this.document.placeOf([...node.at, written]);
  }

  #nodesFor(fqn: readonly string[]): readonly TreeNode[] {
    const found = [this.root];
    if (!this.beginsWithPackage) this.#walk(fqn.slice(1), found);
    this.#walk(fqn, found);
    return found.filter((node) => Object.keys(node.config).length > 0);
  }

  #walk(steps: readonly string[], found: TreeNode[]): void {
    let node = this.root;
    for (const step of steps) {
      const next = node.folders.get(step);
      if (next === undefined) return;
      this.#used.add(next);
      found.push(next);
      node = next;
    }
  }

  /** Paths that none of the nodes asked for so far lies under; they have no effect. */
  unused(): ProjectError[] {
    const warnings: ProjectError[] = [];
    const visit = (node: TreeNode): void => {
      for (const [name, child] of node.folders) {
        if (this.#used.has(child)) visit(child);
        else {
          warnings.push(
            new ProjectError(
              projectCodes.unusedConfigPath,
              `${labelOf(child.at)} applies to nothing: no file lies there`,
              {
                place: this.document.placeOf(child.at, 'key'),
                hint: didYouMean(
                  name,
                  [...node.folders].filter(([, c]) => this.#used.has(c)).map(([n]) => n),
                ),
              },
            ),
          );
        }
      }
    };
    visit(this.root);
    return warnings;
  }
}

function readNode(
  kind: ConfigKind,
  value: unknown,
  document: YamlDocument,
  at: YamlPath,
  errors: ProjectError[],
  warnings: TsdbtError[] | undefined,
): TreeNode {
  const folders = new Map<string, TreeNode>();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.push(
      new ProjectError(projectCodes.wrongValue, `${labelOf(at)} must be a mapping of config and folders`, {
        place: document.placeOf(at),
      }),
    );
    return { at, config: {}, folders };
  }
  const known = Object.keys(configSchemas[kind].shape);
  const given: Record<string, unknown> = {};
  const written = new Map<string, string>();
  for (const [key, entry] of Object.entries(value)) {
    const plain = key.startsWith('+') ? key.slice(1) : key;
    const isMapping = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
    const isConfig = key.startsWith('+') || (known.includes(key) && (!isMapping || mappingConfigs.has(key)));
    if (isConfig) {
      given[plain] = entry;
      written.set(plain, key);
    } else if (isMapping) folders.set(key, readNode(kind, entry, document, [...at, key], errors, warnings));
    else if (entry !== null && warnings !== undefined) {
      warnings.push(notAFolder(key, known, document, [...at, key]));
      given[plain] = entry;
    } else if (entry !== null) errors.push(notAFolder(key, known, document, [...at, key]));
  }
  const finder = {
    placeOf: (path: YamlPath, part?: 'key' | 'value') =>
      document.placeOf(
        [
          ...path.slice(0, at.length),
          ...path.slice(at.length).map((s, i) => (i === 0 ? (written.get(String(s)) ?? s) : s)),
        ],
        part,
      ),
  };
  const config = validate(configSchemas[kind], given, finder, errors, {
    at,
    unknownKeyCode: projectCodes.unknownConfig,
    warnings,
  });
  return { at, config: (config ?? {}) as ConfigValues, folders };
}

function notAFolder(key: string, known: readonly string[], document: YamlDocument, at: YamlPath): ProjectError {
  return new ProjectError(projectCodes.unknownConfig, `unknown config "${key}"`, {
    place: document.placeOf(at, 'key'),
    hint: didYouMean(key, known) ?? 'a folder holds a mapping; values of your own belong under +meta',
  });
}
