import { createInterface } from 'node:readline';
import type { CommandContext } from 'tsdbt';
import { spotifyConfig, tokenFileOf } from './config.js';
import { hasBrowser, openBrowser } from './open-browser.js';
import { signIn } from './sign-in.js';
import { SpotifyError } from './spotify-error.js';
import { TokenStore } from './token-store.js';

const HELP = `Usage: tsdbt spotify-login [options]

Signs in to Spotify, so that builds take in what you play. Needs CLIENT_ID and CLIENT_SECRET in .env (docs/spotify.md).

Options:
  --no-browser   print the address to open, and read the address to which the browser was sent from standard input
  --forget       remove the stored token from this machine
  --help         print this help
`;

/** The command `tsdbt spotify-login`. */
export default async function spotifyLogin(args: readonly string[], context: CommandContext): Promise<number> {
  const unknown = args.find((argument) => !['--no-browser', '--forget', '--help', '-h'].includes(argument));
  if (unknown !== undefined) {
    throw new SpotifyError(`spotify-login has no option ${unknown}`, { hint: 'npx tsdbt spotify-login --help' });
  }
  if (args.includes('--help') || args.includes('-h')) {
    context.stdout.write(HELP);
    return 0;
  }
  const settings = {
    projectDir: context.projectDir,
    env: (name: string) => context.env[name],
    var: <T>(name: string, fallback: T): T => context.var(name, fallback),
  };
  if (args.includes('--forget')) {
    const there = await new TokenStore(tokenFileOf(settings)).remove();
    context.log.info(there ? 'the token is removed from this machine' : 'there was no token');
    if (there) context.log.info('to end the permission at Spotify too: https://www.spotify.com/account/apps/');
    return 0;
  }
  const config = spotifyConfig(settings);
  const lines = new Lines(process.stdin);
  try {
    await signIn(
      config,
      new TokenStore(config.tokenFile),
      {
        show: (url) => {
          context.log.info('open this address in a browser and agree:');
          context.stdout.write(`${url}\n`);
        },
        open: (url) => openBrowser(url, context.env),
        readLine: (signal) => lines.next(signal),
        say: (message) => context.log.info(message),
      },
      {
        signal: context.signal,
        mode: args.includes('--no-browser') ? 'paste' : hasBrowser(context.env) ? 'browser' : 'both',
        onPause: (message) => context.log.info(message),
      },
    );
  } finally {
    lines.close();
  }
  context.log.info(`signed in; the token is in ${config.tokenFile} (readable by you only)`);
  context.log.info('next: npx tsdbt build, at least every six hours (Spotify keeps about the last 50 plays)');
  return 0;
}

/** Lines of a stream, one at a time. Nothing is read before the first is asked for. */
class Lines {
  #iterator: AsyncIterator<string> | undefined;
  #close: (() => void) | undefined;

  constructor(readonly input: NodeJS.ReadableStream & { unref?: () => void }) {}

  async next(signal: AbortSignal): Promise<string | undefined> {
    if (this.#iterator === undefined) {
      const reader = createInterface({ input: this.input });
      this.#iterator = reader[Symbol.asyncIterator]();
      this.#close = () => reader.close();
      signal.addEventListener('abort', () => this.close(), { once: true });
    }
    const step = await this.#iterator.next();
    return step.done === true ? undefined : step.value;
  }

  close(): void {
    this.#close?.();
    this.input.unref?.(); // an open terminal would keep the program alive
  }
}
