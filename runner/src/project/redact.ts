const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(?:^|_)KEY(?:$|_)|APIKEY/i;
const DBT_SECRET = 'DBT_ENV_SECRET_';
/** What artifacts are meant to show is secret by a plain word only: `…_KEY` may be any key there. */
const DBT_SHOWN = 'DBT_ENV_CUSTOM_ENV_';
const PLAIN_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY/i;
/** Shorter values would take ordinary words and numbers out of messages. */
const SHORTEST = 6;
const HIDDEN = '*****';
/** Where a text goes on that is not shown. */
const CUT = /…|\.\.\./;
const SHORTEST_REMAINS = 4;
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/i;

/** An environment: names and values. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Takes secrets out of a text. */
export type Redactor = (text: string) => string;

/**
 * Hides the values of environment variables whose names say that they are secret (`…SECRET…`, `…TOKEN…`,
 * `…PASSWORD…`, `…_KEY`), of every `DBT_ENV_SECRET_…`, and passwords within addresses (`scheme://user:password@host`),
 * behind `*****`; also where they stand escaped for JSON, SQL, HTML or an address, each line of one that has several, and
 * what is left of one where a text was cut off (`abcd…`).
 */
export function redactorFor(env: Environment): Redactor {
  const secrets = new Set(secretsOf(env).flatMap(writtenForms));
  if (secrets.size === 0) return (text) => text;
  // a secret that contains another one goes first
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const any = new RegExp(longestFirst.map((secret) => secret.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|'), 'g');
  return (text) => {
    const hidden = text.replace(any, HIDDEN);
    return CUT.test(hidden) ? withoutRemains(hidden, longestFirst) : hidden;
  };
}

/** Whether bytes hold a secret of an environment, in one byte a character or in two. */
export function holdsSecret(bytes: Buffer, env: Environment): boolean {
  return secretsOf(env)
    .flatMap(writtenForms)
    .some(
      (secret) => bytes.includes(secret, 0, 'latin1') || bytes.includes(secret, 0, 'utf16le') || bytes.includes(secret),
    );
}

/** Hides the beginning of a secret before a mark of omission, and the end of one after it. */
function withoutRemains(text: string, secrets: readonly string[]): string {
  const parts = text.split(/(…|\.\.\.)/);
  return parts
    .map((part, i) => {
      if (i % 2 === 1) return part;
      let [from, to] = [0, part.length];
      if (i > 0) from = Math.max(...secrets.map((secret) => overlap(secret, part)));
      if (i < parts.length - 1) to -= Math.max(...secrets.map((secret) => overlap(part, secret)));
      if (from === 0 && to === part.length) return part;
      return (from === 0 ? '' : HIDDEN) + part.slice(from, Math.max(from, to)) + (to === part.length ? '' : HIDDEN);
    })
    .join('');
}

/** The most characters, from four on, in which `left` ends and `right` begins; 0 where there are fewer. */
function overlap(left: string, right: string): number {
  for (let size = Math.min(left.length, right.length); size >= SHORTEST_REMAINS; size--)
    if (left.endsWith(right.slice(0, size))) return size;
  return 0;
}

/** The values that are hidden. */
export function secretsOf(env: Environment): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    if (name.startsWith(DBT_SECRET)) return [value];
    if ((name.startsWith(DBT_SHOWN) ? PLAIN_NAME : SECRET_NAME).test(name))
      return value.length >= SHORTEST ? [value] : [];
    const password = URL_PASSWORD.exec(value)?.[1];
    return password !== undefined && password.length >= SHORTEST ? [password] : [];
  });
}

/** A secret as it may stand in a file: itself, escaped, and line by line. */
function writtenForms(secret: string): string[] {
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("'", "''"),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    encodeURIComponent(secret),
  ];
  const lines = secret.split(/\r?\n/);
  return lines.length === 1
    ? forms
    : [...forms, ...lines.map((line) => line.trim()).filter((line) => line.length >= SHORTEST)];
}
