import http from 'node:http';
import https from 'node:https';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { originOf, type TrinoOptions } from './trino-options.js';

const unzip = promisify(gunzip);

/** An answer that arrived whole. */
export interface HttpReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** path and query, e.g. `/v1/statement` */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The server did not answer in time. */
export class HttpTimeout extends Error {
  readonly code = 'TIMEOUT';
}

/**
 * One server over HTTP, with connections that are kept. `fetch` takes no certificates of one's own, so this is `node:http`.
 * Redirects are not followed: credentials reach no other host than the one that was named.
 */
export class HttpConnection {
  readonly #agent: http.Agent;

  constructor(private readonly options: TrinoOptions) {
    const { ca, verify } = options.tls;
    const tls = { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) };
    this.#agent =
      options.scheme === 'https' ? new https.Agent({ keepAlive: true, ...tls }) : new http.Agent({ keepAlive: true });
  }

  /** @throws what the network, TLS or an abort gave, also when the answer breaks off; {@link HttpTimeout} */
  async send(request: HttpRequest): Promise<HttpReply> {
    const { status, headers, body } = await this.#exchange(request);
    const content = headers['content-encoding'] === 'gzip' ? await unzip(body) : body;
    return { status, headers, body: content.toString('utf8') };
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange({ method, path, headers, body, signal }: HttpRequest) {
    const { scheme, connectTimeout, requestTimeout } = this.options;
    return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const request = (scheme === 'https' ? https : http).request(new URL(path, originOf(this.options)), {
        method,
        agent: this.#agent,
        headers: {
          'accept-encoding': 'gzip',
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      const slow = setTimeout(() => request.destroy(new HttpTimeout('no answer')), requestTimeout);
      const unconnected = setTimeout(() => request.destroy(new HttpTimeout('no connection')), connectTimeout);
      const end = (): void => {
        clearTimeout(slow);
        clearTimeout(unconnected);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      request.on('socket', (socket) => {
        if (socket.connecting)
          socket.once(scheme === 'https' ? 'secureConnect' : 'connect', () => clearTimeout(unconnected));
        else clearTimeout(unconnected);
      });
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          end();
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      request.end(body);
    });
  }
}
