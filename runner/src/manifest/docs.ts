import { readFileSync } from 'node:fs';
import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { findProjectFiles } from '../project/find-files.js';
import type { Project } from '../project/project.js';
import { projectScope } from '../project/value-scope.js';

export interface DocBlock {
  readonly name: string;
  readonly text: string;
  readonly place: SourcePlace;
  /** `doc.<package>.<name>` */
  readonly uniqueId: string;
}

/** `{% docs name %}` blocks of a project's Markdown files. */
export class DocBlocks {
  readonly blocks = new Map<string, DocBlock>();
  /** blocks of other packages, in which a name is looked for that is not here */
  readonly others: DocBlocks[] = [];
  /** descriptions with templates, and what came of them */
  readonly #rendered = new Map<string, string>();
  readonly #named = new Map<string, readonly string[]>();

  /** @param project the project or package whose blocks these are */
  constructor(readonly project: Project) {}

  get packageName(): string {
    return this.project.name;
  }

  /** A block of the package that is named; else this package's own, else that of any other. */
  #find(name: string, packageName: string | undefined): DocBlock | undefined {
    const ofThis = packageName === undefined || packageName === this.packageName ? this.blocks.get(name) : undefined;
    if (ofThis !== undefined) return ofThis;
    for (const { packageName: other, blocks } of this.others) {
      const block = packageName === undefined || packageName === other ? blocks.get(name) : undefined;
      if (block !== undefined) return block;
    }
    return undefined;
  }

  /**
   * A description with its doc blocks put in (`{{ doc('x') }}`, `{{ doc('package', 'x') }}`) and its other templates evaluated:
   * variables, environment, target. What a block says is left as it is. Errors are pushed to `errors`, at the place of `placeOf`.
   */
  render(description: string, placeOf: () => SourcePlace, errors: ProjectError[]): string {
    if (!description.includes('{{') && !description.includes('{%')) return description;
    const known = this.#rendered.get(description);
    if (known !== undefined) return known;
    const before = errors.length;
    const rendered = this.#renderTemplate(description.replace(/\n$/, ''), placeOf, errors);
    // many columns say the same; what is wrong is told at each of its places
    if (errors.length === before) this.#rendered.set(description, rendered);
    return rendered;
  }

  /** @param description as templates are read: one line break at the end does not count */
  #renderTemplate(description: string, placeOf: () => SourcePlace, errors: ProjectError[]): string {
    const wrong: ProjectError[] = [];
    const textOf = (...names: string[]): string => {
      const name = names.at(-1)!;
      const block = this.#find(name, names.length > 1 ? names[0] : undefined);
      if (block !== undefined) return block.text;
      const hint = didYouMean(name, this.blocks.keys()) ?? `write {% docs ${name} %} … {% enddocs %} into a .md file`;
      wrong.push(
        new ProjectError(projectCodes.unknownDoc, `there is no doc block "${name}"`, { place: placeOf(), hint }),
      );
      return '';
    };
    // most descriptions are texts and the names of blocks
    const plain = description.replace(docCall, (_whole, _quote, first: string, _other, second?: string) =>
      second === undefined ? textOf(first) : textOf(first, second),
    );
    const rest = description.replace(docCall, '');
    const rendered = rest.includes('{{') || rest.includes('{%') ? undefined : plain;
    if (rendered === undefined) wrong.length = 0;
    const result = rendered ?? this.#evaluate(description, textOf, placeOf, errors);
    errors.push(...wrong);
    return result;
  }

  #evaluate(
    description: string,
    doc: (...names: string[]) => string,
    placeOf: () => SourcePlace,
    errors: ProjectError[],
  ): string {
    const { evaluate } = this.project;
    try {
      // a text around it keeps the value from becoming a number
      return String(evaluate(`${GUARD}${description}`, { ...projectScope(this.project), doc })).slice(GUARD.length);
    } catch (thrown) {
      const [inner] = tsdbtErrorsOf(thrown);
      if (inner === undefined) throw thrown;
      const message = `${inner.message}, in the description`;
      const place = placeOf();
      errors.push(new ProjectError(projectCodes.templatedValue, message, { place, hint: inner.hint, cause: thrown }));
      return description;
    }
  }

  /** Unique ids of the blocks that a description names, in order. */
  idsIn(description: string): readonly string[] {
    if (!description.includes('{{')) return [];
    let ids = this.#named.get(description);
    if (ids === undefined) {
      ids = this.#findIds(description);
      this.#named.set(description, ids);
    }
    return ids;
  }

  #findIds(description: string): readonly string[] {
    const found = [...description.matchAll(docCall)].map(([, , first, , second]) =>
      this.#find(second ?? first!, second === undefined ? undefined : first),
    );
    return [...new Set(found.filter((block) => block !== undefined).map((block) => block.uniqueId))];
  }
}

const GUARD = '·';
const docCall = /\{\{\s*doc\(\s*(?:(['"])([\w.]+)\1)(?:\s*,\s*(['"])([\w.]+)\3)?\s*\)\s*\}\}/g;
const docsBlock = /\{%-?\s*docs\s+([A-Za-z_]\w*)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}/gs;

const opening = /\{%-?\s*docs\s+([A-Za-z_]\w*)\s*-?%\}|\{#.*?#\}/gs;

/** Doc blocks that end nowhere. @param closed offsets of the others */
function openBlocks(source: SourceText, closed: ReadonlySet<number>): ProjectError[] {
  const open = [...source.text.matchAll(opening)].filter(
    ({ index, 1: name }) => name !== undefined && !closed.has(index),
  );
  const inside = (at: number): boolean =>
    [...source.text.matchAll(docsBlock)].some(({ index, 0: text }) => at > index && at < index + text.length);
  return open
    .filter(({ index }) => !inside(index))
    .map(({ index, 0: text, 1: name }) => {
      const place = source.place(index, index + text.length);
      const hint = 'write {% enddocs %} behind its text';
      return new ProjectError('TSD2002', `the doc block "${name}" is never closed`, { place, hint });
    });
}

/** Reads the doc blocks of every .md file below the project's doc paths (all resource paths when there are none). */
export function readDocs(project: Project, errors: ProjectError[]): DocBlocks {
  const docs = new DocBlocks(project);
  const { paths } = project;
  const roots =
    paths.docs.length > 0
      ? paths.docs
      : [
          ...paths.models,
          ...paths.seeds,
          ...paths.snapshots,
          ...paths.tests,
          ...paths.macros,
          ...paths.analyses,
          ...paths.functions,
        ];
  for (const file of findProjectFiles(project, [...new Set(roots)])) {
    if (file.extension !== '.md') continue;
    const source = new SourceText(project.prefix + file.path, readFileSync(file.absolutePath, 'utf8'));
    const closed = new Set<number>();
    for (const match of source.text.matchAll(docsBlock)) {
      closed.add(match.index);
      const name = match[1]!;
      const start = match.index + match[0].indexOf(name, match[0].indexOf('docs') + 4);
      const place = source.place(start, start + name.length);
      const earlier = docs.blocks.get(name);
      if (earlier !== undefined) {
        errors.push(
          new ProjectError(projectCodes.duplicateDoc, `two doc blocks are named "${name}"`, {
            place,
            via: [{ label: 'the other', place: earlier.place }],
          }),
        );
      }
      docs.blocks.set(name, { name, text: match[2]!.trim(), place, uniqueId: `doc.${project.name}.${name}` });
    }
    errors.push(...openBlocks(source, closed));
  }
  return docs;
}
