import type { SourcePlace, SourceText } from '../errors/source-text.js';
import { readPlainYaml } from './plain-yaml.js';
import { readYaml } from './yaml-library.js';
import { placeIn, type YamlNode, type YamlPath } from './yaml-tree.js';

export type { YamlPath } from './yaml-tree.js';

/** A parsed YAML file that knows where in the text each of its keys and values stands. */
export class YamlDocument {
  readonly #root: YamlNode | undefined;
  /** the file as plain JavaScript values; an empty file is `undefined` */
  readonly value: unknown;

  /**
   * @param dialect `dbt`: read as dbt reads it: `yes` and `off` are booleans, `1.0` is a float, the last of equal keys counts
   * @throws TsdbtErrors with every syntax error and duplicate key of the file
   */
  constructor(
    readonly source: SourceText,
    dialect?: 'dbt',
  ) {
    // dbt takes the white space around a file away before it reads it, from the last text in it, too
    const text = dialect === 'dbt' ? source.text.trimEnd() : source.text;
    const { root, value } = readPlainYaml(text, dialect) ?? readYaml(source, dialect, text);
    this.#root = root;
    this.value = value === null ? undefined : value;
  }

  /** The mapping at a path as it is written, templates and all; empty where there is none. */
  recordAt(path: YamlPath): Readonly<Record<string, unknown>> {
    let value: unknown = this.value;
    for (const step of path) value = isRecord(value) ? value[step] : undefined;
    return isRecord(value) && !Array.isArray(value) ? value : {};
  }

  /**
   * The place of the value (or the key) at a path. Where the path leads beyond what the file holds,
   * it is the place of the key of the nearest part that exists.
   */
  placeOf(path: YamlPath, part: 'key' | 'value' = 'value'): SourcePlace {
    return placeIn(this.#root, this.source, path, part);
  }
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
