import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether this machine seems to have a browser that the person sees. */
export function hasBrowser(env: Environment, platform: NodeJS.Platform = process.platform): boolean {
  if (env.SSH_CONNECTION !== undefined || env.CI !== undefined) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return [env.DISPLAY, env.WAYLAND_DISPLAY, env.WSL_DISTRO_NAME].some((value) => value !== undefined && value !== '');
}

/** The program that opens an address, with its arguments. The address is an argument of its own: no shell reads it. */
export function openerOf(url: string, platform: NodeJS.Platform = process.platform): readonly [string, string[]] {
  if (platform === 'darwin') return ['open', [url]];
  if (platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}

/** Openers that found no browser say so within this time; some stay for as long as the browser does. Milliseconds. */
const OPENER_FAILS_WITHIN = 2_000;

/** Opens an address in the person's browser; resolves to false where that did not work: no opener, or one that fails. */
export function openBrowser(url: string, env: Environment = process.env): Promise<boolean> {
  const [program, args] = openerOf(url);
  return new Promise((settled) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true, env });
    const waited = setTimeout(() => settled(true), OPENER_FAILS_WITHIN);
    const settle = (opened: boolean): void => {
      clearTimeout(waited);
      settled(opened);
    };
    child.once('error', () => settle(false));
    child.once('exit', (code) => settle(code === 0));
    child.unref();
  });
}
