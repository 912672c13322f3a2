import { Relation } from '../engines/relation.js';
import type { SourcePlace } from '../errors/source-text.js';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, TemplateError, TsdbtError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { type ConfigKind, configSchemas } from '../project/config-schema.js';
import type { Project } from '../project/project.js';
import { validate } from '../project/validate.js';
import type { YamlPath } from '../project/yaml-document.js';
import type { ContextHost } from '../template/context/context-host.js';
import { graphKeys } from '../template/context/known-keys.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import { templateCodes } from '../template/failure.js';
import type { LibraryMacro } from '../template/macros.js';
import { parseTemplate, type TemplateProgram } from '../template/parse.js';
import { evaluateNative, renderTemplate } from '../template/render.js';
import type { CallSite } from '../template/values.js';
import { baseHost, unknownName } from './base-host.js';
import { configForTemplates } from './config-for-templates.js';
import { type ConfigLayer, hookList, mergeLayers, toNodeConfig, twoSpellings } from './merge-config.js';
import type { FunctionCall, ModelNode, RefCall, SourceCall, SourceNode } from './nodes.js';
import type { ParseState, TemplateFacts } from './parse-state.js';
import { isTemplateText, mapTexts, toTemplateText } from './test-arguments.js';
import { writtenConfigCall } from './written-call.js';

/** What is known of a node before its template is rendered. */
export interface NodeStub {
  readonly uniqueId: string;
  readonly resourceType: string;
  readonly packageName: string;
  readonly name: string;
  readonly fqn: readonly string[];
  readonly path: string;
}

/**
 * Renders a template without an engine and records what it asks for.
 *
 * @param outer config from project.yml and YAML, which `config.get` sees
 * @param last config of the root project for a package's node, which goes before the file's own
 * @throws TemplateError, TsdbtErrors for wrong `config(…)` calls
 */
export function parseFacts(
  state: ParseState,
  program: TemplateProgram,
  stub: NodeStub,
  kind: ConfigKind,
  outer: readonly ConfigLayer[],
  last: readonly ConfigLayer[] = [],
): TemplateFacts {
  const recorder = new Recorder(state, stub, kind, outer, last, program.source.text);
  settled(renderTemplate(program, createDbtContext(recorder.host()), { isMuted: true }));
  const hooks = recorder.hooks().map((sql, i) => parseTemplate(new SourceText(`${stub.path} (hook ${i + 1})`, sql)));
  for (const hook of hooks) hookFacts(hook, recorder);
  return recorder.finish(program);
}

/**
 * A hook's refs are the node's, and a macro that it calls has to be there. What else goes wrong in it without an engine may
 * go well with one: it is left to the run.
 */
function hookFacts(hook: TemplateProgram, recorder: Recorder): void {
  try {
    settled(renderTemplate(hook, createDbtContext(recorder.host()), { isMuted: true }));
  } catch (thrown) {
    if (thrown instanceof TemplateError && thrown.code === templateCodes.unknownMacro) throw thrown;
    if (!(thrown instanceof TsdbtError)) throw thrown;
  }
}

/** What the macro of a generic test asks for itself, besides its arguments. */
export function testMacroFacts(
  state: ParseState,
  macro: LibraryMacro,
  stub: NodeStub,
  tested: ModelNode | SourceNode,
  kwargs: Readonly<Record<string, unknown>>,
): TemplateFacts {
  const recorder = new Recorder(state, stub, 'tests', []);
  const scope = createDbtContext(recorder.host());
  const given = mapTexts(kwargs, (text) =>
    isTemplateText(text) ? settled(evaluateNative(toTemplateText(text), scope)) : text,
  );
  const model = new Relation(tested.schema, 'alias' in tested ? tested.alias : tested.identifier);
  const program = parseTemplate(new SourceText(stub.path, `{{ ${macro.packageName}.${macro.name}(**given) }}`));
  const variables = new Map([['given', toTemplateValue({ ...(given as object), model })]]);
  settled(renderTemplate(program, scope, { variables, isMuted: true }));
  return recorder.finish();
}

/** refs and sources in the arguments of a generic test, each at its argument's place. */
export function argumentFacts(
  state: ParseState,
  args: Readonly<Record<string, unknown>>,
  placeOf: (argument: string) => SourcePlace,
): { refs: RefCall[]; sources: SourceCall[] } {
  const refs: RefCall[] = [];
  const sources: SourceCall[] = [];
  for (const [name, value] of Object.entries(args)) {
    mapTexts(value, (text) => {
      if (!isTemplateText(text)) return text;
      const host: ContextHost = {
        ...baseHost(state.project, state.macros),
        ref: (call) => {
          refs.push({
            kind: 'ref',
            package: call.package,
            name: call.name,
            version: call.version,
            place: placeOf(name),
          });
          return placeholder(state.project, call.name);
        },
        source: (call) => {
          sources.push({ kind: 'source', source: call.source, table: call.table, place: placeOf(name) });
          return placeholder(state.project, call.table);
        },
      };
      try {
        settled(evaluateNative(toTemplateText(text), createDbtContext(host)));
      } catch (thrown) {
        throw atPlace(thrown, placeOf(name));
      }
      return text;
    });
  }
  return { refs, sources };
}

/** An error inside of a text of YAML is one of the YAML file. */
function atPlace(thrown: unknown, place: SourcePlace): unknown {
  const error = thrown as TsdbtError;
  if (!(thrown instanceof Error) || !('code' in thrown)) return thrown;
  return new ProjectError(projectCodes.templatedValue, error.message, { place, hint: error.hint, cause: thrown });
}

class Recorder {
  readonly #refs: RefCall[] = [];
  readonly #sources: SourceCall[] = [];
  readonly #functions: FunctionCall[] = [];
  readonly #config: ConfigLayer[] = [];
  readonly #macros = new Set<string>();
  readonly #called = new Set<string>();
  readonly #errors: ProjectError[] = [];

  constructor(
    readonly state: ParseState,
    readonly stub: NodeStub,
    readonly kind: ConfigKind,
    readonly outer: readonly ConfigLayer[],
    readonly last: readonly ConfigLayer[] = [],
    /** the template's text */
    readonly raw: string | undefined = undefined,
  ) {}

  host(): ContextHost {
    const { project, macros } = this.state;
    const { stub } = this;
    // a copy for each template of what all have alike would take longer than rendering it
    const host = Object.create(baseHost(project, macros)) as ContextHost;
    return Object.assign(host, {
      missingVarsAreNone: project.isDbt,
      ref: (call) => {
        this.#refs.push({
          kind: 'ref',
          package: call.package,
          name: call.name,
          version: call.version,
          place: call.site.place,
        });
        return placeholder(project, call.name);
      },
      source: (call) => {
        this.#sources.push({ kind: 'source', source: call.source, table: call.table, place: call.site.place });
        return placeholder(project, call.table);
      },
      function: ({ package: packageName, name, site }) => {
        this.#functions.push({ kind: 'function', package: packageName, name, place: site.place });
        return placeholder(project, name);
      },
      setConfig: (values, site) => this.#setConfig(values, site),
      // packages rely on dbt's answer before anything runs: an empty text
      getConfig: (name) => (project.isDbt ? '' : mergeLayers([...this.outer, ...this.#config, ...this.last])[name]),
      thisRelation: placeholder(project, stub.name),
      model: () => ({
        unique_id: stub.uniqueId,
        resource_type: stub.resourceType,
        package_name: stub.packageName,
        name: stub.name,
        alias: stub.name,
        schema: project.target.schema,
        fqn: stub.fqn,
        path: stub.path.split('/').slice(1).join('/'),
        original_file_path: stub.path,
        ...this.#early(),
      }),
      isIncremental: () => false,
      graph: () => emptyGraph(),
      usesMacro: (macro) => this.#macros.add(macro.uniqueId),
      callsMacro: (macro) => this.#called.add(macro.uniqueId),
      unknownName: (value, site) => unknownName(project, value, site, [], this.state.errors),
    } satisfies Partial<ContextHost>);
  }

  /** What else is known of a node before its template is rendered: the config around it, nothing of its YAML. */
  #early(): Record<string, unknown> {
    const config = toNodeConfig(mergeLayers([...this.outer, ...this.last]), this.kind);
    return {
      config: configForTemplates(config),
      tags: [...config.tags],
      meta: { ...config.meta },
      description: '',
      columns: {},
      depends_on: { nodes: [], macros: [] },
      refs: [],
      sources: [],
      language: 'sql',
      database: this.state.project.target.database ?? null,
      ...(this.raw === undefined ? {} : { raw_code: this.raw }),
    };
  }

  #setConfig(values: Readonly<Record<string, unknown>>, site: CallSite): void {
    const twice = twoSpellings(values);
    if (twice !== undefined) {
      const [written, key] = twice;
      throw new TemplateError(templateCodes.arguments, `config() is given both "${key}" and "${written}"`, {
        place: placeOfKeyword(site.place, written),
        hint: 'they mean the same: keep one of them',
      });
    }
    const finder = { placeOf: (at: YamlPath) => placeOfKeyword(site.place, String(at[0] ?? '')) };
    const checked = validate(configSchemas[this.kind], values, finder, this.#errors, {
      unknownKeyCode: projectCodes.unknownConfig,
      warnings: this.state.project.unknownKeys,
    });
    if (checked !== undefined) this.#config.push(checked as ConfigLayer);
  }

  /** Hooks that are templates. */
  hooks(): readonly string[] {
    const { pre_hook, post_hook } = mergeLayers([...this.outer, ...this.#config, ...this.last]);
    return [...hookList(pre_hook), ...hookList(post_hook)].filter(isTemplateText);
  }

  /**
   * @param whole the template that was rendered, where it is a file's
   * @throws TsdbtErrors when a config() call was wrong
   */
  finish(whole?: TemplateProgram): TemplateFacts {
    if (this.#errors.length > 0) throw new TsdbtErrors(this.#errors);
    return {
      refs: this.#refs,
      sources: this.#sources,
      functions: this.#functions,
      config: this.#config,
      macros: [...this.#macros],
      directMacros: [...this.#called],
      configCall: whole === undefined || this.#config.length === 0 ? {} : writtenConfigCall(whole),
    };
  }
}

/** Before all is read, `graph` has nothing in it. A new one each time: templates write into it. */
function emptyGraph(): Record<string, unknown> {
  return Object.fromEntries(graphKeys.map((key) => [key, {}]));
}

function placeholder(project: Project, name: string): Relation {
  return new Relation(project.target.schema, name, project.target.database);
}

/** Where `key=` stands in a call; the call itself where it does not (`**config`). */
function placeOfKeyword(call: SourcePlace, key: string): SourcePlace {
  const text = call.source.text.slice(call.start, call.end);
  const match = key === '' ? null : new RegExp(`(?<![\\w$])['"]?${key}['"]?\\s*[=:]`).exec(text);
  if (match === null) return call;
  const start = call.start + match.index + match[0].indexOf(key);
  return call.source.place(start, start + key.length);
}

/** Nothing waits while a project is parsed: there is no engine to wait for. */
export function settled<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('a template waited for something while it was parsed');
  return value;
}
