import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { SIGN_IN, SpotifyError } from './spotify-error.js';

/** What a person's sign-in gave. */
export interface SpotifyToken {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** milliseconds since 1970 */
  readonly expiresAt: number;
  /** names of what it permits, separated by blanks */
  readonly scope: string;
}

/** Keeps the token in a file that only its owner may read. */
export class TokenStore {
  /** @param path absolute */
  constructor(readonly path: string) {}

  /**
   * The token; undefined where nobody has signed in. A file that others may read is closed to them.
   * @throws SpotifyError when the file holds no token
   */
  async read(): Promise<SpotifyToken | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw new SpotifyError(`${this.path} cannot be read (${error.code})`, { hint: 'check its owner and mode' });
    });
    if (text === undefined) return undefined;
    const { mode } = await stat(this.path);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') await chmod(this.path, 0o600);
    return parse(text, this.path);
  }

  /** Writes beside the old file and renames, so that a crash leaves the old token or the new one, whole. */
  async write(token: SpotifyToken): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const beside = `${this.path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const file = await open(beside, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ version: 1, ...token }, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, this.path);
    } catch (error) {
      await rm(beside, { force: true });
      const { code } = error as NodeJS.ErrnoException;
      throw new SpotifyError(`the token cannot be stored in ${this.path} (${code})`, {
        hint: 'check that the folder may be written',
      });
    }
  }

  /** Takes the token away; false where there was none. */
  async remove(): Promise<boolean> {
    const there = await stat(this.path).then(
      () => true,
      () => false,
    );
    await rm(this.path, { force: true });
    return there;
  }
}

function parse(text: string, path: string): SpotifyToken {
  let value: Partial<SpotifyToken> | null;
  try {
    value = JSON.parse(text) as Partial<SpotifyToken> | null;
  } catch {
    value = null; // the parser's message would quote the file
  }
  const { accessToken, refreshToken, expiresAt, scope } = value ?? {};
  if (
    typeof accessToken !== 'string' ||
    typeof refreshToken !== 'string' ||
    typeof expiresAt !== 'number' ||
    typeof scope !== 'string'
  ) {
    throw new SpotifyError(`${basename(path)} holds no token`, { hint: SIGN_IN });
  }
  return { accessToken, refreshToken, expiresAt, scope };
}
