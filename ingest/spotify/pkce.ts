import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The secret of one sign-in and what proves it (RFC 7636, S256). */
export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function createPkce(): Pkce {
  const verifier = randomBytes(48).toString('base64url');
  return { verifier, challenge: challengeOf(verifier) };
}

/** SHA-256 of a verifier, base64url. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** A value that a redirect has to bring back unchanged. */
export function createState(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares without telling by the time it takes how much is right. */
export function sameText(left: string, right: string): boolean {
  const a = createHash('sha256').update(left).digest();
  const b = createHash('sha256').update(right).digest();
  return timingSafeEqual(a, b);
}
