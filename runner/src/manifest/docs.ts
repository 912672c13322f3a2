import { readFileSync } from 'node:fs';
import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { findFiles } from '../project/find-files.js';
import type { Project } from '../project/project.js';

export interface DocBlock {
  readonly name: string;
  readonly text: string;
  readonly place: SourcePlace;
}

/** `{% docs name %}` blocks of a project's Markdown files. */
export class DocBlocks {
  readonly blocks = new Map<string, DocBlock>();
  /** blocks of other packages, in which a name is looked for that is not here */
  readonly others: DocBlocks[] = [];

  #find(name: string): DocBlock | undefined {
    return (
      this.blocks.get(name) ?? this.others.map((docs) => docs.blocks.get(name)).find((block) => block !== undefined)
    );
  }

  /** Replaces `{{ doc('x') }}` in a description; an unknown name is an error at `place`. */
  render(description: string, place: SourcePlace, errors: ProjectError[]): string {
    if (!description.includes('{{')) return description;
    return description.replace(docCall, (whole: string, ...groups: unknown[]) => {
      const name = String(groups[2] ?? groups[1])
        .split('.')
        .at(-1)!;
      const block = this.#find(name);
      if (block !== undefined) return block.text;
      errors.push(
        new ProjectError(projectCodes.unknownDoc, `there is no doc block "${name}"`, {
          place,
          hint: didYouMean(name, this.blocks.keys()) ?? `write {% docs ${name} %} … {% enddocs %} into a .md file`,
        }),
      );
      return whole;
    });
  }
}

const docCall = /\{\{-?\s*doc\(\s*(?:(['"])([\w.]+)\1)(?:\s*,\s*(['"])([\w.]+)\3)?\s*\)\s*-?\}\}/g;
const docsBlock = /\{%-?\s*docs\s+([A-Za-z_]\w*)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}/gs;

/** Reads the doc blocks of every .md file below the project's doc paths (all resource paths when there are none). */
export function readDocs(project: Project, errors: ProjectError[]): DocBlocks {
  const docs = new DocBlocks();
  const { paths } = project;
  const roots =
    paths.docs.length > 0
      ? paths.docs
      : [...paths.models, ...paths.seeds, ...paths.snapshots, ...paths.tests, ...paths.macros];
  for (const file of findFiles(project.projectDir, [...new Set(roots)])) {
    if (file.extension !== '.md') continue;
    const source = new SourceText(project.prefix + file.path, readFileSync(file.absolutePath, 'utf8'));
    for (const match of source.text.matchAll(docsBlock)) {
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
      docs.blocks.set(name, { name, text: match[2]!.trim(), place });
    }
  }
  return docs;
}
