import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import type { PropertiesDocument } from '../project/properties.js';
import type { UnitTestEntry } from '../project/properties-schema.js';
import { createDbtContext } from '../template/dbt-context.js';
import { internalPackage, type MacroLibrary } from '../template/macros.js';
import type { TemplateProgram } from '../template/parse.js';
import { baseHost } from './base-host.js';
import type { ManifestNode, ModelNode, UnitTestNode } from './nodes.js';
import type { Located } from './property-index.js';

/** Every text of a project and its packages in which a variable can be read. */
export class WrittenNames {
  #texts: readonly string[] | undefined;

  constructor(
    private readonly macros: MacroLibrary,
    private readonly programs: Iterable<TemplateProgram>,
    private readonly nodes: Iterable<ManifestNode>,
    private readonly properties: readonly PropertiesDocument[],
    private readonly projects: readonly Project[],
  ) {}

  /** Whether a name stands between quotes anywhere, as the argument of `var('…')` does. */
  has(name: string): boolean {
    return this.#all().some((text) => text.includes(`'${name}'`) || text.includes(`"${name}"`));
  }

  /** Names that are given to `var` or `env_var`. */
  givenTo(call: 'var' | 'env_var'): Set<string> {
    const pattern = new RegExp(`(?<![\\w])${call}\\s*(?:<[^>]*>)?\\(\\s*['"]([^'"]+)['"]`, 'g');
    return new Set(this.#all().flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]!)));
  }

  #all(): readonly string[] {
    this.#texts ??= [
      ...new Set([
        ...[...this.macros.all()].filter((m) => m.packageName !== internalPackage).map((m) => m.program.source.text),
        ...[...this.programs].map((program) => program.source.text),
        ...[...this.nodes].map((node) => node.source.text),
        ...this.properties.map(({ document }) => document.source.text),
        ...this.projects.map(({ document }) => document.source.text),
      ]),
    ];
    return this.#texts;
  }
}

/** Variables of `--vars` that nothing declares and nothing reads. */
export function unreadVariables({ vars, packages }: Project, written: WrittenNames): TsdbtError[] {
  const declared = new Set([vars, ...packages.map((one) => one.vars)].flatMap((one) => namesIn(one.declared, one.own)));
  return Object.keys(vars.given)
    .filter((name) => !declared.has(name) && !written.has(name))
    .map((name) => {
      const hint = didYouMean(name, new Set([...declared, ...written.givenTo('var')]));
      return new ProjectError(projectCodes.unreadVariable, `--vars gives "${name}", which nothing reads`, { hint });
    });
}

/** Variables by name, those below the names of packages among them. */
function namesIn(...all: readonly Readonly<Record<string, unknown>>[]): string[] {
  return all.flatMap((one) =>
    Object.entries(one).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? [name, ...Object.keys(value)] : [name],
    ),
  );
}

/** What unit tests override and what is not there: dbt takes it and changes nothing. */
export function unknownOverrides(
  project: Project,
  macros: MacroLibrary,
  entries: readonly Located<UnitTestEntry>[],
  written: WrittenNames,
): TsdbtError[] {
  const errors: TsdbtError[] = [];
  const tell = (message: string, place: TsdbtError['place'], name: string, known: Iterable<string>): void => {
    const near = didYouMean(name, new Set(known));
    errors.push(new ProjectError(projectCodes.unknownKey, message, { place, hint: near }));
  };
  let callable: Set<string> | undefined;
  const calls = (): Set<string> => {
    callable ??= new Set([
      ...createDbtContext(baseHost(project, macros)).names(),
      ...[...macros.all()].map((macro) => `${macro.packageName}.${macro.name}`),
    ]);
    return callable;
  };
  const declared = [project, ...project.packages].flatMap((one) => one.vars.names(one.name));
  for (const { entry, document, at } of entries) {
    const { name: test, overrides } = entry;
    const overridePlace = (kind: string, name: string) => document.placeOf([...at, 'overrides', kind, name], 'key');
    for (const name of Object.keys(overrides?.macros ?? {}))
      if (!calls().has(name))
        tell(
          `unit test "${test}" overrides the macro "${name}", which is not there`,
          overridePlace('macros', name),
          name,
          calls(),
        );
    for (const name of Object.keys(overrides?.vars ?? {}))
      if (!declared.includes(name) && !written.has(name))
        tell(
          `unit test "${test}" overrides the variable "${name}", which nothing reads`,
          overridePlace('vars', name),
          name,
          [...declared, ...written.givenTo('var')],
        );
    for (const name of Object.keys(overrides?.env_vars ?? {}))
      if (!written.has(name))
        tell(
          `unit test "${test}" overrides the environment variable "${name}", which nothing reads`,
          overridePlace('env_vars', name),
          name,
          written.givenTo('env_var'),
        );
  }
  return errors;
}

/** Columns of rows that a table with a contract does not have; of other tables the engine knows when the test runs. */
export function unknownColumns(tests: readonly UnitTestNode[], models: readonly ModelNode[]): TsdbtError[] {
  const errors: TsdbtError[] = [];
  const byId = new Map(models.map((node) => [node.uniqueId, node]));
  for (const test of tests) {
    const all = [...test.given.map((one) => [one.node, one.rows] as const), [test.dependsOn[0]!, test.expect] as const];
    for (const [id, rows] of all) {
      const node = byId.get(id);
      if (rows === undefined || rows.format === 'sql' || node?.config.contract.enforced !== true) continue;
      const known = [...node.columns.keys()];
      const lower = new Set(known.map((name) => name.toLowerCase()));
      const told = new Set<string>();
      for (const [i, row] of rows.rows.entries())
        for (const column of Object.keys(row)) {
          if (lower.has(column.toLowerCase()) || told.has(column)) continue;
          told.add(column);
          errors.push(
            new ProjectError(projectCodes.unknownKey, `${node.name} has no column "${column}"`, {
              place: rows.place(i, column),
              hint: didYouMean(column, known) ?? `its columns are ${known.join(', ')}`,
            }),
          );
        }
    }
  }
  return errors;
}
