import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { FunctionEntry } from '../project/properties-schema.js';
import type { FunctionArgument, FunctionNode, FunctionReturns } from './function-nodes.js';
import type { ParseState } from './parse-state.js';
import type { Located } from './property-index.js';

/** Languages of functions by their files' extensions. */
export const functionLanguages: Readonly<Record<string, FunctionNode['language']>> = {
  '.sql': 'sql',
  '.py': 'python',
  '.js': 'javascript',
};

/** A function as its file tells of it. */
export type FunctionFile = Omit<FunctionNode, 'args' | 'returns' | 'overloads'>;

/** A function's file with what its YAML entry says of arguments and type. */
export function functionNode({ index, errors }: ParseState, read: FunctionFile): FunctionNode {
  const located = index.functions.take(read.name);
  const entry = located?.entry;
  const node = { ...read, args: argumentsOf(entry?.arguments), returns: returnsOf(entry?.returns), overloads: [] };
  if (node.config.enabled) errors.push(...functionErrors(node, located));
  return node;
}

/** What a function cannot be, in dbt's words (TSD1005). */
function functionErrors(node: FunctionNode, located: Located<FunctionEntry> | undefined): ProjectError[] {
  const errors: ProjectError[] = [];
  if (node.language === 'javascript')
    errors.push(
      new ProjectError(
        projectCodes.wrongValue,
        `Function '${node.name}' uses JavaScript, which is not supported on 'duckdb'`,
        { place: node.source.place(0), hint: 'write the body in SQL' },
      ),
    );
  const first = node.args.findIndex(({ defaultValue }) => isGiven(defaultValue));
  const after = node.args.findIndex(({ defaultValue }, i) => first >= 0 && i > first && !isGiven(defaultValue));
  if (after >= 0)
    errors.push(
      new ProjectError(
        projectCodes.wrongValue,
        `Non-defaulted argument '${node.args[after]!.name}' of function '${node.name}' comes after a defaulted argument. Non-defaulted arguments cannot come after defaulted arguments. `,
        {
          place: located!.document.placeOf([...located!.at, 'arguments', after, 'name']),
          hint: 'put the arguments with a default_value last',
        },
      ),
    );
  return errors;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/**
 * Gives functions the bodies of their overloads, which are no functions of their own then: what an overload reads, the function
 * reads. Errors (TSD1005) go to the state.
 * @returns the functions that are left
 */
export function withOverloads(state: ParseState, functions: readonly FunctionNode[]): FunctionNode[] {
  const byName = new Map(functions.map((node) => [node.name, node]));
  const owners = new Map<string, string>();
  const whole = functions.map((node) => {
    const located = state.index.functions.take(node.name);
    const overloads = (located?.entry.overloads ?? []).flatMap((entry, i) => {
      const { defined_in: name } = entry;
      const body = byName.get(name);
      const owner = owners.get(name);
      const wrong =
        name === node.name
          ? 'is the function itself'
          : body === undefined
            ? 'is no file of the folder of functions'
            : owner !== undefined
              ? `is an overload of "${owner}" already`
              : undefined;
      if (wrong !== undefined || body === undefined) {
        state.errors.push(
          new ProjectError(projectCodes.wrongValue, `"${name}", an overload of the function "${node.name}", ${wrong}`, {
            place: located!.document.placeOf([...located!.at, 'overloads', i, 'defined_in']),
            hint: didYouMean(name, byName.keys()) ?? 'each overload has a file of its own, named without its extension',
          }),
        );
        return [];
      }
      owners.set(name, node.name);
      const { arguments: args, returns, description } = entry;
      return [
        {
          definedIn: name,
          args: argumentsOf(args),
          returns: returnsOf(returns),
          description: description ?? undefined,
          body,
        },
      ];
    });
    return overloads.length === 0 ? node : withBodies(node, overloads);
  });
  return whole.filter((node) => !owners.has(node.name));
}

function withBodies(node: FunctionNode, overloads: FunctionNode['overloads']): FunctionNode {
  const all = [node, ...overloads.map(({ body }) => body)];
  return {
    ...node,
    overloads,
    refs: all.flatMap((one) => one.refs),
    sources: all.flatMap((one) => one.sources),
    functions: all.flatMap((one) => one.functions),
    dependsOnMacros: [...new Set(all.flatMap((one) => one.dependsOnMacros))],
  };
}

function argumentsOf(entries: FunctionEntry['arguments']): FunctionArgument[] {
  return (entries ?? []).map(({ name, data_type, description, default_value }) => ({
    name,
    dataType: data_type,
    description: description ?? undefined,
    defaultValue: default_value,
  }));
}

function returnsOf(entry: FunctionEntry['returns'] | undefined): FunctionReturns | undefined {
  if (entry === undefined) return undefined;
  return { dataType: entry.data_type, description: entry.description ?? undefined };
}
