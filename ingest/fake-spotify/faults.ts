import type { ServerResponse } from 'node:http';

/** Parts of the service that can be made to fail. */
export type FakeRoute = 'token' | 'recently-played' | 'audio-features' | 'reccobeats';

/** What goes wrong with one request. */
export type Fault =
  /** nothing goes wrong with this one */
  | { readonly kind: 'none' }
  /** an answer with this status; 403 comes as Spotify sends it, without a message */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** no answer, ever */
  | { readonly kind: 'hang' }
  /** the first half of the answer, then the connection breaks */
  | { readonly kind: 'half body' }
  /** half of the answer, as if it were all */
  | { readonly kind: 'cut JSON' }
  /** a page of HTML with status 200 */
  | { readonly kind: 'garbage' }
  | { readonly kind: 'empty' }
  /** the connection breaks before anything is sent */
  | { readonly kind: 'reset' }
  /** JSON of this content in place of the answer */
  | { readonly kind: 'body'; readonly body: unknown };

/** Answers a request with a fault. @param honest what the answer would have been */
export function answerWithFault(
  response: ServerResponse,
  fault: Exclude<Fault, { kind: 'none' }>,
  honest: string,
): void {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  const half = Buffer.from(honest).subarray(0, Math.ceil(honest.length / 2));
  switch (fault.kind) {
    case 'hang':
      return;
    case 'reset':
      response.destroy();
      return;
    case 'half body':
      response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(honest) });
      response.write(half, () => response.destroy());
      return;
    case 'cut JSON':
      response.writeHead(200, json).end(half);
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Be right back</body></html>');
      return;
    case 'empty':
      response.writeHead(200, json).end();
      return;
    case 'body':
      response.writeHead(200, json).end(JSON.stringify(fault.body));
      return;
    case 'status':
      response
        .writeHead(fault.status, {
          ...json,
          ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
        })
        .end(JSON.stringify({ error: { status: fault.status } }));
  }
}
