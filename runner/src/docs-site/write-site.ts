import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_FOLDER } from '../project/package-folder.js';
import { appScript } from './app-script.js';
import type { NodeDetails, SiteIndex } from './site-data.js';

const TEMPLATES = path.join(PACKAGE_FOLDER, 'templates', 'docs');

export interface WriteSiteOptions {
  /** absolute folder of the pages; what it held before is replaced */
  readonly folder: string;
  /** absolute folder for what is kept between calls */
  readonly cacheDir: string;
  /** folders that descriptions refer to, by the path that they have beside the pages */
  readonly assets: ReadonlyMap<string, string>;
  /** absolute path of a file that holds the pages whole; undefined writes none */
  readonly oneFile?: string | undefined;
  /** takes secrets out of every text */
  readonly redact: (text: string) => string;
}

/** Writes the pages beside the old ones and puts them in their place. */
export async function writeSite(
  site: { readonly index: SiteIndex; readonly details: readonly NodeDetails[] },
  options: WriteSiteOptions,
): Promise<void> {
  const { index, details } = site;
  const staging = `${options.folder}.${process.pid}.tmp`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(path.join(staging, 'data'), { recursive: true });
  try {
    const template = readFileSync(path.join(TEMPLATES, 'index.html'), 'utf8');
    const page = template.replaceAll('{{ title }}', () => escapeHtml(index.project.name));
    writeFileSync(path.join(staging, 'index.html'), page);
    copyFileSync(path.join(TEMPLATES, 'style.css'), path.join(staging, 'style.css'));
    writeFileSync(path.join(staging, 'app.js'), await appScript(options.cacheDir));
    const scripts: string[] = [];
    const data = (name: string, text: string): void => {
      writeFileSync(path.join(staging, 'data', name), text);
      if (options.oneFile !== undefined) scripts.push(text);
    };
    data(
      'index.js',
      `const tsdbtDocs = { chunks: new Map() };\ntsdbtDocs.index = ${literal(index, options.redact)};\n`,
    );
    for (let at = 0; at < details.length; at += index.chunkSize) {
      const chunk = at / index.chunkSize;
      const value = literal(details.slice(at, at + index.chunkSize), options.redact);
      data(`nodes-${chunk}.js`, `tsdbtDocs.chunks.set(${chunk}, ${value});\n`);
    }
    if (options.oneFile !== undefined) writeFileSync(options.oneFile, whole(page, staging, scripts));
    for (const [name, folder] of options.assets) cpSync(folder, path.join(staging, name), { recursive: true });
    rmSync(options.folder, { recursive: true, force: true });
    renameSync(staging, options.folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The page with its style and scripts in it. */
function whole(page: string, folder: string, data: readonly string[]): string {
  const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  const script = [...data, read('app.js')].join('\n').replace(/<\/(script)/gi, '<\\/$1');
  return page
    .replace("script-src 'self' file:", "script-src 'unsafe-inline'")
    .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>\n${read('style.css')}</style>`)
    .replace(/<script defer[^>]*><\/script>\n?/g, '')
    .replace('</body>', () => `<script>\n${script}\n</script>\n</body>`);
}

/** A value as a script may hold it: nothing in it ends a script element or a line of old parsers. */
export function literal(value: unknown, redact: (text: string) => string = (text) => text): string {
  const json = JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return String(item);
    return typeof item === 'string' ? redact(item) : item;
  });
  return json.replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
