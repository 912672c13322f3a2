import { createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Where an object is. */
export interface ObjectPlace {
  readonly Bucket: string;
  readonly Key: string;
}

/** Larger files go in parts of this many bytes, so that a part can be sent again, and memory stays small. */
const PART_BYTES = 32 * 1024 * 1024;
const ATTEMPTS = 3;

/** Sends a file; it appears whole or not at all. */
export async function upload(client: S3Client, file: string, place: ObjectPlace): Promise<void> {
  const { size } = await stat(file);
  if (size <= PART_BYTES) await client.send(new PutObjectCommand({ ...place, Body: await readFile(file) }));
  else await uploadParts(client, file, size, place);
}

async function uploadParts(client: S3Client, file: string, size: number, place: ObjectPlace): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
  const handle = await open(file, 'r');
  try {
    const Parts: CompletedPart[] = [];
    for (let position = 0; position < size; position += PART_BYTES) {
      const Body = Buffer.alloc(Math.min(PART_BYTES, size - position));
      await handle.read(Body, 0, Body.length, position);
      const PartNumber = Parts.length + 1;
      const { ETag } = await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined);
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Fetches an object into a file, which appears whole or not at all.
 *
 * @param known ETag of what the file holds already
 * @returns the object's ETag; `known` where it is the same still
 */
export async function download(
  client: S3Client,
  place: ObjectPlace,
  file: string,
  known?: string,
): Promise<string | undefined> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${crypto.randomUUID()}.part`;
  return again(async () => {
    try {
      const answer = await client.send(
        new GetObjectCommand({ ...place, ...(known === undefined ? {} : { IfNoneMatch: known }) }),
      );
      await pipeline(answer.Body as Readable, createWriteStream(partial));
      const { size } = await stat(partial);
      if (answer.ContentLength !== undefined && size !== answer.ContentLength)
        throw new Error(`${size} of ${answer.ContentLength} bytes arrived`);
      await rename(partial, file);
      return answer.ETag;
    } catch (error) {
      await rm(partial, { force: true });
      if (statusOf(error) === 304) return known;
      throw error;
    }
  });
}

/** Reads up to three times: the SDK sends a request again, but not what breaks off in the middle of an answer. */
export async function again<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await read();
    } catch (error) {
      if (statusOf(error) !== undefined || attempt === ATTEMPTS) throw error;
    }
}

/** HTTP status of an answer that is an error; undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
