import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { StorageError } from '../../errors/tsdbt-error.js';
import { missingDataFile } from '../data-file-error.js';
import { LOG_FOLDER } from '../log/file-names.js';
import { OBJECTS } from '../protocol/paths.js';
import type { LogStore, StoredFile } from '../store.js';
import { again, download, type ObjectPlace, statusOf, upload } from './transfer.js';

/** Requests at once. */
const TOGETHER = 16;

/** So often an object is put whose name another request is about to take (409). */
const CONFLICTS = 8;

/**
 * A table in a bucket of S3, or of a store that speaks its protocol and honours `If-None-Match: *` on PUT: commits rest on that.
 * Engines read and write files in a mirror on the local disk: what they write is sent by {@link sync}, what they read is brought by {@link fetch}.
 */
export class S3Store implements LogStore {
  /** the table's mirror */
  readonly location: string;
  readonly #objects: string;
  /** files in the mirror that are in no bucket: paths in it */
  readonly #local = new Set<string>();
  readonly #etags = new Map<string, string | undefined>();
  readonly #fetching = new Map<string, Promise<void>>();

  /**
   * @param bucket that exists
   * @param prefix of the table's keys, without slashes at its ends
   * @param mirror folder on the local disk, absolute
   */
  constructor(
    readonly client: S3Client,
    readonly bucket: string,
    readonly prefix: string,
    mirror: string,
  ) {
    this.#objects = join(mirror, OBJECTS);
    this.location = join(this.#objects, bucket, ...prefix.split('/'));
  }

  async list(folder: string): Promise<string[]> {
    return this.#names(folder, undefined);
  }

  async listFrom(folder: string, first: string): Promise<string[]> {
    // S3 begins after a key: the shortened one comes before the first
    return (await this.#names(folder, first.slice(0, -1))).filter((name) => name >= first);
  }

  async listAll(folder: string): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const page of this.#pages(folder, {}))
      for (const { Key, Size, LastModified } of page.Contents ?? [])
        if (Key !== undefined && !Key.endsWith('/'))
          files.push({
            path: Key.slice(this.prefix.length + 1),
            size: Size ?? 0,
            modified: LastModified?.getTime() ?? Date.now(),
          });
    return files;
  }

  async read(path: string): Promise<string | undefined> {
    const bytes = await this.readBytes(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  async readBytes(path: string): Promise<Uint8Array | undefined> {
    const place = this.#placeOf(path);
    const read = async () => (await this.client.send(new GetObjectCommand(place))).Body!.transformToByteArray();
    return this.#orIfMissing(place, () => again(read));
  }

  async modified(path: string): Promise<number | undefined> {
    const place = this.#placeOf(path);
    const head = await this.#orIfMissing(place, () => this.client.send(new HeadObjectCommand(place)));
    return head?.LastModified?.getTime();
  }

  async putIfAbsent(path: string, text: string): Promise<boolean> {
    const place = this.#placeOf(path);
    for (let attempt = 1; ; attempt++)
      try {
        await this.client.send(new PutObjectCommand({ ...place, Body: text, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        const status = statusOf(error);
        // another such request is under way, and may yet fail
        if (status === 409 && attempt < CONFLICTS) await sleep(Math.random() * Math.min(500, 20 * 2 ** attempt));
        else if (status !== undefined && status < 500 && status !== 412) throw failed(place, error);
        else {
          // the answer to a request that was carried out may be lost: it, or one that the SDK sent again, finds its own object
          const found = await this.read(path).catch(() => undefined);
          if (found !== undefined) return found === text;
          throw uncertain(place, error);
        }
      }
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    const place = this.#placeOf(path);
    await this.#try(place, () => this.client.send(new PutObjectCommand({ ...place, Body: content })));
  }

  async remove(paths: readonly string[]): Promise<void> {
    await someAtOnce(paths, async (path) => {
      const file = join(this.location, path);
      await rm(file, { force: true });
      this.#etags.delete(file);
      if (this.#local.delete(file)) return;
      const place = this.#placeOf(path);
      await this.#orIfMissing(place, () => this.client.send(new DeleteObjectCommand(place)));
    });
  }

  async prepareWrite(path: string): Promise<string> {
    const file = join(this.location, path);
    await mkdir(dirname(file), { recursive: true });
    this.#local.add(file);
    return file;
  }

  async sync(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.#upload(join(this.location, path), this.#placeOf(path));
  }

  async move(from: string, to: string): Promise<void> {
    const [file, source, place] = [join(this.location, from), this.#placeOf(from), this.#placeOf(to)];
    if (this.#local.has(file)) await this.#upload(file, place);
    else {
      const CopySource = `${source.Bucket}/${source.Key.split('/').map(encodeURIComponent).join('/')}`;
      await this.#try(place, () => this.client.send(new CopyObjectCommand({ ...place, CopySource })));
    }
    await this.remove([from]);
  }

  /**
   * Brings files into the mirror. Data files never change and are brought once; files of the log are brought again when they have.
   * One that is in no bucket is left out: whoever reads it says so.
   *
   * @param files paths in the mirror, absolute; of this table or of others, e.g. of one that was cloned
   */
  async fetch(files: Iterable<string>): Promise<void> {
    await someAtOnce([...new Set(files)], (file) => {
      const before = this.#fetching.get(file);
      const now = (before ?? this.#fetch(file)).finally(() => this.#fetching.delete(file));
      this.#fetching.set(file, now);
      return now;
    });
  }

  /** Files of the mirror that a statement names, as string literals. */
  filesIn(sql: string): string[] {
    const begin = `'${this.#objects.replaceAll("'", "''")}${sep}`;
    const files: string[] = [];
    for (let at = sql.indexOf(begin); at !== -1; at = sql.indexOf(begin, at + 1)) {
      const literal = /^(?:[^']|'')*/.exec(sql.slice(at + 1, at + 4096))![0];
      files.push(literal.replaceAll("''", "'"));
    }
    return files;
  }

  /** The error for a file of the mirror which is in no bucket either; undefined for any other file. */
  missing(file: string, cause: unknown): StorageError | undefined {
    if (!file.startsWith(`${this.#objects}${sep}`) || existsSync(file)) return undefined;
    const { Bucket, Key } = this.#placeOfFile(file);
    // of a table that was cloned, only where the file should be is known
    const inside = file.startsWith(`${this.location}${sep}`);
    const table = inside ? this.prefix : Key.slice(0, Math.max(0, Key.lastIndexOf('/')));
    return missingDataFile(`s3://${Bucket}/${table}`, `s3://${Bucket}/${Key}`, cause);
  }

  async #fetch(file: string): Promise<void> {
    if (this.#local.has(file)) return;
    const isLog = file.includes(`${sep}${LOG_FOLDER}${sep}`);
    const present = existsSync(file);
    if (present && !isLog) return;
    const place = this.#placeOfFile(file);
    const known = present ? this.#etags.get(file) : undefined;
    const etag = await this.#orIfMissing(place, () => download(this.client, place, file, known));
    this.#etags.set(file, etag);
  }

  async #upload(file: string, place: ObjectPlace): Promise<void> {
    await this.#try(place, () => upload(this.client, file, place));
    this.#local.delete(file);
  }

  async #names(folder: string, after: string | undefined): Promise<string[]> {
    const start = this.#keyOf(folder).length;
    const names: string[] = [];
    const further = { Delimiter: '/', ...(after ? { StartAfter: `${this.#keyOf(folder)}${after}` } : {}) };
    for await (const page of this.#pages(folder, further))
      for (const { Key } of page.Contents ?? [])
        if (Key !== undefined && Key.length > start) names.push(Key.slice(start));
    return names;
  }

  async *#pages(folder: string, further: { Delimiter?: string; StartAfter?: string }) {
    const place = { Bucket: this.bucket, Key: this.#keyOf(folder) };
    const pages = paginateListObjectsV2(
      { client: this.client },
      { Bucket: place.Bucket, Prefix: place.Key, ...further },
    );
    for (;;) {
      const { done, value } = await this.#try(place, () => pages.next());
      if (done) return;
      yield value;
    }
  }

  /** Prefix of the keys in a folder of the table. */
  #keyOf(folder: string): string {
    return [this.prefix, folder]
      .filter((part) => part !== '')
      .map((part) => `${part}/`)
      .join('');
  }

  #placeOf(path: string): ObjectPlace {
    return this.#placeOfFile(join(this.location, path));
  }

  #placeOfFile(file: string): ObjectPlace {
    const [bucket, ...key] = relative(this.#objects, file).split(sep);
    return { Bucket: bucket!, Key: key.join('/') };
  }

  async #try<T>(place: ObjectPlace, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw failed(place, error);
    }
  }

  async #orIfMissing<T>(place: ObjectPlace, request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined;
      throw failed(place, error);
    }
  }
}

function failed({ Bucket, Key }: ObjectPlace, cause: unknown): StorageError {
  const { name, message } = cause as Error;
  const hints: Readonly<Record<string, string>> = {
    NoSuchBucket: 'create the bucket',
    AccessDenied: 'the credentials need s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject',
    CredentialsProviderError: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile (AWS_PROFILE)',
  };
  return new StorageError('TSD6004', `s3://${Bucket}/${Key}: ${name}: ${message}`, { hint: hints[name], cause });
}

/** The error of a conditional request to which no answer came that tells whether the object is there. */
function uncertain({ Bucket, Key }: ObjectPlace, cause: unknown): StorageError {
  const { name, message } = cause as Error;
  return new StorageError(
    'TSD6021',
    `s3://${Bucket}/${Key}: ${name}: ${message}; whether the object has been written is not known`,
    {
      hint: 'see whether it is there before the write is done again, or give its commit a txn: then it is done once',
      cause,
    },
  );
}

async function someAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += TOGETHER) await Promise.all(items.slice(i, i + TOGETHER).map(work));
}
