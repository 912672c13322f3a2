import { didYouMean } from '../errors/suggest.js';
import { chain } from './chain.js';
import { toArray } from './containers.js';
import { evaluate, located } from './evaluate.js';
import { executeAll, type Flow } from './execute.js';
import { OperationFailure, templateCodes, typeFailure } from './failure.js';
import { Frame } from './frame.js';
import type { Expression, FromImportNode, ImportNode, IncludeNode } from './nodes.js';
import { Output } from './output.js';
import type { TemplateProgram } from './parse.js';
import { type MaybePromise, plain, TemplateObject, type TemplateValue, typeName, Undefined } from './values.js';

/** The names that an imported template defines at its top. */
class ModuleValue extends TemplateObject {
  readonly typeName = 'template module';
  constructor(
    readonly path: string,
    readonly values: ReadonlyMap<string, TemplateValue>,
    readonly printed: TemplateValue,
  ) {
    super();
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return this.values.get(name);
  }
  override attributeNames(): Iterable<string> {
    return this.values.keys();
  }
  toText(): string {
    return String(plain(this.printed));
  }
}

/** `{% import … as x %}`, `{% from … import a, b as c %}`. */
export function executeImport(node: ImportNode | FromImportNode, frame: Frame): MaybePromise<Flow> {
  return chain(load(node.template, frame), (program) => {
    if (program === undefined) throw located(missing(node.template), node.template, frame);
    return chain(runModule(program, frame, node.withContext), (module) => {
      if (node.kind === 'import') frame.set(node.name, module);
      else
        for (const { name, alias } of node.names)
          frame.set(
            alias,
            module.values.get(name) ??
              new Undefined(`${module.path} does not define "${name}"`, () => module.values.keys(), name),
          );
      return 'next';
    });
  });
}

/** `{% include … %}`. */
export function executeInclude(node: IncludeNode, frame: Frame, out: Output): MaybePromise<Flow> {
  return chain(load(node.template, frame), (program) => {
    if (program === undefined) {
      if (node.ignoreMissing) return 'next';
      throw located(missing(node.template), node.template, frame);
    }
    return chain(runModule(program, frame, node.withContext), (module) => {
      out.print(node, module.printed);
      return 'next';
    });
  });
}

function missing(template: Expression): OperationFailure {
  const name = template.kind === 'literal' ? ` "${String(template.value)}"` : '';
  return new OperationFailure(
    templateCodes.unknownTemplate,
    `there is no template${name} to import`,
    didYouMean(name, []) ?? 'macros of macros/ are in scope without an import',
  );
}

function load(template: Expression, frame: Frame): MaybePromise<TemplateProgram | undefined> {
  return chain(evaluate(template, frame), (given) => {
    const names = Array.isArray(given) || typeName(given) === 'tuple' ? toArray(given) : [given];
    for (const item of names) {
      const name = plain(item);
      if (typeof name !== 'string') throw located(typeFailure('the name of a template is a string'), template, frame);
      const program = frame.activation.scope.loadTemplate?.(name);
      if (program !== undefined) return program;
    }
    return undefined;
  });
}

function runModule(program: TemplateProgram, frame: Frame, withContext: boolean): MaybePromise<ModuleValue> {
  const { via, scope } = frame.activation;
  if (via.length > 100) throw new OperationFailure(templateCodes.recursion, 'templates include each other without end');
  const label = program.source.path;
  const place = frame.activation.source.place(0, 0);
  const activation = { source: program.source, via: [{ label, place }, ...via], scope };
  const inner = new Frame(activation, withContext ? frame : undefined);
  const out = new Output(program.source, activation.via);
  return chain(
    executeAll(program.statements, inner, out),
    () => new ModuleValue(program.source.path, inner.own(), out.toValue()),
  );
}
