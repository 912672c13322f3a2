/** An address without a user's name and password or token in it, for messages: `https://*****@host/…`. The user `git` of ssh stays. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/@]+)@/gi, (whole, scheme: string, user: string) =>
    user === 'git' ? whole : `${scheme}*****@`,
  );
}
