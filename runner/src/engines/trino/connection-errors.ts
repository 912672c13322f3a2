import type { ErrorCode } from '../../errors/codes.js';
import { EngineError } from '../../errors/tsdbt-error.js';
import type { HttpReply } from './http-request.js';
import { trinoCodes } from './trino-codes.js';
import { originOf, type TrinoOptions } from './trino-options.js';

/** What the network did, by the code that Node.js gives it. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'EAI_AGAIN', 'TIMEOUT', 'Z_BUF_ERROR']);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|HOSTNAME/;

export function codeOf(thrown: unknown): string {
  return thrown instanceof Error ? String((thrown as NodeJS.ErrnoException).code ?? '') : '';
}

/** Whether the same request may fare better a little later. */
export function isPassing(thrown: unknown): boolean {
  return BROKEN.has(codeOf(thrown)) || codeOf(thrown) === 'ECONNREFUSED';
}

/** An error of the network or of TLS, with what to do about it. */
export function connectionError(thrown: unknown, options: TrinoOptions): EngineError {
  const origin = originOf(options);
  const code = codeOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const error = (kind: ErrorCode, text: string, hint: string): EngineError =>
    new EngineError(kind, text, { hint, cause: thrown });
  if (code === 'ECONNREFUSED')
    return error(
      trinoCodes.unreachable,
      `no server listens at ${origin}`,
      'start Trino, or set host and port of the target',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return error(
      trinoCodes.unreachable,
      `the host ${options.host} is not known`,
      'check host of the target, and the network',
    );
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return error(trinoCodes.unreachable, `there is no way to ${origin}`, 'check host of the target, and the network');
  if (code === 'TIMEOUT' || code === 'ETIMEDOUT')
    return error(
      trinoCodes.unreachable,
      `${origin} does not answer (${message})`,
      'check host, port and firewall; timeouts: of the target says how long to wait',
    );
  if (code === 'EPROTO' || /wrong version number|packet length too long/i.test(message))
    return error(trinoCodes.tls, `${origin} does not speak TLS`, 'set http_scheme: http, or the port of HTTPS');
  if (CERTIFICATE.test(code))
    return error(trinoCodes.tls, `the certificate of ${origin} is not trusted: ${message}`, certificateHint(code));
  return error(
    trinoCodes.unreachable,
    `the connection to ${origin} breaks off (${message})`,
    options.scheme === 'http'
      ? 'if this is the port of HTTPS, set http_scheme: https; else look into the log of the server'
      : 'look into the log of the server, and of what stands between',
  );
}

function certificateHint(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'set host to a name that stands in the certificate';
  if (code === 'CERT_HAS_EXPIRED') return 'the server needs a new certificate';
  return 'name the certificate of its authority: ca: path/to/ca.pem';
}

/** An answer that is no answer to the statement, with what to do about it. */
export function replyError(reply: HttpReply, options: TrinoOptions): EngineError {
  const origin = originOf(options);
  const { status } = reply;
  const said = saidIn(reply);
  const because = said === '' ? '' : `: ${said}`;
  if (status === 401)
    return new EngineError(
      trinoCodes.credentials,
      `${origin} does not take the credentials of ${options.user}${because}`,
      {
        hint: credentialsHint(reply, options),
      },
    );
  if (status === 403)
    return new EngineError(trinoCodes.denied, `${origin} does not let ${options.user} in${because}`, {
      hint: 'the access control of the server decides about users; check user of the target',
    });
  if (status === 404 || status === 410)
    return new EngineError(trinoCodes.killed, `the server knows the query no more${because}`, {
      hint: 'it may have been restarted: run the command again',
    });
  if (status === 429 || status >= 500)
    return new EngineError(trinoCodes.unavailable, `${origin} answers ${status}, again and again${because}`, {
      hint: 'it may be starting or overloaded: try again later, or look into its log',
    });
  if (status >= 300 && status < 400)
    return new EngineError(trinoCodes.protocol, `${origin} leads on to ${String(reply.headers.location)}`, {
      hint: 'set host, port and http_scheme to where it leads: credentials are sent to no other place',
    });
  return protocolError(`${origin} answers ${status}${because}`);
}

export function protocolError(message: string): EngineError {
  return new EngineError(trinoCodes.protocol, message, {
    hint: 'is this a Trino server? check host and port of the target',
  });
}

function credentialsHint(reply: HttpReply, { auth, scheme }: TrinoOptions): string {
  const offered = String(reply.headers['www-authenticate'] ?? '');
  if (auth.method === 'basic') return 'check user and password of the target';
  if (auth.method === 'jwt') return 'check jwt_token of the target: it may have expired, or be signed by another key';
  if (scheme === 'http')
    return 'set http_scheme: https, and method: basic with password, or method: jwt with jwt_token';
  if (/Bearer/i.test(offered) && !/Basic/i.test(offered)) return 'set method: jwt and jwt_token';
  return 'set method: basic and password, or method: jwt and jwt_token';
}

/** The first line of a plain answer; pages of HTML say nothing in one line. */
function saidIn({ headers, body }: HttpReply): string {
  if (!/text\/plain/i.test(String(headers['content-type'] ?? ''))) return '';
  return (body.trim().split('\n')[0] ?? '').replace(/^Error \d+ [\w ]+: /, '').slice(0, 200);
}
