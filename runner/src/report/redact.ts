const SECRET_NAME = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(?:^|_)KEY(?:$|_)|APIKEY/i;
const DBT_SECRET = 'DBT_ENV_SECRET_';
/** Shorter values would take ordinary words and numbers out of messages. */
const SHORTEST = 6;

/** Takes secrets out of a text. */
export type Redactor = (text: string) => string;

/**
 * Hides the values of environment variables whose names say that they are secret (`…SECRET…`, `…TOKEN…`,
 * `…PASSWORD…`, `…_KEY`), and of every `DBT_ENV_SECRET_…`, behind `*****`.
 */
export function redactorFor(env: Readonly<Record<string, string | undefined>>): Redactor {
  const secrets = new Set<string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    if (name.startsWith(DBT_SECRET) || (SECRET_NAME.test(name) && value.length >= SHORTEST)) secrets.add(value);
  }
  // a secret that contains another one goes first
  const ordered = [...secrets].sort((a, b) => b.length - a.length);
  if (ordered.length === 0) return (text) => text;
  return (text) => ordered.reduce((redacted, secret) => redacted.replaceAll(secret, '*****'), text);
}
